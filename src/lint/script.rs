//! What a container's script does to the container: files it writes, what it fetches, what it embeds.

use std::ops::Range;

use regex::Regex;
use std::sync::LazyLock;

use super::shell::{self, Command, Word};

/// Something a script does that an image or a ConfigMap should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Act {
    /// The script's bytes that do it.
    pub(super) range: Range<usize>,
    /// What it does.
    pub(super) deed: Deed,
}

/// The kinds of act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Writes text that stands in the script into a file.
    Writes {
        /// The file, absolute.
        path: String,
        /// The lines of text, where nothing in it comes from outside.
        document_lines: usize,
    },
    /// Changes a file in place.
    Edits {
        /// The file, absolute.
        path: String,
    },
    /// Decodes a base64 text that stands in the script.
    Decodes,
    /// Runs what it downloads.
    RunsDownload,
    /// Installs packages.
    Installs {
        /// The package manager.
        manager: String,
    },
    /// Runs a program that stands in the script.
    RunsProgram {
        /// The interpreter.
        language: String,
        /// The lines of the program.
        lines: usize,
    },
}

/// Lines from which a program within a command is long.
const LONG_PROGRAM_LINES: usize = 5;
/// Bytes from which a program on fewer lines is long.
const LONG_PROGRAM_BYTES: usize = 400;

static BLOB: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/]{40,}={0,2}").expect("a valid pattern"));
static FORMATS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"%[-0-9.]*[a-z]|\\[a-z]").expect("a valid pattern"));

/// Reads what a script does, in order. Relative paths are taken from `directory`; paths that depend on
/// variables are nobody's to judge and are left out.
pub(super) fn acts(script: &str, directory: Option<&str>) -> Vec<Act> {
    let commands = shell::commands(script);
    let mut directory = directory.map(str::to_owned);
    let mut acts = Vec::new();
    for (at, command) in commands.iter().enumerate() {
        if command.program() == "cd" {
            directory = command
                .arguments()
                .first()
                .and_then(|to| absolute(to, directory.as_deref()));
        }
        let source = if command.piped && at > 0 {
            commands.get(at - 1)
        } else {
            None
        };
        let deeds = deeds(command, source, directory.as_deref());
        let start = source
            .filter(|source| !is_program(source))
            .map_or(command.range.start, |source| source.range.start);
        acts.extend(deeds.into_iter().map(|deed| Act {
            range: start..command.range.end,
            deed,
        }));
    }
    acts
}

/// The lines of a script that do something: comments, empty and continued lines are not counted.
pub(super) fn code_lines(script: &str) -> usize {
    let joined = script.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .count()
}

/// What an interpreter that runs its argument (`python -c`) is called.
pub(super) fn language(program: &str, flag: &str) -> Option<&'static str> {
    let name = program.rsplit('/').next().unwrap_or(program);
    let name = name.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.');
    let language = match name {
        "python" => "Python",
        "node" => "JavaScript",
        "perl" => "Perl",
        "ruby" => "Ruby",
        "php" => "PHP",
        _ => return None,
    };
    let runs_argument = match language {
        "Python" => flag == "-c",
        "PHP" => flag == "-r",
        _ => flag.starts_with("-e") || flag == "--eval",
    };
    runs_argument.then_some(language)
}

/// Whether a program within a command is too long to stand there.
pub(super) fn is_long_program(program: &str) -> bool {
    code_lines(program) >= LONG_PROGRAM_LINES || program.len() > LONG_PROGRAM_BYTES
}

fn deeds(command: &Command, source: Option<&Command>, directory: Option<&str>) -> Vec<Deed> {
    let mut deeds = Vec::new();
    if let Some(text) = written_text(command, source) {
        let files = files(command)
            .into_iter()
            .filter_map(|file| absolute(file, directory));
        deeds.extend(files.map(|path| Deed::Writes {
            path,
            document_lines: if text.expands {
                0
            } else {
                text.text.lines().count()
            },
        }));
    }
    deeds.extend(edits(command, directory));
    deeds.extend(decodes(command, source));
    deeds.extend(runs_download(command, source));
    deeds.extend(installs(command));
    deeds.extend(runs_program(command));
    deeds
}

/// The files that a command's output goes to.
fn files(command: &Command) -> Vec<&Word> {
    let mut files: Vec<&Word> = command.writes.iter().collect();
    if command.program() == "tee" {
        files.extend(
            command
                .arguments()
                .iter()
                .filter(|word| !word.text.starts_with('-')),
        );
    }
    files
}

/// A text that a command prints.
struct Text {
    text: String,
    expands: bool,
}

