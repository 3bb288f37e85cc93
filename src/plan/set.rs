//! The set: what belongs together in a cluster, under one name.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::PlanError;

/// The label by which an object belongs to a set. (KEP-3659; the keys are those of kubectl's code.)
pub const PART_OF: &str = "applyset.kubernetes.io/part-of";

/// The longest name: it becomes a part of a field manager and the name of a Secret.
const LONGEST_NAME: usize = 63;

/// A named set of objects with its home: the namespace of the Secret that records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    name: String,
    namespace: String,
}

impl Set {
    /// A set of this name in this namespace; both must be DNS labels.
    pub fn new(name: &str, namespace: &str) -> Result<Self, PlanError> {
        for (what, text) in [("set", name), ("set namespace", namespace)] {
            if !is_dns_label(text) {
                return Err(PlanError::BadName {
                    what,
                    name: text.to_owned(),
                });
            }
        }
        Ok(Self {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
        })
    }

    /// The set's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The namespace of the set's record.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The value of [`PART_OF`] on each member.
    pub fn id(&self) -> String {
        apply_set_id(&self.name, &self.namespace, "Secret", "")
    }

    /// The field manager that applies the set's members.
    pub fn manager(&self) -> String {
        format!("gitops-lab/{}", self.name)
    }
}

/// `namespace/name`, as the set is shown.
impl std::fmt::Display for Set {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)
    }
}

/// The id of an ApplySet, computed from its parent as kubectl does (`ApplySet.ID`).
fn apply_set_id(name: &str, namespace: &str, kind: &str, group: &str) -> String {
    let hash = Sha256::digest(format!("{name}.{namespace}.{kind}.{group}"));
    format!("applyset-{}-v1", URL_SAFE_NO_PAD.encode(hash))
}

fn is_dns_label(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = |byte: Option<u8>| byte.is_some_and(letter);
    text.len() <= LONGEST_NAME
        && ends(text.bytes().next())
        && ends(text.bytes().last())
        && text.bytes().all(|byte| letter(byte) || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_secret_is_that_of_kubectls_tests() {
        assert_eq!(
            apply_set_id("my-set", "test", "Secret", ""),
            "applyset-0eFHV8ySqp7XoShsGvyWFQD3s96yqwHmzc4e0HR1dsY-v1"
        );
        assert_eq!(
            apply_set_id("simple", "test", "Secret", ""),
            "applyset-bjd1LnyQq0mtUu-riZCqjDQOmh0iNb9O2RcuT12WR0k-v1"
        );
    }

    #[test]
    fn the_id_of_a_cluster_scoped_parent_has_an_empty_namespace() {
        assert_eq!(
            apply_set_id("my-set", "", "ApplySet", "company.com"),
            "applyset-rhp1a-HVAVT_dFgyEygyA1BEB82HPp2o10UiFTpqtAs-v1"
        );
    }

    #[test]
    fn a_name_that_no_secret_may_have_is_refused() {
        for name in ["", "Web", "-a", "a_b", "a.b", &"a".repeat(64)] {
            assert!(Set::new(name, "prod").is_err(), "{name}");
        }
        assert!(Set::new("web-1", "prod").is_ok());
    }
}
