//! `content-baked-in-container`: files, documents and programs that a container makes of its own command.
//!
//! What a container writes into its own file system is gone with it, and nobody can review or change
//! it without the container. Containers that run to completion may write what they need for
//! themselves, and a path in a volume is not the container's: there only whole documents count.

use std::borrow::Cow;
use std::ops::Range;

use super::Report;
use crate::lint::embedded_document::document;
use crate::lint::script::{self, Deed};
use crate::lint::substring_span::substring_span;
use crate::lint::{Context, Label, Severity};
use crate::object::Object;
use crate::source::Span;
use crate::yaml::NodeRef;

/// Lines from which a written text is a document.
const DOCUMENT_LINES: usize = 3;

/// Lines from which a shell script is a program of its own, whatever it does.
const LONG_SCRIPT_LINES: usize = 30;

/// Directories of the kernel and of devices: writing there changes no file.
const DEVICES: [&str; 3] = ["/dev", "/proc", "/sys"];
/// Directories for what may be lost.
const SCRATCH: [&str; 5] = ["/tmp", "/var/tmp", "/run", "/var/run", "/var/log"];

const VOLUME_HELP: &str = "Put the content into a ConfigMap (or a Secret) and mount it as a volume";
const IMAGE_HELP: &str = "Build it into the image: what starts today must be what starts tomorrow";

/// Reports content that stands in commands, arguments, hooks and environment variables.
pub(super) fn check(_: &Context<'_>, object: &Object, reports: &mut Vec<Report>) {
    let Some(pod_spec) = object.pod_spec() else {
        return;
    };
    let pod_stays = !matches!(object.id.kind.as_str(), "Job" | "CronJob")
        && pod_spec
            .get("restartPolicy")
            .and_then(NodeRef::as_str)
            .is_none_or(|policy| policy == "Always");
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in pod_spec.get(list).into_iter().flat_map(NodeRef::items) {
            let restarts = container.get("restartPolicy").and_then(NodeRef::as_str);
            let stays = match list {
                "initContainers" => restarts.as_deref() == Some("Always"),
                "containers" => pod_stays,
                _ => false,
            };
            Container::new(container, stays).check(reports);
        }
    }
}

/// A container with what its findings depend on.
struct Container<'t> {
    node: NodeRef<'t>,
    /// Whether it runs for as long as its Pod.
    stays: bool,
    mounts: Vec<Cow<'t, str>>,
}

/// Something to be said of a place.
struct Remark {
    span: Span,
    severity: Option<Severity>,
    message: String,
    help: &'static str,
}

impl<'t> Container<'t> {
    fn new(node: NodeRef<'t>, stays: bool) -> Self {
        let mounts = node
            .get("volumeMounts")
            .into_iter()
            .flat_map(NodeRef::items);
        let mounts = mounts.filter_map(|mount| mount.get("mountPath")?.as_str());
        Self {
            node,
            stays,
            mounts: mounts.collect(),
        }
    }

    fn check(&self, reports: &mut Vec<Report>) {
        let arguments: Vec<NodeRef<'t>> = ["command", "args"]
            .iter()
            .filter_map(|field| self.node.get(field))
            .flat_map(NodeRef::items)
            .collect();
        self.arguments(&arguments, self.stays, reports);
        if let Some(command) = self.node.at(&["lifecycle", "postStart", "exec", "command"]) {
            self.arguments(&command.items().collect::<Vec<_>>(), true, reports);
        }
        for variable in self.node.get("env").into_iter().flat_map(NodeRef::items) {
            reports.extend(variable.get("value").and_then(variable_report));
        }
    }

