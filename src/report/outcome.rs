//! The end of an apply for programs.

use serde_json::{Value, json};

use crate::apply::ApplyOutcome;

/// The end of an apply for programs; `problems` is what could not be applied.
pub fn outcome_json(outcome: &ApplyOutcome, problems: &Value) -> Value {
    let applied = outcome.applied.iter().map(
        |(object, action)| json!({"object": object.to_string(), "action": action.to_string()}),
    );
    let names = |objects: &[crate::object::ObjectId]| -> Vec<String> {
        objects.iter().map(ToString::to_string).collect()
    };
    let waited = outcome.wait.as_ref().map(|wait| {
        let objects = wait.objects.iter().map(|object| {
            let causes = object.causes.iter().map(|cause| {
                json!({
                    "code": cause.problem.code(),
                    "object": cause.object,
                    "message": cause.line(),
                    "help": cause.problem.hint(),
                })
            });
            json!({
                "object": object.id.to_string(),
                "status": format!("{:?}", object.report.status),
                "message": object.report.message,
                "causes": causes.collect::<Vec<Value>>(),
            })
        });
        json!({
            "verdict": format!("{:?}", wait.verdict),
            "seconds": wait.elapsed.as_secs_f64(),
            "objects": objects.collect::<Vec<Value>>(),
            "notes": wait.notes,
        })
    });
    json!({
        "outcome": outcome.outcome,
        "applied": applied.collect::<Vec<Value>>(),
        "pruned": names(&outcome.pruned),
        "notTried": names(&outcome.not_tried),
        "problems": problems,
        "wait": waited,
        "seconds": outcome.elapsed.as_secs_f64(),
    })
}
