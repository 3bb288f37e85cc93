//! Messages with CEL in braces: ``"`{self.image}` is a mutable reference"``.

use super::expression::{Definitions, Expression};
use crate::object::Object;
use crate::yaml::NodeRef;

/// A message, taken apart.
#[derive(Debug)]
pub struct Message(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Value(Expression),
}

impl Message {
    /// Takes a message apart; the error says what is wrong with it.
    pub fn parse(text: &str, definitions: &Definitions) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let end = closing_brace(after).ok_or("a `}` is missing")?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Value(Expression::new(
                after[..end].trim(),
                definitions,
            )));
            rest = &after[end + 1..];
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// What stands in braces.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.0.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Value(expression) => Some(expression),
        })
    }

    /// The message about a node. Values of a Secret are never in it.
    pub fn about(&self, node: NodeRef<'_>, object: &Object) -> Result<String, String> {
        let is_secret = object.id.kind == "Secret" && object.id.group.is_empty();
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => Ok(text.clone()),
            Part::Value(_) if is_secret => Ok("***".to_owned()),
            Part::Value(expression) => expression.show(node, object),
        });
        parts.collect()
    }
}

/// Where the brace that is open closes; braces in braces and in strings do not count.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    fn about(message: &str, manifest: &str) -> Result<String, String> {
        let sample = Sample::read(manifest);
        let object = &sample.objects[0];
        let message = Message::parse(message, &Definitions::default())?;
        message.about(object.root(), object)
    }

    const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {ports: [{port: 80}]}
";

    #[test]
    fn what_stands_in_braces_is_evaluated() {
        let message = "`{self.metadata.name}` has {self.spec.ports} and {'}'}{ {'a': 1}['a'] }";
        let expected = "`shop` has [{\"port\":80}] and }1";
        assert_eq!(about(message, SERVICE).as_deref(), Ok(expected));
    }

    #[test]
    fn values_of_a_secret_are_in_no_message() {
        let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {pin: '1234'}";
        let shown = about("it is {self.stringData.pin}", secret);
        assert_eq!(shown.as_deref(), Ok("it is ***"));
    }

    #[test]
    fn a_brace_that_is_never_closed_is_refused() {
        assert!(Message::parse("a {self", &Definitions::default()).is_err());
    }
}
