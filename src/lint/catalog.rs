//! All rules that are known, by id and alias.

use super::error::{RuleFileError, UnknownRule};
use super::load::{Compile, load};
use super::rule::Rule;
use super::suggest::nearest;

include!(concat!(env!("OUT_DIR"), "/rule_files.rs"));

/// All rules that are known, sorted by id.
#[derive(Debug, Default)]
pub struct Catalog {
    rules: Vec<Rule>,
}

impl Catalog {
    /// The rules that the program brings with it.
    pub fn builtin() -> Result<Self, RuleFileError> {
        let rules = RULE_FILES.iter().map(|(id, text)| {
            let file_name = format!("rules/{id}.yaml");
            load(id, &file_name, text, Compile::OnUse)
        });
        let rules = rules.collect::<Result<_, _>>()?;
        Ok(Self { rules })
    }

    /// Adds a user's rule, with all its expressions checked; one of the same id is replaced.
    pub fn add(&mut self, id: &str, file_name: &str, text: &str) -> Result<(), RuleFileError> {
        let rule = load(id, file_name, text, Compile::Now)?;
        self.rules.retain(|known| known.id != rule.id);
        let at = self.rules.partition_point(|known| known.id < rule.id);
        self.rules.insert(at, rule);
        Ok(())
    }

    /// All rules, sorted by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of this id or alias.
    pub fn find(&self, name: &str) -> Result<&Rule, UnknownRule> {
        let mut rules = self.rules.iter();
        let by_id = rules.find(|rule| rule.id == name);
        let found = by_id.or_else(|| self.rules.iter().find(|rule| rule.is_named(name)));
        found.ok_or_else(|| UnknownRule {
            name: name.to_owned(),
            help: match nearest(name, self.names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`gitops-lab rules list` shows all rules".to_owned(),
            },
        })
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().flat_map(|rule| {
            let aliases = rule.aliases.iter().map(String::as_str);
            std::iter::once(rule.id.as_str()).chain(aliases)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_expression_of_the_rules_that_come_along_compiles() {
        for (id, text) in RULE_FILES {
            let loaded = load(id, "", text, Compile::Now);
            assert!(loaded.is_ok(), "{id}: {loaded:?}");
        }
    }

    #[test]
    fn no_name_means_two_rules() {
        let catalog = Catalog::builtin().expect("the rule files are valid");
        let mut names: Vec<String> = catalog.names().map(str::to_lowercase).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
