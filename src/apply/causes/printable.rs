//! Texts that come from a cluster, made safe to print.
//!
//! Logs, events and conditions are written by whoever runs in the cluster: escape sequences could
//! repaint a terminal, and bidirectional controls could make one text look like another.

/// One line: no control characters, runs of white space as one space.
pub(crate) fn line(text: &str) -> String {
    let plain = without_controls(text);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Many lines: no control characters but line feeds; tabs become spaces.
pub(crate) fn lines(text: &str) -> Vec<String> {
    without_controls(text)
        .lines()
        .map(|line| line.replace('\t', "    ").trim_end().to_owned())
        .collect()
}

/// Replaces each of these values by `***`; the longest first, so that none shows through another.
pub(crate) fn hide(text: &str, hidden: &[String]) -> String {
    let mut values: Vec<&str> = hidden
        .iter()
        .map(String::as_str)
        .filter(|value| value.chars().count() >= SHORTEST_HIDDEN)
        .collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values
        .iter()
        .fold(text.to_owned(), |text, value| text.replace(value, "***"))
}

/// Shorter values are in every text by chance, and hiding them would tell them.
const SHORTEST_HIDDEN: usize = 4;

fn without_controls(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => skip_escape(&mut characters),
            '\n' | '\t' => plain.push(character),
            _ if character.is_control() || is_invisible(character) => {}
            _ => plain.push(character),
        }
    }
    plain
}

/// Skips what follows an ESC: a control sequence to its final byte, or a string to its terminator.
fn skip_escape(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match characters.peek() {
        Some('[') => {
            characters.next();
            for character in characters.by_ref() {
                if ('\u{40}'..='\u{7e}').contains(&character) {
                    return;
                }
            }
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            // A string never goes over the end of its line here, so that a stray ESC hides no log.
            while let Some(character) = characters.next_if(|character| *character != '\n') {
                let ends = character == '\u{7}'
                    || (character == '\u{1b}' && characters.next_if_eq(&'\\').is_some());
                if ends {
                    return;
                }
            }
        }
        Some(character) if character.is_ascii_graphic() => {
            characters.next();
        }
        _ => {}
    }
}

/// Bidirectional and zero-width controls.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_leave_no_trace() {
        assert_eq!(line("a\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7}b"), "aredb");
    }

    #[test]
    fn a_line_has_no_line_feed_and_no_bidirectional_control() {
        assert_eq!(line("one\r\n  two\u{202e}three"), "one twothree");
    }

    #[test]
    fn an_unended_string_hides_only_its_own_line() {
        assert_eq!(lines("a\u{1b}]0;never\nnext"), ["a", "next"]);
    }

    #[test]
    fn hidden_values_are_replaced_longest_first() {
        let hidden = [
            "hunter".to_owned(),
            "hunter2-long".to_owned(),
            "no".to_owned(),
        ];
        assert_eq!(
            hide("no hunter2-long and hunter", &hidden),
            "no *** and ***"
        );
    }
}
