//! Presets: sets of rules that are chosen by one name.

use super::rule::Rule;

/// A set of rules.
///
/// The two of the Pod Security Standards are what Kubernetes' admission of that level refuses
/// (<https://kubernetes.io/docs/concepts/security/pod-security-standards/>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// What is likely a bug: the rules that are on by default.
    Recommended,
    /// Hardening.
    Security,
    /// The Pod Security Standards' level `baseline`.
    PssBaseline,
    /// The Pod Security Standards' level `restricted`, which holds all of `baseline`.
    PssRestricted,
    /// Every rule.
    All,
}

impl Preset {
    /// Every preset, from the one that is chosen without a choice to the largest.
    pub const ALL: [Self; 5] = [
        Self::Recommended,
        Self::Security,
        Self::PssBaseline,
        Self::PssRestricted,
        Self::All,
    ];
    /// Those that a rule file names; the others follow from what it says elsewhere.
    pub(crate) const NAMED_BY_RULES: [Self; 3] =
        [Self::Security, Self::PssBaseline, Self::PssRestricted];

    /// The word for it in rule files, configuration and output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::Security => "security",
            Self::PssBaseline => "pss-baseline",
            Self::PssRestricted => "pss-restricted",
            Self::All => "all",
        }
    }

    /// Whether a rule belongs to it.
    pub fn contains(self, rule: &Rule) -> bool {
        match self {
            Self::Recommended => rule.on_by_default,
            Self::PssRestricted => {
                let levels = [Self::PssBaseline, Self::PssRestricted];
                levels.iter().any(|level| rule.presets.contains(level))
            }
            Self::Security | Self::PssBaseline => rule.presets.contains(&self),
            Self::All => true,
        }
    }
}

impl Rule {
    /// The names of the presets that it belongs to, but for `all`.
    pub fn preset_names(&self) -> Vec<&'static str> {
        let presets = Preset::ALL.into_iter();
        let presets = presets.filter(|preset| *preset != Preset::All && preset.contains(self));
        presets.map(Preset::name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::catalog_with;

    fn names(fields: &str) -> Vec<&'static str> {
        let rule = format!(
            "summary: Example\ncategory: security\nseverity: info\nexplanation: For tests.\n\
             expression: 'true'\nmessage: Example\nexamples: [{{good: ''}}]\n{fields}"
        );
        let catalog = catalog_with("example", &rule);
        let rule = catalog.find("example").expect("it was added");
        assert!(Preset::All.contains(rule));
        rule.preset_names()
    }

    #[test]
    fn what_is_on_by_default_is_recommended() {
        assert_eq!(names(""), ["recommended"]);
        assert_eq!(names("default: off"), [""; 0]);
    }

    #[test]
    fn the_restricted_level_holds_the_baseline() {
        let baseline = names("default: off\npresets: [pss-baseline]");
        assert_eq!(baseline, ["pss-baseline", "pss-restricted"]);
        assert_eq!(
            names("default: off\npresets: pss-restricted"),
            ["pss-restricted"]
        );
        assert_eq!(names("default: off\npresets: security"), ["security"]);
    }
}
