//! Every other kind that has a rule of its own.

use serde_json::Value;

use super::{StatusReport, conditions, integer, text};

/// A claim that waits for its first consumer is decided by the caller, who can read its storage class.
pub(super) fn persistent_volume_claim(object: &Value) -> StatusReport {
    let phase = text(object, "/status/phase").unwrap_or("unknown");
    match phase {
        "Bound" => StatusReport::current("PVC is Bound"),
        "Lost" => StatusReport::failed("Lost", "the volume that the PVC was bound to is gone"),
        _ => StatusReport::in_progress("NotBound", format!("PVC is not Bound. phase: {phase}")),
    }
}

/// Whether a storage class binds a claim only when a Pod uses it; such a claim is not waited for.
pub fn waits_for_first_consumer(storage_class: &Value) -> bool {
    text(storage_class, "/volumeBindingMode") == Some("WaitForFirstConsumer")
}

pub(super) fn service(object: &Value) -> StatusReport {
    let is_balanced = text(object, "/spec/type") == Some("LoadBalancer");
    if is_balanced && text(object, "/spec/clusterIP").is_none() {
        return StatusReport::in_progress(
            "NoIPAssigned",
            "ClusterIP not set. Service type: LoadBalancer",
        );
    }
    StatusReport::current("Service is ready")
}

/// Whether a Service got its address from the load balancer, or is not one that needs it.
pub fn load_balancer_is_ready(service: &Value) -> bool {
    if text(service, "/spec/type") != Some("LoadBalancer") {
        return true;
    }
    service
        .pointer("/status/loadBalancer/ingress")
        .and_then(Value::as_array)
        .is_some_and(|ingress| !ingress.is_empty())
}

/// kstatus has no rule; what goes into a namespace needs it active.
pub(super) fn namespace(object: &Value) -> StatusReport {
    match text(object, "/status/phase") {
        Some("Active") => StatusReport::current("Namespace is Active"),
        Some(phase) => StatusReport::in_progress("NotActive", format!("Namespace is {phase}")),
        None => StatusReport::in_progress("NotActive", "Namespace is not Active yet"),
    }
}

/// kstatus calls a running Job Current; here it is done when it is Complete.
pub(super) fn job(object: &Value) -> StatusReport {
    let succeeded = integer(object, "/status/succeeded").unwrap_or(0);
    let failed = integer(object, "/status/failed").unwrap_or(0);
    let active = integer(object, "/status/active").unwrap_or(0);
    let completions = integer(object, "/spec/completions")
        .or_else(|| integer(object, "/spec/parallelism"))
        .unwrap_or(1);
    let is_suspended = object.pointer("/spec/suspend") == Some(&Value::Bool(true));
    for condition in conditions(object).filter(|condition| condition.status == "True") {
        match condition.kind {
            "Complete" => {
                return StatusReport::current(format!(
                    "Job Completed. succeeded: {succeeded}/{completions}"
                ));
            }
            // FailureTarget comes first, while the last Pods still end.
            "Failed" | "FailureTarget" => {
                let mut message = format!("Job Failed. failed: {failed}/{completions}");
                if !condition.message.is_empty() {
                    message = format!("{message}. {}", condition.message);
                }
                let reason = if condition.reason.is_empty() {
                    "JobFailed"
                } else {
                    condition.reason
                };
                return StatusReport::failed(reason, message);
            }
            "Suspended" if is_suspended => return StatusReport::current("Job is suspended"),
            _ => {}
        }
    }
    if text(object, "/status/startTime").is_none() {
        return StatusReport::in_progress("JobNotStarted", "Job not started");
    }
    StatusReport::in_progress(
        "JobInProgress",
        format!(
            "Job in progress. succeeded: {succeeded}/{completions}, active: {active}, failed: {failed}"
        ),
    )
}

pub(super) fn custom_resource_definition(object: &Value) -> StatusReport {
    for condition in conditions(object) {
        match (condition.kind, condition.status) {
            ("NamesAccepted", "False") => {
                return StatusReport::failed(condition.reason, condition.message);
            }
            ("Established", "False") if condition.reason != "Installing" => {
                return StatusReport::failed(condition.reason, condition.message);
            }
            ("Established", "True") => return StatusReport::current("CRD is established"),
            _ => {}
        }
    }
    StatusReport::in_progress("Installing", "Install in progress")
}

/// kstatus has no rule; a group whose server does not answer breaks discovery for everybody.
pub(super) fn api_service(object: &Value) -> StatusReport {
    let available = conditions(object).find(|condition| condition.kind == "Available");
    match available {
        Some(condition) if condition.status == "True" => {
            StatusReport::current("APIService is available")
        }
        Some(condition) => StatusReport::in_progress(condition.reason, condition.message),
        None => StatusReport::in_progress("NotAvailable", "APIService is not available yet"),
    }
}
