//! Whole documents within a string.

use std::sync::LazyLock;

use regex::Regex;

/// Lines that a document has at least; shorter ones are values.
const DOCUMENT_LINES: usize = 4;
/// Bytes from which JSON on one line is a document.
const LONG_JSON_BYTES: usize = 400;

static SETTING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*(?:- )?["']?[A-Za-z_][A-Za-z0-9_./ -]*["']?(?::(?:\s|$)|\s*=)"#)
        .expect("a valid pattern")
});
static STRUCTURE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*(?:\[{1,2}[^\]]+\]{1,2}$|- \S|[\]\[{}(),]+$|["'])"#).expect("a valid pattern")
});

/// What kind of document a text is, and how many lines it has; `None` for values, prose, programs and certificates.
pub(super) fn document(text: &str) -> Option<(&'static str, usize)> {
    let trimmed = text.trim();
    let lines = trimmed.lines().count();
    let is_json = trimmed.starts_with(['{', '['])
        && (lines >= DOCUMENT_LINES || trimmed.len() > LONG_JSON_BYTES)
        && serde_json::from_str::<serde_json::Value>(trimmed).is_ok();
    if is_json {
        return Some(("JSON", lines));
    }
    if lines < DOCUMENT_LINES || trimmed.contains("-----BEGIN ") {
        return None;
    }
    if trimmed.starts_with('<') && trimmed.ends_with('>') {
        return Some(("XML", lines));
    }
    is_configuration(trimmed).then_some(("configuration", lines))
}

/// Whether nearly every line sets something, and most by a name.
fn is_configuration(text: &str) -> bool {
    let lines = || {
        let lines = text.lines();
        lines.filter(|line| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with('#') && !line.starts_with(';')
        })
    };
    let count = lines().count();
    let settings = lines().filter(|line| SETTING.is_match(line)).count();
    let structure = lines()
        .filter(|line| !SETTING.is_match(line) && STRUCTURE.is_match(line))
        .count();
    settings * 2 >= count && (settings + structure) * 10 >= count * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_languages_are_documents() {
        for text in [
            "a: 1\nb:\n  - x\n  - y\n",
            "[server]\nport = 1\nhost = \"x\"\ndebug = false\n",
            "a=1\nb=2\nc=3\nd=4\n",
            "{\n \"a\": 1,\n \"b\": 2\n}\n",
            "<a>\n <b/>\n <c/>\n</a>\n",
        ] {
            assert!(document(text).is_some(), "{text}");
        }
    }

    #[test]
    fn values_flags_prose_programs_and_certificates_are_none() {
        for text in [
            "{\"a\": 1}",
            "a: 1\nb: 2\n",
            "-Xmx1g\n-Dx=y\n-Dz=a\n-Db=c\n",
            "One sentence.\nAnother one.\nAnd: one more here\nThe last.\n",
            "set -e\nX=1\nrun $X\nwait\n",
            "-----BEGIN CERTIFICATE-----\na=b\nc=d\n-----END CERTIFICATE-----\n",
        ] {
            assert_eq!(document(text), None, "{text}");
        }
    }
}
