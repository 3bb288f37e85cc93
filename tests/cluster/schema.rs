//! What lint says about fields, types and values, against what the API server's strict decoding says.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use gitops_lab::source::SourceId;
use gitops_lab::yaml;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::{Needs, Test};

pub(crate) const TESTS: &[Test] = &[Test {
    name: "lint_and_the_api_server_agree_about_fields_types_and_values",
    needs: Needs::ControlPlane,
    run: agreement,
}];

/// Valid objects of many kinds.
const VALID: &[&str] = &[
    include_str!("data/kinds/cluster.yaml"),
    include_str!("data/kinds/configuration.yaml"),
    include_str!("data/kinds/workloads.yaml"),
];

/// What a server says that could not decode an object. Everything else that it refuses is a matter of
/// rules in its code, which the schema does not tell.
const UNDECODABLE: [&str; 3] = [
    "strict decoding error",
    "cannot unmarshal",
    "cannot be handled as",
];

/// An object with one place changed.
struct Mutation {
    what: String,
    object: Value,
}

/// A field of type `any` in the data: its own decoder is not known offline.
const DECODES_ITSELF: &str = "openAPIV3Schema";

fn agreement(cluster: &Cluster) {
    let folder = tempfile::tempdir().expect("a folder for the objects");
    let mutations = mutations();
    assert!(mutations.len() > 1000, "{} are few", mutations.len());
    for (name, mutation) in &mutations {
        std::fs::write(folder.path().join(name), mutation.object.to_string())
            .expect("the folder is ours");
    }
    let path = folder.path().to_string_lossy();
    let namespace = cluster.namespace("schema");
    let refused = refused(cluster, &path, &namespace);
    let found = found(cluster, &path);

    let mut offences = String::new();
    for (name, mutation) in &mutations {
        let what = &mutation.what;
        match (refused.get(name), found.contains(name)) {
            (None, true) => {
                writeln!(offences, "lint refuses what the server takes: {what}")
            }
            (Some(error), false)
                if UNDECODABLE.iter().any(|text| error.contains(text))
                    && !what.contains(DECODES_ITSELF) =>
            {
                writeln!(offences, "lint does not see: {what}: {error}")
            }
            _ => Ok(()),
        }
        .expect("a String takes everything");
    }
    assert!(offences.is_empty(), "{offences}");
    assert!(found.len() > 500, "only {} were found", found.len());
}

/// What the server says of each object that it refuses.
fn refused(cluster: &Cluster, folder: &str, namespace: &str) -> BTreeMap<String, String> {
    let output = cluster.kubectl(&[
        "create",
        "--dry-run=server",
        "--validate=strict",
        "--namespace",
        namespace,
        "--filename",
        folder,
    ]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let named = errors.lines().filter_map(|line| {
        let (_, rest) = line.split_once(folder)?;
        let (name, _) = rest.trim_start_matches('/').split_once('"')?;
        Some((name.to_owned(), line.to_owned()))
    });
    named.collect()
}

/// The objects about which lint has an error to say.
fn found(cluster: &Cluster, folder: &str) -> BTreeSet<String> {
    let output = cluster
        .gitops_lab()
        .args(["lint", "--output", "compact", "--rule", "schema-violation"])
        .args([
            "--rule",
            "non-string-value",
            "--rule",
            "yaml11-ambiguous-scalar",
        ])
        .arg(folder)
        .output()
        .expect("cargo built it");
    let findings = String::from_utf8_lossy(&output.stdout).into_owned();
    let named = findings.lines().filter_map(|line| {
        let (path, rest) = line.split_once(".yaml:")?;
        let (_, name) = path.rsplit_once('/')?;
        rest.contains(" error[").then(|| format!("{name}.yaml"))
    });
    named.collect()
}

/// Every valid object, and each with one place changed in each way.
fn mutations() -> BTreeMap<String, Mutation> {
    let mut all = BTreeMap::new();
    let texts = VALID.iter().map(|text| Arc::from(*text));
    let documents = texts.flat_map(|text: Arc<str>| yaml::parse(SourceId(0), &text).documents);
    for document in documents {
        let valid = document.root().to_json();
        let kind = valid["kind"].as_str().unwrap_or_default().to_owned();
        if kind == "Widget" {
            continue;
        }
        let mut add = |what: String, object: Value| {
            let name = format!("{:05}.yaml", all.len());
            all.insert(name, Mutation { what, object });
        };
        let mut places = Vec::new();
        collect(&valid, String::new(), &mut places);
        for (pointer, changes) in places {
            for change in changes {
                let mut object = valid.clone();
                let place = object.pointer_mut(&pointer).expect("it was just collected");
                match &change {
                    Change::Unknown => place["unknownField"] = json!("x"),
                    Change::Value(value) => *place = value.clone(),
                    Change::Remove(key) => {
                        place.as_object_mut().map(|fields| fields.remove(key));
                    }
                }
                add(format!("{kind}{pointer} {change:?}"), object);
            }
        }
        add(format!("{kind} as it is"), valid);
    }
    all
}

/// A change of one place.
#[derive(Debug)]
enum Change {
    Unknown,
    Value(Value),
    Remove(String),
}

/// The places of a value with their changes. kubectl itself reads the metadata, and says nothing about
/// the file when it cannot.
fn collect(value: &Value, pointer: String, places: &mut Vec<(String, Vec<Change>)>) {
    let mut changes = Vec::new();
    match value {
        Value::Object(fields) => {
            if !pointer.is_empty() {
                changes.push(Change::Value(json!("x")));
            }
            changes.push(Change::Unknown);
            for (key, field) in fields {
                if pointer.is_empty() && ["apiVersion", "kind", "metadata"].contains(&&**key) {
                    continue;
                }
                changes.push(Change::Remove(key.clone()));
                let key = key.replace('~', "~0").replace('/', "~1");
                collect(field, format!("{pointer}/{key}"), places);
            }
        }
        Value::Array(items) => {
            changes.push(Change::Value(json!({"a": 1})));
            for (at, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{at}"), places);
            }
        }
        _ => {
            let others = [json!(7), json!("x"), json!(true), json!(["a"])];
            changes.extend(others.into_iter().map(Change::Value));
        }
    }
    places.push((pointer, changes));
}
