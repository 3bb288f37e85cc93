//! The outputs that other programs read: SARIF, JUnit, GitHub and GitLab.

use std::collections::BTreeSet;
use std::sync::Arc;

use gitops_lab::lint::{
    Applicability, Catalog, Context, Edit, Fix, Label, Linter, Outcome, Selection,
};
use gitops_lab::object::{self, Object};
use gitops_lab::report::{Run, Summary, Trouble, Verdict, View, github, gitlab, junit, sarif};
use gitops_lab::source::{Origin, RepositoryInfo, Source, SourceId, Sources, Span};
use gitops_lab::yaml;
use serde_json::Value;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Few enough that a new rule changes nothing here.
const RULES: [&str; 4] = [
    "mutable-image-tag",
    "naked-pod",
    "plaintext-secret-in-git",
    "privileged-container",
];

const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  pin: 482915\n";

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
  - name: proxy
    image: nginx
    securityContext: {privileged: true}
  - name: cache
    image: redis:latest # gitops-lab: ignore[mutable-image-tag] a cache, \"who\" <cares>
";

/// A run over texts that were read from a revision.
struct Sample {
    sources: Sources,
    objects: Vec<Object>,
    outcome: Outcome,
    catalog: Catalog,
}

impl Sample {
    fn of(files: &[(&str, &str)]) -> Self {
        let mut sources = Sources::default();
        let (mut documents, mut problems) = (Vec::new(), Vec::new());
        for (path, text) in files {
            let text: Arc<str> = Arc::from(*text);
            let name = format!("./{path}");
            let origin = Origin::Revision(COMMIT.to_owned());
            let source = Source::new(name, (*path).to_owned(), origin, Arc::clone(&text));
            let parsed = yaml::parse(sources.add(source), &text);
            documents.extend(parsed.documents);
            problems.extend(parsed.problems);
        }
        let (objects, skipped) = object::read(&documents);
        let catalog = Catalog::builtin().expect("the rule files are valid");
        let selection = Selection {
            only: RULES.map(str::to_owned).to_vec(),
            ..Selection::default()
        };
        let linter = Linter::new(catalog, &selection).expect("the rules exist");
        let context = Context::new(&sources, &objects).with_documents(&documents);
        let outcome = linter.run(&context, &problems, &skipped);
        Self {
            outcome,
            catalog: Catalog::builtin().expect("the rule files are valid"),
            objects,
            sources,
        }
    }

    /// SARIF, JUnit, GitHub, GitLab.
    fn outputs(&self, failures: &[Trouble]) -> [String; 4] {
        let view = View::new(&self.sources);
        let repository = RepositoryInfo {
            root: "/somewhere".into(),
            commit: Some(COMMIT.to_owned()),
            remote: Some("git@example.com:shop/gitops.git".to_owned()),
        };
        let run = Run {
            rules: self.catalog.rules(),
            objects: &self.objects,
            suppressed: &self.outcome.suppressed,
            repository: Some(&repository),
        };
        let verdict = Verdict {
            findings: &self.outcome.findings,
            warnings: &[],
            failures,
            summary: Summary::default(),
        };
        [
            sarif(&view, &verdict, &run),
            junit(&view, &verdict, &run),
            github(&view, &verdict),
            gitlab(&view, &verdict, &run),
        ]
    }

    fn sarif(&self) -> Value {
        serde_json::from_str(&self.outputs(&[])[0]).expect("SARIF is JSON")
    }

    fn place(&self, source: u32, word: &str) -> Span {
        let text = &self.sources.get(SourceId(source)).text;
        let start = text.find(word).expect("the test's text holds the word");
        let at = |at: usize| u32::try_from(at).expect("the tests' texts are short");
        Span {
            source: SourceId(source),
            start: at(start),
            end: at(start + word.len()),
        }
    }
}

fn trouble(place: Option<Span>) -> Trouble {
    Trouble {
        code: "source::unreadable".to_owned(),
        message: "cannot read a.yaml: 100 %\nof it".to_owned(),
        help: Some("look at it".to_owned()),
        place,
    }
}

