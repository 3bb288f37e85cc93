//! Whether what is ready stays ready.
//!
//! A container without a readiness probe is ready the moment it starts, also when its program ends a
//! second later; kstatus, `kubectl rollout status` and Helm then say that all is well. So a container
//! that nothing probes has to stay up for some seconds before its object counts as current.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::apply::children::is_serving;
use crate::apply::status::{integer, text};

/// How long a container that was restarted must stay up.
const AFTER_RESTART: Duration = Duration::from_secs(10);

/// Containers that have not proved yet that they stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unproven {
    /// When the youngest of them started, as the cluster writes it.
    pub(super) started: String,
    /// How long they must stay up.
    pub(super) needed: Duration,
}

/// The youngest container of these Pods that nothing probes, if it started less than `steady` ago.
pub(super) fn unproven(pods: &[&Value], steady: Duration, now: Timestamp) -> Option<Unproven> {
    if steady.is_zero() {
        return None;
    }
    if pods.iter().any(|pod| is_down_again(pod)) {
        // Its controller has not seen yet what the Pod says already.
        return Some(Unproven {
            started: "down again".to_owned(),
            needed: steady,
        });
    }
    let found = pods.iter().flat_map(|pod| {
        let statuses = pod.pointer("/status/containerStatuses");
        let statuses = statuses.and_then(Value::as_array).into_iter().flatten();
        statuses.filter_map(|status| of_container(pod, status, steady, now))
    });
    found.max_by(|one, other| one.started.cmp(&other.started))
}

/// Whether a Pod that is to serve does not. One that failed for good was replaced, or its object says so.
fn is_down_again(pod: &Value) -> bool {
    let is_leaving = pod.pointer("/metadata/deletionTimestamp").is_some();
    let phase = text(pod, "/status/phase");
    !is_leaving && phase == Some("Running") && !is_serving(pod)
}

fn of_container(pod: &Value, status: &Value, steady: Duration, now: Timestamp) -> Option<Unproven> {
    let started = text(status, "/state/running/startedAt")?;
    if is_probed(pod, text(status, "/name")?) {
        return None;
    }
    let has_restarted = integer(status, "/restartCount").unwrap_or(0) > 0;
    let needed = if has_restarted {
        steady.max(AFTER_RESTART)
    } else {
        steady
    };
    // A start in the future means that the clocks differ; then our own clock decides.
    let age = now.duration_since(started.parse().ok()?);
    let is_old = Duration::try_from(age).is_ok_and(|age| age >= needed);
    (!is_old).then(|| Unproven {
        started: started.to_owned(),
        needed,
    })
}

fn is_probed(pod: &Value, name: &str) -> bool {
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array);
    containers
        .into_iter()
        .flatten()
        .find(|container| text(container, "/name") == Some(name))
        .is_some_and(|container| container.get("readinessProbe").is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const STEADY: Duration = Duration::from_secs(3);

    fn pod(started: &str, restarts: i64, spec: &Value) -> Value {
        json!({
            "spec": {"containers": [spec]},
            "status": {
                "phase": "Running",
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [{
                    "name": "app", "restartCount": restarts, "state": {"running": {"startedAt": started}},
                }],
            },
        })
    }

    fn needed(pod: &Value) -> Option<Duration> {
        let now = "2026-11-24T10:00:10Z".parse().expect("a time");
        unproven(&[pod], STEADY, now).map(|unproven| unproven.needed)
    }

    #[test]
    fn a_fresh_container_that_nothing_probes_must_stay_up() {
        let plain = json!({"name": "app"});
        assert_eq!(
            needed(&pod("2026-11-24T10:00:08Z", 0, &plain)),
            Some(STEADY)
        );
        assert_eq!(needed(&pod("2026-11-24T10:00:07Z", 0, &plain)), None);
    }

    #[test]
    fn a_probe_is_proof_enough() {
        let probed = json!({"name": "app", "readinessProbe": {"tcpSocket": {"port": 80}}});
        assert_eq!(needed(&pod("2026-11-24T10:00:10Z", 0, &probed)), None);
    }

    #[test]
    fn a_container_that_was_restarted_must_stay_up_longer() {
        let plain = json!({"name": "app"});
        assert_eq!(
            needed(&pod("2026-11-24T10:00:05Z", 1, &plain)),
            Some(AFTER_RESTART)
        );
    }

    #[test]
    fn a_start_in_the_future_is_young() {
        let plain = json!({"name": "app"});
        assert_eq!(
            needed(&pod("2026-11-24T11:00:00Z", 0, &plain)),
            Some(STEADY)
        );
    }

    #[test]
    fn a_pod_that_is_down_again_proves_nothing() {
        let mut pod = pod("2026-11-24T09:00:00Z", 0, &json!({"name": "app"}));
        pod["status"]["conditions"][0]["status"] = json!("False");
        assert_eq!(needed(&pod), Some(STEADY));
        pod["status"]["phase"] = json!("Failed");
        assert_eq!(needed(&pod), None);
    }
}
