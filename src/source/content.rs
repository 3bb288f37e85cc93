//! Bytes of one file → text, or why not.

use super::SourceError;

/// The most bytes that are read of one file.
pub(super) const LIMIT: u64 = 10 * 1024 * 1024;

/// Refuses what is larger than any manifest, before it is read.
pub(super) fn check_size(path: &str, size: u64) -> Result<(), SourceError> {
    if size <= LIMIT {
        return Ok(());
    }
    Err(SourceError::TooLarge {
        path: path.to_owned(),
        size,
        limit: LIMIT,
    })
}

/// Reads bytes as UTF-8; a byte order mark of UTF-8 stays, as the YAML reader judges it.
pub(super) fn decode(path: &str, bytes: Vec<u8>) -> Result<String, SourceError> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    if let Some(encoding) = byte_order_mark(error.as_bytes()) {
        return Err(SourceError::OtherEncoding {
            path: path.to_owned(),
            encoding,
        });
    }
    let offset = error.utf8_error().valid_up_to();
    let (line, column) = place(&String::from_utf8_lossy(&error.as_bytes()[..offset]));
    Err(SourceError::NotUtf8 {
        path: path.to_owned(),
        offset,
        line,
        column,
    })
}

/// The encoding that a byte order mark announces.
fn byte_order_mark(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => Some("UTF-32LE"),
        [0, 0, 0xfe, 0xff, ..] => Some("UTF-32BE"),
        [0xff, 0xfe, ..] => Some("UTF-16LE"),
        [0xfe, 0xff, ..] => Some("UTF-16BE"),
        _ => None,
    }
}

/// Line and column, from 1, of what follows this text.
fn place(before: &str) -> (usize, usize) {
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let last = before.rsplit_once('\n').map_or(before, |(_, after)| after);
    (line, last.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wrong_byte_has_a_place() {
        let error = decode("a.yaml", b"kind: X\nname: \xc3\xa9\xff\n".to_vec());
        let Err(SourceError::NotUtf8 {
            offset,
            line,
            column,
            ..
        }) = error
        else {
            panic!("{error:?}");
        };
        assert_eq!((offset, line, column), (16, 2, 8));
    }

    #[test]
    fn utf16_is_named() {
        let bytes = [0xff, 0xfe, b'a', 0, b':', 0].to_vec();
        let message = decode("a.yaml", bytes).expect_err("UTF-16").to_string();
        assert_eq!(message, "a.yaml is UTF-16LE, not UTF-8");
    }

    #[test]
    fn a_byte_order_mark_of_utf8_stays() {
        let text = decode("a.yaml", b"\xef\xbb\xbfkind: X".to_vec()).expect("UTF-8");
        assert!(text.starts_with('\u{feff}'));
    }

    #[test]
    fn the_limit_itself_is_still_read() {
        assert!(check_size("a.yaml", LIMIT).is_ok());
        assert!(check_size("a.yaml", LIMIT + 1).is_err());
    }
}
