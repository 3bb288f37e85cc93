//! Text on its way to a person: what a terminal would act upon becomes visible and harmless.

use std::borrow::Cow;

/// Whether a character acts on a terminal, hides, or turns the direction of the text around it.
pub(super) fn is_harmful(letter: char) -> bool {
    matches!(letter,
        '\0'..='\u{8}' | '\u{a}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A text of the same length in which nothing acts on a terminal; for lines of a source.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.len_utf8() {
            _ if !is_harmful(letter) => result.push(letter),
            1 => result.push('?'),
            2 => result.push('·'),
            3 => result.push('\u{fffd}'),
            _ => result.push_str("????"),
        }
    }
    Cow::Owned(result)
}

/// A text in which everything that would act on a terminal is written as an escape; for messages and names.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if is_harmful(letter) {
            result.extend(letter.escape_default());
        } else {
            result.push(letter);
        }
    }
    Cow::Owned(result)
}

/// As [`escape`], but line breaks stay; for help.
pub fn escape_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(escape).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visible_text_has_the_same_length() {
        let text = "a\u{1b}[31m\u{85}\u{202e}b\u{e0041}\tö";
        let shown = visible(text);
        assert_eq!(shown, "a?[31m·\u{fffd}b????\tö");
        assert_eq!(shown.len(), text.len());
    }

    #[test]
    fn an_escape_sequence_in_a_message_is_written_out() {
        assert_eq!(escape("a\u{1b}[2J\n\u{202e}"), "a\\u{1b}[2J\\n\\u{202e}");
    }
}
