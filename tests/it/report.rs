//! What people see of findings: through the library, as a rule or an applier uses it.

use gitops_lab::lint::{Finding, Label, Severity};
use gitops_lab::report::{Human, Notice, Summary, Verdict, View, compact, json};
use gitops_lab::source::{Origin, Source, SourceId, Sources, Span};

fn sources(texts: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in texts {
        let name = (*name).to_owned();
        sources.add(Source::new(name.clone(), name, Origin::WorkTree, *text));
    }
    sources
}

/// The first place of a word in a source.
fn place(sources: &Sources, source: u32, word: &str) -> Span {
    let text = &sources.get(SourceId(source)).text;
    let start = text.find(word).expect("the test's text holds the word");
    let at = |at: usize| u32::try_from(at).expect("the tests' texts are short");
    Span {
        source: SourceId(source),
        start: at(start),
        end: at(start + word.len()),
    }
}

fn label(span: Span, text: &str) -> Label {
    Label {
        span,
        text: text.to_owned(),
    }
}

fn finding(primary: Label, message: &str) -> Finding {
    Finding {
        rule: "some-rule".to_owned(),
        severity: Severity::Error,
        message: message.to_owned(),
        primary,
        related: Vec::new(),
        object: None,
        help: None,
        fix: None,
    }
}

fn human(sources: &Sources, finding: &Finding) -> String {
    let view = View::new(sources);
    let text = Human::new(&view).notice(&Notice::from(finding));
    anstream::adapter::strip_str(&text).to_string()
}

fn every_output(sources: &Sources, finding: Finding) -> [String; 3] {
    let view = View::new(sources);
    let findings = [finding];
    let verdict = Verdict {
        findings: &findings,
        warnings: &[],
        failures: &[],
        summary: Summary::default(),
    };
    let human = Human::new(&view).verdict(&verdict);
    let human = anstream::adapter::strip_str(&human).to_string();
    [human, compact(&view, &verdict), json(&view, &verdict)]
}

#[test]
fn labels_near_each_other_share_an_excerpt_and_the_first_one_is_where_the_reader_is_sent() {
    let text = "kind: Service\nspec:\n  selector: {app: web}\n  type: ClusterIP\n  port: 80\n";
    let sources = sources(&[("service.yaml", text)]);
    let mut finding = finding(
        label(place(&sources, 0, "port: 80"), "this port"),
        "no Pod answers",
    );
    finding.related = vec![label(
        place(&sources, 0, "app: web"),
        "the Service selects here",
    )];
    assert_eq!(
        human(&sources, &finding),
        "\
error[some-rule]

  × no Pod answers
   ╭─[service.yaml:5:3]
 2 │ spec:
 3 │   selector: {app: web}
   ·              ────┬───
   ·                  ╰── the Service selects here
 4 │   type: ClusterIP
 5 │   port: 80
   ·   ────┬───
   ·       ╰── this port
   ╰────
"
    );
}

#[test]
fn a_label_far_above_stands_after_the_first_one() {
    let text = format!("first: 1\n{}second: 2\n", "x:\n".repeat(20));
    let sources = sources(&[("a.yaml", text.as_str())]);
    let mut finding = finding(label(place(&sources, 0, "second"), ""), "set twice");
    finding.related = vec![label(place(&sources, 0, "first"), "set here first")];
    assert_eq!(
        human(&sources, &finding),
        "\
error[some-rule]

  × set twice
    ╭─[a.yaml:22:1]
 21 │ x:
 22 │ second: 2
    · ──────
    ╰────
  ☞ set here first
   ╭─[a.yaml:1:1]
 1 │ first: 1
   · ─────
 2 │ x:
   ╰────
"
    );
}

#[test]
fn a_label_in_another_file_has_its_own_excerpt() {
    let sources = sources(&[("a.yaml", "name: web\n"), ("b.yaml", "app: web\n")]);
    let mut finding = finding(
        label(place(&sources, 0, "web"), "selects"),
        "no Pod matches",
    );
    finding.related = vec![label(place(&sources, 1, "web"), "the nearest Pod is here")];
    finding.help = Some("correct the name".to_owned());
    assert_eq!(
        human(&sources, &finding),
        "\
error[some-rule]

  × no Pod matches
   ╭─[a.yaml:1:7]
 1 │ name: web
   ·       ─┬─
   ·        ╰── selects
   ╰────
  ☞ the nearest Pod is here
   ╭─[b.yaml:1:6]
 1 │ app: web
   ·      ───
   ╰────
  help: correct the name
"
    );
}