/// What a command writes, where it holds text of the script's own.
fn written_text(command: &Command, source: Option<&Command>) -> Option<Text> {
    let printing = match command.program() {
        "tee" if command.here_document.is_none() => source?,
        _ => command,
    };
    let (text, literal) = match (&printing.here_document, printing.program()) {
        (Some(document), "cat" | "tee" | "") => {
            let text = Text {
                text: document.body.clone(),
                expands: document.expands,
            };
            (text, document.body.clone())
        }
        (None, "echo" | "printf") => printed(printing),
        _ => return None,
    };
    let literal = FORMATS.replace_all(&literal, "");
    literal.contains(char::is_alphanumeric).then_some(text)
}

fn printed(command: &Command) -> (Text, String) {
    let words = command
        .arguments()
        .iter()
        .skip_while(|word| is_echo_flag(&word.text));
    let mut text = Text {
        text: String::new(),
        expands: false,
    };
    let mut literal = String::new();
    for word in words {
        text.text.push_str(&word.text);
        text.text.push(' ');
        text.expands |= word.expands;
        literal.push_str(&word.literal);
    }
    (text, literal)
}

fn is_echo_flag(word: &str) -> bool {
    matches!(word, "-n" | "-e" | "-ne" | "-en" | "-E" | "--")
}

/// `sed -i` and its like on a file.
fn edits(command: &Command, directory: Option<&str>) -> Vec<Deed> {
    let in_place =
        |word: &&Word| word.text.starts_with("-i") || word.text.starts_with("--in-place");
    if command.program() != "sed" || command.arguments().iter().find(in_place).is_none() {
        return Vec::new();
    }
    let operands = command
        .arguments()
        .iter()
        .filter(|word| !word.text.starts_with('-'));
    let files = operands
        .skip(1)
        .filter_map(|file| absolute(file, directory));
    files.map(|path| Deed::Edits { path }).collect()
}

fn decodes(command: &Command, source: Option<&Command>) -> Option<Deed> {
    let flags = ["-d", "-D", "--decode", "-di"];
    let is_decoder = command.program() == "base64"
        && command
            .arguments()
            .iter()
            .any(|word| flags.contains(&word.text.as_str()));
    if !is_decoder {
        return None;
    }
    let piped = source
        .into_iter()
        .flat_map(|source| source.words.iter().map(|word| word.literal.as_str()));
    let read = command
        .here_document
        .iter()
        .map(|document| document.body.as_str());
    piped
        .chain(read)
        .any(|text| BLOB.is_match(text))
        .then_some(Deed::Decodes)
}

