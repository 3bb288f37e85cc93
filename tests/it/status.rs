//! Our statuses against kstatus: the golden data of tests/oracle/kstatus, and kstatus itself where Go is.
//!
//! A case that says `mended` differs on purpose; it says why, and what we say instead.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gitops_lab::apply::status::status;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
struct Case {
    name: String,
    object: Value,
    /// Why we differ.
    mended: Option<String>,
    /// What we say where we differ.
    ours: Option<String>,
}

/// What kstatus says of every case, in their order.
#[derive(Debug, Deserialize, Serialize, PartialEq, Eq)]
struct Answer {
    version: String,
    statuses: Vec<String>,
}

#[test]
fn every_status_is_kstatus_s_or_differs_with_a_reason() {
    let (cases, golden) = (cases(), golden());
    assert_eq!(cases.len(), golden.statuses.len(), "UPDATE_GOLDEN=1");
    let mut report = String::new();
    for (case, kstatus) in cases.iter().zip(&golden.statuses) {
        // kstatus refuses what it cannot read; here nothing stops the others.
        let kstatus = if kstatus == "Error" {
            "Unknown"
        } else {
            kstatus
        };
        let wanted = case.ours.as_deref().unwrap_or(kstatus);
        if case.mended.is_some() == (wanted == kstatus) {
            let _ = writeln!(
                report,
                "{}: listed as mended and is not, or the reverse",
                case.name
            );
        }
        let generation = case
            .object
            .pointer("/metadata/generation")
            .and_then(Value::as_i64);
        let now = "2026-11-24T10:00:00Z".parse().expect("a time");
        let ours = status(&case.object, generation, now);
        if ours.status.to_string() != wanted {
            let _ = writeln!(report, "{}: {ours:?}, not {wanted}", case.name);
        }
    }
    assert!(report.is_empty(), "{report}");
}

#[test]
fn the_golden_data_is_what_kstatus_says() {
    let answer = match ask_go(&cases()) {
        Ok(answer) => answer,
        Err(reason) if std::env::var_os("CI").is_some() => panic!("{reason}"),
        Err(reason) => {
            let _ = writeln!(std::io::stderr(), "skipped: {reason}");
            return;
        }
    };
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let text = serde_json::to_string_pretty(&answer).expect("an answer is JSON");
        std::fs::write(folder().join("golden.json"), text + "\n")
            .expect("golden.json can be written");
        return;
    }
    assert_eq!(answer, golden());
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/kstatus")
}

fn cases() -> Vec<Case> {
    let text =
        std::fs::read_to_string(folder().join("cases.json")).expect("the cases are committed");
    serde_json::from_str(&text).expect("the cases are JSON")
}

fn golden() -> Answer {
    let text = std::fs::read_to_string(folder().join("golden.json"))
        .expect("the golden data is committed");
    serde_json::from_str(&text).expect("the golden data is JSON")
}

/// Runs the program of tests/oracle/kstatus; the error says why it cannot run here.
fn ask_go(cases: &[Case]) -> Result<Answer, String> {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kstatus-oracle");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(folder())
        .output()
        .map_err(|error| format!("go cannot be run ({error})"))?;
    if !built.status.success() {
        let output = String::from_utf8_lossy(&built.stderr);
        return Err(format!("kstatus cannot be built: {output}"));
    }
    let mut child = Command::new(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("kstatus cannot be run ({error})"))?;
    let objects: Vec<&Value> = cases.iter().map(|case| &case.object).collect();
    let input = serde_json::to_vec(&objects).expect("objects are JSON");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    stdin.write_all(&input).expect("kstatus reads all objects");
    drop(stdin);
    let output = child.wait_with_output().expect("kstatus ends");
    Ok(serde_json::from_slice(&output.stdout).expect("kstatus answers in JSON"))
}