#[test]
fn sarif_has_the_structure_that_the_standard_asks_for() {
    let mut sample = Sample::of(&[("apps/ü b.yaml", POD), ("b.yaml", "a: [\n")]);
    let image = sample.place(0, "nginx");
    let first = &mut sample.outcome.findings[0];
    first.related.push(Label {
        span: image,
        text: "here".to_owned(),
    });
    first.fix = Some(Fix {
        title: "Pin it".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit {
            span: image,
            text: "nginx:1.27.3".to_owned(),
        }],
    });
    let log: Value =
        serde_json::from_str(&sample.outputs(&[trouble(None)])[0]).expect("it is JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    let results = run["results"].as_array().expect("a list");
    assert!(results.len() >= 4, "{results:#?}");
    for result in results {
        let at = result["ruleIndex"].as_u64().expect("every rule is listed");
        let rule = &rules[usize::try_from(at).expect("it is small")];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["markdown"].is_string(), "{rule}");
        assert!(
            ["error", "warning", "note"]
                .iter()
                .any(|level| result["level"] == *level)
        );
        assert!(result["message"]["text"].is_string());
        check_place(&result["locations"][0]);
    }
    let ignored = results
        .iter()
        .find(|result| !result["suppressions"].is_null());
    let suppression = &ignored.expect("one is ignored")["suppressions"][0];
    assert_eq!(suppression["kind"], "inSource");
    assert_eq!(suppression["justification"], "a cache, \"who\" <cares>");
    check_place(&suppression["location"]);
    let fixed = results.iter().find(|result| !result["fixes"].is_null());
    let fixed = fixed.expect("one has a fix");
    check_place(&fixed["relatedLocations"][0]);
    let change = &fixed["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "apps/%C3%BC%20b.yaml");
    let replacement = &change["replacements"][0];
    assert_eq!(replacement["deletedRegion"]["byteLength"], 5);
    assert_eq!(replacement["insertedContent"]["text"], "nginx:1.27.3");
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["descriptor"]["id"], "source::unreadable");
    let provenance = &run["versionControlProvenance"][0];
    assert_eq!(provenance["revisionId"], COMMIT);
    assert_eq!(
        provenance["repositoryUri"],
        "ssh://git@example.com/shop/gitops.git"
    );
}

fn check_place(location: &Value) {
    let physical = &location["physicalLocation"];
    let artifact = &physical["artifactLocation"];
    assert_eq!(artifact["uriBaseId"], "%SRCROOT%");
    let uri = artifact["uri"].as_str().expect("a text");
    assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
    let number = |name: &str| physical["region"][name].as_u64().expect("a number");
    assert!(number("startLine") >= 1 && number("startColumn") >= 1);
    let start = (number("startLine"), number("startColumn"));
    assert!(start <= (number("endLine"), number("endColumn")));
    assert!(number("byteOffset") + number("byteLength") > 0);
}

fn fingerprints(log: &Value) -> BTreeSet<String> {
    let results = log["runs"][0]["results"].as_array().expect("a list");
    let prints = results.iter().map(|result| {
        let print = &result["partialFingerprints"]["gitopsLab/v1"];
        print.as_str().expect("a text").to_owned()
    });
    let unique: BTreeSet<String> = prints.collect();
    assert_eq!(unique.len(), results.len(), "each is another one");
    unique
}

#[test]
fn fingerprints_stay_when_lines_and_items_move_and_differ_between_files() {
    let before = fingerprints(&Sample::of(&[("a.yaml", POD)]).sarif());
    let moved = format!("# A comment\n\n---\n{POD}").replace(
        "containers:\n",
        "containers:\n  - {name: first, image: a:1.2.3}\n",
    );
    let after = fingerprints(&Sample::of(&[("a.yaml", &moved)]).sarif());
    assert_eq!(before, after);
    let elsewhere = fingerprints(&Sample::of(&[("b.yaml", POD)]).sarif());
    assert!(before.is_disjoint(&elsewhere));
}