fn is_shell(program: &str) -> bool {
    matches!(program, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh")
}

fn is_download(command: &Command) -> bool {
    matches!(command.program(), "curl" | "wget")
}

fn is_program(command: &Command) -> bool {
    command.words.is_empty()
}

/// `curl … | sh`, `sh <(curl …)`, `sh -c "$(curl …)"`.
fn runs_download(command: &Command, source: Option<&Command>) -> Option<Deed> {
    let program = command.program();
    let interprets = is_shell(program)
        || matches!(program, "." | "source" | "eval")
        || program.starts_with("python");
    let fetched = ["$(curl ", "$(wget ", "<(curl ", "<(wget "];
    let arguments_fetch = command
        .arguments()
        .iter()
        .any(|word| fetched.iter().any(|start| word.text.starts_with(start)));
    let reads_input = command
        .arguments()
        .iter()
        .all(|word| word.text.starts_with('-'));
    let input_fetches = source.is_some_and(is_download) && reads_input;
    (interprets && (arguments_fetch || input_fetches)).then_some(Deed::RunsDownload)
}

fn installs(command: &Command) -> Option<Deed> {
    let words: Vec<&str> = command
        .words
        .iter()
        .map(|word| word.text.as_str())
        .collect();
    let words = match words.as_slice() {
        ["sudo", rest @ ..] => rest,
        all => all,
    };
    let program = words.first()?.rsplit('/').next()?;
    let verb = words.iter().skip(1).find(|word| !word.starts_with('-'))?;
    let manager = program.trim_end_matches(|last: char| last.is_ascii_digit());
    let installs = match manager {
        "apt-get" | "apt" | "yum" | "dnf" | "microdnf" | "pip" | "gem" | "zypper" => {
            *verb == "install"
        }
        "apk" => *verb == "add",
        "npm" => *verb == "install" && words.iter().any(|word| matches!(*word, "-g" | "--global")),
        _ => false,
    };
    installs.then(|| Deed::Installs {
        manager: manager.to_owned(),
    })
}

fn runs_program(command: &Command) -> Option<Deed> {
    let program = command.program();
    let arguments = command.arguments();
    let inline = arguments.windows(2).find_map(|pair| {
        let language = language(program, &pair[0].text)?;
        Some((language, pair[1].text.as_str()))
    });
    let read = command.here_document.as_ref().and_then(|document| {
        let language = language(program, "-c").or_else(|| language(program, "-e"))?;
        Some((language, document.body.as_str()))
    });
    let (language, text) = inline.or(read)?;
    is_long_program(text).then(|| Deed::RunsProgram {
        language: language.to_owned(),
        lines: code_lines(text),
    })
}

/// An absolute path without `.` and `..`; `None` where it depends on a variable or an unknown directory.
fn absolute(word: &Word, directory: Option<&str>) -> Option<String> {
    if word.expands || word.text.starts_with('~') || word.text.is_empty() {
        return None;
    }
    let path = if word.text.starts_with('/') {
        word.text.clone()
    } else {
        format!("{}/{}", directory?, word.text)
    };
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            _ => steps.push(step),
        }
    }
    Some(format!("/{}", steps.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deeds(script: &str) -> Vec<Deed> {
        acts(script, None).into_iter().map(|act| act.deed).collect()
    }

    fn writes(path: &str, document_lines: usize) -> Deed {
        Deed::Writes {
            path: path.to_owned(),
            document_lines,
        }
    }

    #[test]
    fn text_of_the_script_that_goes_to_a_file_is_written() {
        assert_eq!(deeds("echo \"Hello\" > /a/b && nginx"), [writes("/a/b", 1)]);
        assert_eq!(deeds("cat > /a <<'E'\nx: 1\ny: 2\nE"), [writes("/a", 2)]);
        assert_eq!(deeds("cat <<E | tee -a /a\nx: $y\nE"), [writes("/a", 0)]);
        assert_eq!(
            deeds("printf 'x\\n' | tee /a >/dev/null"),
            [writes("/dev/null", 1), writes("/a", 1)]
        );
        assert_eq!(deeds("cd /a/b; echo x > ../c"), [writes("/a/c", 1)]);
    }

    #[test]
    fn what_comes_from_outside_is_not_the_scripts_text() {
        for script in [
            "echo $HOSTNAME > /a",
            "printf '%s\\n' \"$X\" > /a",
            "date > /a",
            "echo x > $DIR/a",
            "echo x > a",
            "echo x",
            "echo x >&2",
            "envsubst < /in > /out",
        ] {
            assert_eq!(deeds(script), [], "{script}");
        }
    }

    #[test]
    fn files_are_edited_in_place_by_sed_alone() {
        let edits = Deed::Edits {
            path: "/etc/a".to_owned(),
        };
        assert_eq!(deeds("sed -i 's/a/b/' /etc/a"), [edits]);
        assert_eq!(deeds("sed 's/a/b/' /etc/a"), []);
    }

    #[test]
    fn downloads_that_are_run_are_told_from_downloads() {
        for script in [
            "curl -sSL https://x | sh",
            "curl x | bash -s --",
            "bash <(curl -s x)",
            "sh -c \"$(curl -s x)\"",
        ] {
            assert_eq!(deeds(script), [Deed::RunsDownload], "{script}");
        }
        for script in [
            "curl x | jq .",
            "curl -o /a x",
            "bash -c 'test $(curl -s x) = 200'",
            "until curl x; do sleep 1; done",
        ] {
            assert_eq!(deeds(script), [], "{script}");
        }
    }

    #[test]
    fn package_managers_install_by_their_verb() {
        let installs = |manager: &str| Deed::Installs {
            manager: manager.to_owned(),
        };
        assert_eq!(
            deeds("apt-get update && apt-get install -y curl"),
            [installs("apt-get")]
        );
        assert_eq!(deeds("apk --no-cache add curl"), [installs("apk")]);
        assert_eq!(deeds("pip3 install x"), [installs("pip")]);
        assert_eq!(deeds("npm install; pip list"), []);
    }

    #[test]
    fn embedded_programs_and_blobs_are_seen_when_they_are_long() {
        let script = format!("echo {} | base64 -d > $X", "QUJD".repeat(12));
        assert_eq!(deeds(&script), [Deed::Decodes]);
        assert_eq!(deeds("echo $X | base64 -d"), []);
        let program = Deed::RunsProgram {
            language: "Python".to_owned(),
            lines: 5,
        };
        assert_eq!(deeds("python3 - <<E\na\nb\nc\nd\ne\nE"), [program]);
        assert_eq!(deeds("python3 -c 'print(1)'"), []);
    }

    #[test]
    fn continued_lines_and_comments_do_not_make_a_script_long() {
        assert_eq!(code_lines("# a\n\nexec app \\\n  --b \\\n  --c\n"), 1);
    }
}
