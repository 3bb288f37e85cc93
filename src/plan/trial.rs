//! A dry run for an object whose namespace comes with the same plan: in another namespace, under
//! another name, so that a mistake is found before anything is applied.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::error::ObjectError;
use super::send::{Sending, send};
use crate::cluster::{ApiError, Cluster, Resource};
use crate::object::kind_info;

/// The namespace that every cluster has.
const ELSEWHERE: &str = "default";

/// What the object would become; `None` where a trial elsewhere would prove nothing.
///
/// Only the server's own validation of its own kinds counts: policies, webhooks, quotas and rights
/// are other ones in another namespace, and a custom kind may have rules about its name.
pub(super) async fn trial(
    cluster: &Cluster,
    resource: &Resource,
    object: &Value,
    sending: Sending<'_>,
) -> Result<Option<Value>, ObjectError> {
    if kind_info(&resource.group, &resource.kind).is_none() {
        return Ok(None);
    }
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let namespace = object["metadata"]["namespace"].clone();
    let other_name = trial_name(name);
    let mut moved = object.clone();
    moved["metadata"]["namespace"] = ELSEWHERE.into();
    moved["metadata"]["name"] = other_name.as_str().into();
    let sending = Sending {
        take_over: true,
        ..sending
    };
    match send(cluster, resource, &moved, sending).await {
        Ok(sent) => {
            let mut merged = sent.object;
            merged["metadata"]["namespace"] = namespace;
            merged["metadata"]["name"] = name.into();
            Ok(Some(merged))
        }
        Err(error) if is_about_the_object(&error) => {
            Err(error.map_text(|text| text.replace(&other_name, name)))
        }
        Err(_) => Ok(None),
    }
}

/// A name that nobody has; it is as long as most names, so that rules about length say nothing new.
fn trial_name(name: &str) -> String {
    let hash = Sha256::digest(name);
    format!(
        "trial-{:02x}{:02x}{:02x}{:02x}",
        hash[0], hash[1], hash[2], hash[3]
    )
}

fn is_about_the_object(error: &ObjectError) -> bool {
    let ObjectError::Refused { error, .. } = error else {
        return false;
    };
    error.api().is_some_and(is_validation)
}

fn is_validation(api: &ApiError) -> bool {
    let is_policy = api.message.contains("denied") || api.message.contains("webhook");
    match api.code {
        400 | 422 => !is_policy,
        500 => !is_policy && api.message.starts_with("failed to "),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(code: u16, message: &str) -> ApiError {
        ApiError {
            code,
            message: message.to_owned(),
            ..ApiError::default()
        }
    }

    #[test]
    fn only_the_servers_own_validation_counts_elsewhere() {
        assert!(is_validation(&api(
            422,
            "spec.ports[0].name: Required value"
        )));
        assert!(is_validation(&api(
            500,
            "failed to create typed patch object"
        )));
        assert!(!is_validation(&api(
            422,
            "ValidatingAdmissionPolicy 'x' denied request: no"
        )));
        assert!(!is_validation(&api(403, "exceeded quota")));
        assert!(!is_validation(&api(500, "failed calling webhook \"a\"")));
    }
}