#[test]
fn a_gitlab_report_has_what_gitlab_reads_and_no_fingerprint_twice() {
    let twice = format!("{POD}---\n{POD}");
    let sample = Sample::of(&[("a.yaml", &twice)]);
    let troubles = [trouble(None), trouble(None)];
    let report: Value = serde_json::from_str(&sample.outputs(&troubles)[3]).expect("it is JSON");
    let entries = report.as_array().expect("a list");
    assert_eq!(entries.len(), sample.outcome.findings.len() + 2);
    let mut seen = BTreeSet::new();
    for entry in entries {
        let severity = entry["severity"].as_str().expect("a text");
        assert!(["info", "minor", "critical", "blocker"].contains(&severity));
        assert!(entry["description"].is_string() && entry["check_name"].is_string());
        assert!(entry["location"]["path"].is_string());
        assert!(entry["location"]["lines"]["begin"].as_u64() >= Some(1));
        assert!(seen.insert(entry["fingerprint"].to_string()), "{entry}");
    }
}

#[test]
fn a_junit_suite_is_a_file_and_its_counts_are_right() {
    let good = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n";
    let sample = Sample::of(&[("bad.yaml", POD), ("good.yaml", good)]);
    let [_, xml, ..] = sample.outputs(&[trouble(None)]);
    let count = |text: &str| xml.matches(text).count();
    assert_eq!(count("<testsuite "), 3, "{xml}");
    assert_eq!(
        count("<testsuite name=\"good.yaml\" tests=\"1\" failures=\"0\""),
        1
    );
    assert_eq!(count("<failure "), sample.outcome.findings.len());
    assert_eq!(
        count("message=\"a cache, &quot;who&quot; &lt;cares&gt;\""),
        1
    );
    assert_eq!(
        count("<error type=\"failure\" message=\"cannot read a.yaml: 100 %\\nof it\""),
        1
    );
    let total = sample.outcome.findings.len() + 3;
    assert!(
        xml.contains(&format!(
            "<testsuites name=\"gitops-lab\" tests=\"{total}\""
        )),
        "{xml}"
    );
}

#[test]
fn github_gets_columns_only_within_a_line_and_one_line_a_command() {
    let mut sample = Sample::of(&[("a,b.yaml", POD)]);
    sample.outcome.findings.truncate(1);
    sample.outcome.findings[0].primary.span = sample.place(0, "name: proxy\n    image");
    let place = sample.place(0, "nginx");
    let [_, _, commands, _] = sample.outputs(&[trouble(Some(place)), trouble(None)]);
    let lines: Vec<&str> = commands.lines().collect();
    assert_eq!(lines.len(), 3, "{commands}");
    assert!(
        lines[0].contains(" file=a%2Cb.yaml,line=6,endLine=7,title="),
        "{commands}"
    );
    assert_eq!(
        lines[1],
        "::error file=a%2Cb.yaml,line=7,col=12,endLine=7,endColumn=17,title=source%3A%3Aunreadable::cannot read a.yaml: 100 %25%0Aof it%0Alook at it"
    );
    assert!(lines[2].starts_with("::error title=source"), "{commands}");
}

#[test]
fn a_value_of_a_secret_and_what_acts_on_a_terminal_reach_no_output() {
    let mut sample = Sample::of(&[("a\u{1b}[2J.yaml", SECRET)]);
    assert!(!sample.outcome.findings.is_empty());
    let place = sample.place(0, "482915");
    let metadata = sample.place(0, "{name: a}");
    for finding in &mut sample.outcome.findings {
        finding.message = "`482915` is no string\u{1b}[31m".to_owned();
        finding.help = Some("write `\"482915\"`".to_owned());
        finding.related = vec![Label {
            span: place,
            text: "482915".to_owned(),
        }];
        finding.fix = Some(Fix {
            title: "Quote 482915".to_owned(),
            applicability: Applicability::Safe,
            edits: vec![Edit {
                span: metadata,
                text: "{name: \"482915\"}".to_owned(),
            }],
        });
    }
    let failure = Trouble {
        message: "482915 cannot be judged".to_owned(),
        ..trouble(Some(place))
    };
    for output in sample.outputs(&[failure]) {
        assert!(!output.contains("482915"), "{output}");
        assert!(output.contains("***"), "{output}");
        let acts = |letter: char| letter != '\n' && letter.is_control();
        assert!(!output.contains(acts), "{output:?}");
    }
}