#[test]
fn a_label_that_is_a_whole_story_is_cut() {
    let sources = sources(&[("a.yaml", "name: web\n")]);
    let story = "ö".repeat(200);
    let finding = finding(label(place(&sources, 0, "web"), &story), "no");
    let text = human(&sources, &finding);
    assert!(
        text.contains(&format!("╰── {}…\n", "ö".repeat(80))),
        "{text}"
    );
}

#[test]
fn columns_count_characters_and_lines_may_end_in_crlf() {
    let sources = sources(&[("a.yaml", "ä: 1\r\nüß: x\r\n")]);
    let finding = finding(label(place(&sources, 0, "x"), ""), "no");
    let [human, compact, json] = every_output(&sources, finding);
    assert!(
        human.contains("[a.yaml:2:5]") && !human.contains('\r'),
        "{human}"
    );
    assert_eq!(compact, "a.yaml:2:5: error[some-rule] no\n");
    let json: serde_json::Value = serde_json::from_str(&json).expect("the output is JSON");
    let start = &json["findings"][0]["start"];
    assert_eq!(
        start,
        &serde_json::json!({"line": 2, "column": 5, "byte": 13})
    );
}

#[test]
fn a_value_of_a_secret_reaches_no_output() {
    let text =
        "kind: Secret\nmetadata: {name: a}\nstringData:\n  pin: 482915\n  other: open-sesame\n";
    let sources = sources(&[("a.yaml", text)]);
    let mut finding = finding(
        label(place(&sources, 0, "482915"), "`482915` is a number"),
        "482915 is no string",
    );
    finding.help = Some("write `\"482915\"`, or open-sesame".to_owned());
    for output in every_output(&sources, finding) {
        assert!(
            !output.contains("482915") && !output.contains("sesame"),
            "{output}"
        );
        assert!(output.contains("***"), "{output}");
    }
}

#[test]
fn nothing_in_a_file_its_name_or_a_message_acts_on_the_terminal() {
    let sources = sources(&[(
        "a\u{1b}]0;x\u{7}.yaml",
        "a: \"\u{1b}[2J\u{202e}\" # \u{9b}31m\nb: 1\n",
    )]);
    let finding = finding(
        label(place(&sources, 0, "b: 1"), "\u{1b}[31m"),
        "\u{1b}[2Jno\u{202e}",
    );
    for output in every_output(&sources, finding) {
        let acts = |letter: char| {
            letter != '\n' && letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter)
        };
        assert!(!output.contains(acts), "{output:?}");
    }
}

#[test]
fn every_json_output_fits_the_schema_that_is_documented() {
    let schema = include_str!("../../docs/lint-output.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("the schema is JSON");
    let sources = sources(&[("a.yaml", "a: b\n")]);
    let mut finding = finding(label(place(&sources, 0, "b"), "here"), "no");
    finding.related = vec![label(place(&sources, 0, "a"), "there")];
    let [_, _, json] = every_output(&sources, finding);
    let json: serde_json::Value = serde_json::from_str(&json).expect("the output is JSON");
    check(&schema, &schema, &json, "$");
}

/// The part of JSON Schema that the schema uses: type, properties, required, items, enum, `$ref`,
/// and no properties beside those that are named.
fn check(
    root: &serde_json::Value,
    schema: &serde_json::Value,
    value: &serde_json::Value,
    at: &str,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        let target = root
            .pointer(pointer)
            .expect("the schema holds what it refers to");
        return check(root, target, value, at);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let wanted = any
            .iter()
            .find(|schema| (schema["type"] == "null") == value.is_null());
        return check(root, wanted.expect("one of two is null"), value, at);
    }
    let kind = match value {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "boolean",
        serde_json::Value::Number(_) => "integer",
        serde_json::Value::String(_) => "string",
        serde_json::Value::Array(_) => "array",
        serde_json::Value::Object(_) => "object",
    };
    let allowed = match &schema["type"] {
        serde_json::Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        one => one == kind,
    };
    assert!(allowed, "{at} is {kind}");
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{at} is {value}");
    }
    for required in schema["required"].as_array().into_iter().flatten() {
        let name = required.as_str().expect("names are texts");
        assert!(value.get(name).is_some(), "{at} has no {name}");
    }
    for (name, field) in value.as_object().into_iter().flatten() {
        let known = schema["properties"].get(name);
        let known = known.unwrap_or_else(|| panic!("the schema does not know {at}.{name}"));
        check(root, known, field, &format!("{at}.{name}"));
    }
    for item in value.as_array().into_iter().flatten() {
        check(root, &schema["items"], item, &format!("{at}[]"));
    }
}
