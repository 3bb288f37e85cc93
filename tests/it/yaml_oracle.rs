//! Our reader against kubectl's: the golden data of tests/oracle, and the reader itself where Go is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use gitops_lab::yaml::{Parsed, ProblemKind};
use serde::Deserialize;
use serde_json::Value;

use crate::yaml_cases::{Case, Document, cases, differences, golden};

#[test]
fn every_case_reads_as_kubectl_reads_it() {
    let golden = golden();
    let known = differences();
    let mut report = String::new();
    for case in cases() {
        let expected = golden
            .cases
            .get(case.name)
            .unwrap_or_else(|| panic!("{} has golden data", case.name));
        let difference = difference(&case, expected);
        match (difference, known.get(case.name)) {
            (Some(difference), None) => {
                let _ = writeln!(report, "{}: {difference}", case.name);
            }
            (None, Some(_)) => {
                let _ = writeln!(report, "{}: listed as different and is not", case.name);
            }
            _ => {}
        }
    }
    assert!(report.is_empty(), "{report}");
}

#[test]
fn every_case_has_its_own_name_and_golden_data_only_for_cases() {
    let mut names: Vec<_> = cases().iter().map(|case| case.name).collect();
    names.sort_unstable();
    let golden = golden();
    let known: Vec<_> = golden.cases.keys().map(String::as_str).collect();
    assert_eq!(names, known);
    assert!(names.len() >= 150, "{} cases", names.len());
}

#[test]
fn the_golden_data_is_what_kubectls_reader_says() {
    let cases = cases();
    let answer = match ask_go(&cases) {
        Ok(answer) => answer,
        Err(reason) if std::env::var_os("CI").is_some() => panic!("{reason}"),
        Err(reason) => {
            let _ = writeln!(std::io::stderr(), "skipped: {reason}");
            return;
        }
    };
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        write_golden(&cases, &answer);
        return;
    }
    let golden = golden();
    for (case, documents) in cases.iter().zip(&answer.texts) {
        let expected = &golden.cases[case.name];
        let got: Vec<Document> = documents
            .iter()
            .map(|document| serde_json::from_value(document.clone()).expect("a document"))
            .collect();
        assert_eq!(&got, expected, "{}", case.name);
    }
    assert_eq!(answer.versions, golden.versions);
}

#[derive(Deserialize)]
struct Answer {
    versions: BTreeMap<String, String>,
    texts: Vec<Vec<Value>>,
}

/// Runs the program of tests/oracle; the error says why it cannot run here.
fn ask_go(cases: &[Case]) -> Result<Answer, String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("yaml-oracle"))
        .arg(".")
        .current_dir(&directory)
        .output()
        .map_err(|error| format!("go cannot be run ({error})"))?;
    if !built.status.success() {
        let output = String::from_utf8_lossy(&built.stderr);
        return Err(format!("the Go reader cannot be built: {output}"));
    }
    let mut child = Command::new(Path::new(env!("CARGO_TARGET_TMPDIR")).join("yaml-oracle"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the Go reader cannot be run ({error})"))?;
    let texts: Vec<&str> = cases.iter().map(|case| &*case.text).collect();
    let input = serde_json::to_vec(&texts).expect("texts are JSON");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    stdin
        .write_all(&input)
        .expect("the Go reader reads all texts");
    drop(stdin);
    let output = child.wait_with_output().expect("the Go reader ends");
    Ok(serde_json::from_slice(&output.stdout).expect("the Go reader answers in JSON"))
}

fn write_golden(cases: &[Case], answer: &Answer) {
    let versions = serde_json::to_string(&answer.versions).expect("versions are JSON");
    let mut lines: Vec<String> = cases
        .iter()
        .zip(&answer.texts)
        .map(|(case, documents)| {
            let documents = serde_json::to_string(documents).expect("documents are JSON");
            format!("{:?}: {documents}", case.name)
        })
        .collect();
    lines.sort_unstable();
    let text = format!(
        "{{\"versions\": {versions}, \"cases\": {{\n{}\n}}}}\n",
        lines.join(",\n")
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/golden.json");
    std::fs::write(path, text).expect("golden.json can be written");
}

/// What is different between what we read and what kubectl reads.
fn difference(case: &Case, expected: &[Document]) -> Option<String> {
    let parsed = case.parse();
    for (index, document) in expected.iter().enumerate() {
        let ours = parsed
            .documents
            .iter()
            .find(|tree| tree.document_index() == index)
            .map(|tree| tree.root().to_json());
        match (ours, &document.json) {
            (None, None) => {}
            (Some(ours), None) => {
                return Some(format!(
                    "document {index}: we read {ours}, kubectl {document:?}"
                ));
            }
            (None, Some(json)) => {
                return Some(format!(
                    "document {index}: kubectl reads {json}, we {:?}",
                    parsed.problems
                ));
            }
            (Some(ours), Some(json)) if is_same(&ours, json) => {}
            (Some(ours), Some(json)) => {
                return Some(format!("document {index}: we read {ours}, kubectl {json}"));
            }
        }
    }
    let beyond = parsed
        .documents
        .iter()
        .any(|tree| tree.document_index() >= expected.len());
    if beyond {
        return Some(format!("kubectl has {} documents, we more", expected.len()));
    }
    difference_of_problems(case, expected, &parsed)
}

fn difference_of_problems(case: &Case, expected: &[Document], parsed: &Parsed) -> Option<String> {
    let refused = expected
        .iter()
        .filter(|document| document.error.is_some())
        .count();
    let errors = parsed.problems.iter().filter(|problem| {
        matches!(
            problem.kind,
            ProblemKind::Syntax
                | ProblemKind::Template
                | ProblemKind::Limit
                | ProblemKind::Encoding
        )
    });
    let errors = errors.count();
    if errors != refused {
        let problems = &parsed.problems;
        return Some(format!(
            "kubectl refuses {refused} documents, we {errors}: {problems:?}"
        ));
    }
    let duplicate = parsed
        .problems
        .iter()
        .any(|problem| problem.kind == ProblemKind::DuplicateKey);
    let expected_duplicate = expected.iter().any(|document| document.duplicate);
    // kubectl's strict reader also refuses what a merge key overrides, and does not look at JSON.
    let is_comparable = !case.text.contains("<<") && !case.text.starts_with('{');
    if is_comparable && duplicate != expected_duplicate {
        return Some(format!(
            "duplicate keys: kubectl {expected_duplicate}, we {duplicate}"
        ));
    }
    None
}

/// Compares as text first: deep JSON is too deep for the parser of JSON.
fn is_same(ours: &Value, json: &str) -> bool {
    if serde_json::to_string(ours).is_ok_and(|text| text == json) {
        return true;
    }
    serde_json::from_str(json).is_ok_and(|json| is_equal(ours, &json))
}

fn is_equal(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => {
            if let (Some(ours), Some(theirs)) = (ours.as_i64(), theirs.as_i64()) {
                return ours == theirs;
            }
            if let (Some(ours), Some(theirs)) = (ours.as_u64(), theirs.as_u64()) {
                return ours == theirs;
            }
            let (Some(ours), Some(theirs)) = (ours.as_f64(), theirs.as_f64()) else {
                return false;
            };
            (ours - theirs).abs() <= f64::EPSILON * theirs.abs()
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| is_equal(a, b))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|((a, ours), (b, theirs))| a == b && is_equal(ours, theirs))
        }
        _ => ours == theirs,
    }
}
