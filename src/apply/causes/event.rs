//! Events of the cluster, as far as a rollout needs them.

use jiff::Timestamp;
use serde_json::Value;

use super::printable;

/// One event: what somebody saw happen to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The object as `Pod/demo/web-1`.
    pub object: String,
    /// The container, where the event is about one.
    pub container: Option<String>,
    /// The reason in one word.
    pub reason: String,
    /// What happened.
    pub message: String,
    /// Whether the event is a warning.
    pub is_warning: bool,
    /// How often it was seen.
    pub count: i64,
    /// When it was last seen.
    pub last: Option<Timestamp>,
}

/// Reasons that say that something worked; they explain no failure.
const SUCCESSES: &[&str] = &[
    "Created",
    "Killing",
    "Pulled",
    "Pulling",
    "Scheduled",
    "ScalingReplicaSet",
    "Started",
    "SuccessfulCreate",
    "SuccessfulDelete",
    "SuccessfulAttachVolume",
    "Completed",
];

/// Reads events of `core/v1`, the oldest first.
pub fn read(events: &[Value]) -> Vec<Event> {
    let mut events: Vec<Event> = events.iter().map(of_value).collect();
    events.sort_by_key(|event| event.last);
    events
}

fn of_value(event: &Value) -> Event {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let time = |pointer: &str| text(pointer).and_then(|time| time.parse::<Timestamp>().ok());
    let integer = |pointer: &str| event.pointer(pointer).and_then(Value::as_i64);
    let object = [
        text("/involvedObject/kind"),
        text("/involvedObject/namespace"),
        text("/involvedObject/name"),
    ];
    let last = [
        time("/series/lastObservedTime"),
        time("/lastTimestamp"),
        time("/eventTime"),
        time("/metadata/creationTimestamp"),
    ];
    Event {
        object: object.into_iter().flatten().collect::<Vec<_>>().join("/"),
        container: text("/involvedObject/fieldPath")
            .and_then(container_of)
            .map(str::to_owned),
        reason: printable::line(text("/reason").unwrap_or("")),
        message: printable::line(text("/message").unwrap_or("")),
        is_warning: text("/type") == Some("Warning"),
        count: integer("/series/count")
            .or_else(|| integer("/count"))
            .unwrap_or(1)
            .max(1),
        last: last.into_iter().flatten().next(),
    }
}

/// `web` of `spec.containers{web}`.
fn container_of(path: &str) -> Option<&str> {
    path.split_once('{')?.1.strip_suffix('}')
}

/// The events that a user should see: no successes, none from before `since`, one for each text.
pub fn to_show(events: &[Event], since: Timestamp) -> Vec<Event> {
    let mut shown: Vec<Event> = Vec::new();
    let relevant = events.iter().filter(|event| {
        let is_recent = event.last.is_none_or(|last| last >= since);
        is_recent && !SUCCESSES.contains(&event.reason.as_str())
    });
    for event in relevant {
        let same = shown.iter_mut().find(|other| {
            other.object == event.object
                && other.reason == event.reason
                && other.message == event.message
        });
        match same {
            Some(other) => {
                other.count += event.count;
                other.last = other.last.max(event.last);
            }
            None => shown.push(event.clone()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(reason: &str, message: &str, last: &str) -> Value {
        json!({
            "involvedObject": {
                "kind": "Pod", "namespace": "demo", "name": "web-1", "uid": "u",
                "fieldPath": "spec.containers{app}",
            },
            "reason": reason, "message": message, "type": "Warning",
            "count": 2, "lastTimestamp": last,
        })
    }

    fn at(time: &str) -> Timestamp {
        time.parse().expect("a time written in the test")
    }

    #[test]
    fn an_event_tells_its_object_and_container() {
        let events = read(&[event("Failed", "no\u{1b}[31m", "2026-11-24T10:00:00Z")]);
        assert_eq!(events[0].object, "Pod/demo/web-1");
        assert_eq!(events[0].container.as_deref(), Some("app"));
        assert_eq!(events[0].message, "no");
    }

    #[test]
    fn an_event_of_the_new_api_has_its_time_and_count_in_a_series() {
        let event = json!({
            "eventTime": "2026-11-24T10:00:00.000000Z",
            "series": {"count": 7, "lastObservedTime": "2026-11-24T10:05:00.000000Z"},
        });
        let events = read(&[event]);
        assert_eq!(events[0].count, 7);
        assert_eq!(events[0].last, Some(at("2026-11-24T10:05:00Z")));
    }

    #[test]
    fn successes_old_events_and_repetitions_are_not_shown() {
        let events = read(&[
            event("Failed", "old", "2026-11-24T09:00:00Z"),
            event("Pulling", "Pulling image", "2026-11-24T10:00:01Z"),
            event("Failed", "same", "2026-11-24T10:00:02Z"),
            event("Failed", "same", "2026-11-24T10:00:03Z"),
        ]);
        let shown = to_show(&events, at("2026-11-24T10:00:00Z"));
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].count, 4);
        assert_eq!(shown[0].last, Some(at("2026-11-24T10:00:03Z")));
    }
}