    fn arguments(&self, arguments: &[NodeRef<'t>], stays: bool, reports: &mut Vec<Report>) {
        let texts: Vec<Cow<'t, str>> = arguments
            .iter()
            .map(|node| node.as_str().unwrap_or_default())
            .collect();
        let script = script_index(&texts);
        for (at, (node, text)) in arguments.iter().zip(&texts).enumerate() {
            let remarks = if Some(at) == script {
                self.script_remarks(*node, text, stays)
            } else {
                argument_remark(*node, &texts, at).into_iter().collect()
            };
            reports.extend(report(remarks));
        }
    }

    fn script_remarks(&self, node: NodeRef<'t>, text: &str, stays: bool) -> Vec<Remark> {
        let directory = self.node.get("workingDir").and_then(NodeRef::as_str);
        let acts = script::acts(text, directory.as_deref());
        let remarks = acts.into_iter().filter_map(|act| {
            let (severity, message, help) = self.judge(&act.deed, stays)?;
            Some(Remark {
                span: substring_span(node, first_line(text, act.range)),
                severity,
                message,
                help,
            })
        });
        let mut remarks: Vec<Remark> = remarks.collect();
        if remarks.is_empty() {
            remarks.extend(long_script_remark(node, text));
        }
        remarks
    }

    fn judge(&self, deed: &Deed, stays: bool) -> Option<(Option<Severity>, String, &'static str)> {
        let verdict = match deed {
            Deed::Writes {
                path,
                document_lines,
            } => {
                let bakes = stays && !self.is_elsewhere(path);
                let is_document = *document_lines >= DOCUMENT_LINES;
                if is_within(path, &DEVICES) || !(bakes || is_document) {
                    return None;
                }
                let severity = (!bakes).then_some(Severity::Info);
                let message = if bakes {
                    format!(
                        "the container writes `{path}` itself when it starts; the file is in no ConfigMap and dies with the container"
                    )
                } else {
                    format!("the content of `{path}` stands in the command")
                };
                (severity, message, VOLUME_HELP)
            }
            Deed::Edits { path } if stays && !self.is_elsewhere(path) => {
                let message = format!("the container changes `{path}` of its image when it starts");
                (None, message, VOLUME_HELP)
            }
            Deed::Edits { .. } => return None,
            Deed::Decodes => (
                None,
                "a base64 blob stands in the command".to_owned(),
                VOLUME_HELP,
            ),
            Deed::RunsDownload => (
                None,
                "the container runs what it downloads when it starts".to_owned(),
                IMAGE_HELP,
            ),
            Deed::Installs { manager } => {
                let message =
                    format!("the container installs packages with `{manager}` when it starts");
                (Some(Severity::Info), message, IMAGE_HELP)
            }
            Deed::RunsProgram { language, lines } => {
                (None, program_message(language, *lines), VOLUME_HELP)
            }
        };
        Some(verdict)
    }

    /// Whether a path is in no layer of the image: in a volume, or for what may be lost.
    fn is_elsewhere(&self, path: &str) -> bool {
        is_within(path, &DEVICES) || is_within(path, &SCRATCH) || is_within(path, &self.mounts)
    }
}

/// Whether a path is one of these or beneath one.
fn is_within<S: AsRef<str>>(path: &str, directories: &[S]) -> bool {
    directories.iter().any(|directory| {
        let directory = directory.as_ref().trim_end_matches('/');
        path.strip_prefix(directory)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// The argument that a shell takes as its script.
fn script_index(arguments: &[Cow<'_, str>]) -> Option<usize> {
    let shell = arguments.iter().position(|argument| {
        let name = argument.rsplit('/').next().unwrap_or(argument);
        matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh")
    });
    // An image whose entry point is a shell gets `-c` as its first argument.
    let first_flag = shell.map_or(0, |shell| shell + 1);
    let flags = arguments.iter().enumerate().skip(first_flag);
    for (at, argument) in flags.take_while(|(_, argument)| argument.starts_with(['-', '+'])) {
        if !argument.starts_with("--") && argument.ends_with('c') {
            return (at + 1 < arguments.len()).then_some(at + 1);
        }
    }
    None
}

/// What is to be said of an argument that is no script: a program after `python -c`, or a document.
fn argument_remark(node: NodeRef<'_>, texts: &[Cow<'_, str>], at: usize) -> Option<Remark> {
    let text = &texts[at];
    let before = texts.get(..at).unwrap_or_default();
    let language = match before {
        [programs @ .., flag] => programs
            .iter()
            .rev()
            .find_map(|program| script::language(program, flag)),
        [] => None,
    };
    let message = match language {
        Some(language) if script::is_long_program(text) => {
            program_message(language, script::code_lines(text))
        }
        Some(_) => return None,
        None => {
            let value = text
                .split_once('=')
                .filter(|(flag, _)| flag.starts_with('-') && !flag.contains(char::is_whitespace));
            let (kind, lines) = document(value.map_or(text, |(_, value)| value))?;
            format!("a {kind} document of {lines} lines stands in the arguments")
        }
    };
    Some(Remark {
        span: substring_span(node, first_line(text, 0..text.len())),
        severity: None,
        message,
        help: VOLUME_HELP,
    })
}

fn long_script_remark(node: NodeRef<'_>, text: &str) -> Option<Remark> {
    let lines = script::code_lines(text);
    (lines >= LONG_SCRIPT_LINES).then(|| Remark {
        span: substring_span(node, first_line(text, 0..text.len())),
        severity: Some(Severity::Info),
        message: format!("a shell script of {lines} lines stands in the command"),
        help: VOLUME_HELP,
    })
}

fn program_message(language: &str, lines: usize) -> String {
    match lines {
        0 | 1 => format!("a {language} program stands in the command"),
        lines => format!("a {language} program of {lines} lines stands in the command"),
    }
}

fn variable_report(value: NodeRef<'_>) -> Option<Report> {
    let (kind, lines) = document(&value.as_str()?)?;
    let span = value.key().map_or_else(|| value.span(), NodeRef::span);
    let size = if lines > 1 {
        format!(" of {lines} lines")
    } else {
        String::new()
    };
    report(vec![Remark {
        span,
        severity: None,
        message: format!("a {kind} document{size} stands in an environment variable"),
        help: VOLUME_HELP,
    }])
}

/// One report for a script: what weighs most, with the other places beside it.
fn report(mut remarks: Vec<Remark>) -> Option<Report> {
    let first = remarks
        .iter()
        .position(|remark| remark.severity.is_none())
        .unwrap_or(0);
    if remarks.is_empty() {
        return None;
    }
    let worst = remarks.remove(first);
    let related = remarks.into_iter().map(|remark| Label {
        span: remark.span,
        text: remark.message,
    });
    Some(Report {
        message: worst.message,
        primary: Label {
            span: worst.span,
            text: String::new(),
        },
        related: related.collect(),
        severity: worst.severity,
        help: Some(worst.help.to_owned()),
        fix: None,
    })
}

/// The part of a range that stands on its first line with text.
fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (part.len() - part.trim_start().len());
    let line = text[start..range.end].lines().next().unwrap_or_default();
    start..start + line.trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(arguments: &[&str]) -> Option<usize> {
        let arguments: Vec<Cow<'_, str>> = arguments
            .iter()
            .map(|argument| Cow::Borrowed(*argument))
            .collect();
        script_index(&arguments)
    }

    #[test]
    fn the_script_follows_the_flag_of_the_shell() {
        assert_eq!(index(&["/bin/sh", "-c", "x"]), Some(2));
        assert_eq!(index(&["bash", "-x", "-ec", "x"]), Some(3));
        assert_eq!(index(&["tini", "--", "sh", "-c", "x"]), Some(4));
        assert_eq!(index(&["-c", "x"]), Some(1));
        assert_eq!(index(&["app", "-c", "x"]), None);
        assert_eq!(index(&["sh", "/run.sh", "-c", "x"]), None);
        assert_eq!(index(&["sh", "-c"]), None);
    }

    #[test]
    fn paths_are_compared_by_their_steps() {
        assert!(is_within("/data/x", &["/data/"]));
        assert!(is_within("/data", &["/data"]));
        assert!(!is_within("/database", &["/data"]));
        assert!(is_within("/etc/x", &["/"]));
    }

    #[test]
    fn the_first_line_with_text_is_shown() {
        assert_eq!(first_line("\n  a b \nc", 0..9), 3..6);
    }
}
