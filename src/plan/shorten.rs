//! Server texts repeat whole objects; a person needs the words around them.

/// Objects in braces that are longer than this are left out.
const LONGEST: usize = 80;

/// A text with every long object in braces replaced by `{…}`.
pub(super) fn shorten(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, object) = rest.split_at(at);
        short.push_str(before);
        let length = balanced(object);
        if length > LONGEST {
            short.push_str("{…}");
        } else {
            short.push_str(&object[..length]);
        }
        rest = &object[length..];
    }
    short.push_str(rest);
    short
}

/// The length of the braces that a text begins with; the brace alone where they do not close.
fn balanced(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_object_is_left_out_and_the_words_stay() {
        let object = format!("{{\"a\":\"}}{}\"}}", "x".repeat(90));
        let text = format!("spec: Invalid value: {object}: field is immutable");
        assert_eq!(
            shorten(&text),
            "spec: Invalid value: {…}: field is immutable"
        );
    }

    #[test]
    fn a_short_object_and_an_open_brace_stay() {
        let text = "Invalid value: {\"a\":1}: no { here";
        assert_eq!(shorten(text), text);
    }
}
