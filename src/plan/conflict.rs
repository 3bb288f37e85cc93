//! Fields that two managers want: who keeps which.

use super::error::Conflict;
use crate::cluster::ApiError;

/// Programs by which people change a cluster by hand; what they own is drift, and git takes it back.
///
/// `before-first-apply` is the server's name for what was there before anything was applied.
const BY_HAND: [&str; 6] = [
    "k9s",
    "before-first-apply",
    "Mozilla",
    "node-fetch",
    "headlamp",
    "lens",
];

/// Controllers that fill in a field which manifests leave empty for them: manager and field.
const FILLED_IN: [(&str, &str); 1] = [("clusterrole-aggregation-controller", ".rules")];

/// The field that belongs to whoever scales.
const REPLICAS: &str = ".spec.replicas";

/// What becomes of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// Git takes it back.
    Take,
    /// The other manager keeps it, and the manifest's value is not sent.
    Keep,
    /// A person must decide.
    Stop,
}

/// The conflicts of a refused apply.
pub(super) fn conflicts(error: &ApiError) -> Vec<Conflict> {
    let causes = error.causes.iter();
    causes
        .filter(|cause| cause.reason == "FieldManagerConflict")
        .map(|cause| {
            let (manager, rest) = quoted(&cause.message);
            let subresource = rest.split_once("with subresource ").map(|(_, rest)| rest);
            Conflict {
                field: cause.field.clone(),
                manager,
                subresource: subresource.map(|text| quoted(text).0).unwrap_or_default(),
            }
        })
        .collect()
}

/// Rules on one conflict.
///
/// The number of replicas belongs to whoever scales: an autoscaler writes it through the subresource
/// `scale`, and would write it again at once. A person who scales by hand makes drift.
pub(super) fn ruling(conflict: &Conflict, take_over: bool) -> Ruling {
    if is_by_hand(&conflict.manager) {
        return Ruling::Take;
    }
    let is_scaled = conflict.subresource == "scale" && conflict.field == REPLICAS;
    if is_scaled || FILLED_IN.contains(&(conflict.manager.as_str(), conflict.field.as_str())) {
        return Ruling::Keep;
    }
    if take_over {
        Ruling::Take
    } else {
        Ruling::Stop
    }
}

/// Whether a field manager is a program by which people change a cluster by hand.
pub(super) fn is_by_hand(manager: &str) -> bool {
    manager == "kubectl" || manager.starts_with("kubectl-") || BY_HAND.contains(&manager)
}

/// The first text in Go's quotes, and what stands after it.
fn quoted(text: &str) -> (String, &str) {
    let Some((_, rest)) = text.split_once('"') else {
        return (text.to_owned(), "");
    };
    let mut inside = String::new();
    let mut letters = rest.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (inside, &rest[at + 1..]),
            '\\' => inside.extend(letters.next().map(|(_, letter)| letter)),
            other => inside.push(other),
        }
    }
    (inside, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Cause;

    fn conflict(message: &str, field: &str) -> Conflict {
        let error = ApiError {
            code: 409,
            causes: vec![Cause {
                field: field.to_owned(),
                reason: "FieldManagerConflict".to_owned(),
                message: message.to_owned(),
            }],
            ..ApiError::default()
        };
        conflicts(&error).remove(0)
    }

    #[test]
    fn a_change_by_hand_is_taken_back() {
        let edit = conflict(r#"conflict with "kubectl-edit" using apps/v1"#, REPLICAS);
        assert_eq!(edit.manager, "kubectl-edit");
        assert_eq!(ruling(&edit, false), Ruling::Take);
        let scaled = conflict(
            r#"conflict with "kubectl" with subresource "scale" using apps/v1 at 2026-11-24T00:00:00Z"#,
            REPLICAS,
        );
        assert_eq!(scaled.subresource, "scale");
        assert_eq!(ruling(&scaled, false), Ruling::Take);
    }

    #[test]
    fn an_autoscaler_keeps_the_replicas_even_when_we_take_over() {
        let scaled = conflict(
            r#"conflict with "kube-controller-manager" with subresource "scale" using apps/v1"#,
            REPLICAS,
        );
        assert_eq!(ruling(&scaled, true), Ruling::Keep);
    }

    #[test]
    fn the_rules_of_an_aggregated_role_are_the_controllers() {
        let filled = conflict(
            r#"conflict with "clusterrole-aggregation-controller""#,
            ".rules",
        );
        assert_eq!(ruling(&filled, false), Ruling::Keep);
    }

    #[test]
    fn any_other_manager_stops_the_apply_unless_told_otherwise() {
        let other = conflict(r#"conflict with "some-operator" using v1"#, ".data.a");
        assert_eq!(ruling(&other, false), Ruling::Stop);
        assert_eq!(ruling(&other, true), Ruling::Take);
        let lookalike = conflict(r#"conflict with "kubectlx""#, ".data.a");
        assert_eq!(ruling(&lookalike, false), Ruling::Stop);
    }
}
