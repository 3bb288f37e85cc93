//! Standard input.

use std::io::Read;

use super::{Origin, Reading, Source, SourceError, content, work_tree};

/// Reads a stream to its end.
pub(super) fn read(stream: impl Read) -> Result<Reading, SourceError> {
    let name = "<stdin>";
    let text = content::decode(name, work_tree::read_at_most(stream, name)?)?;
    let mut reading = Reading::default();
    let source = Source::new(name.to_owned(), name.to_owned(), Origin::Stdin, text);
    reading.sources.add(source);
    Ok(reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_one_source() {
        let reading = read(&b"kind: Service\n"[..]).expect("UTF-8");
        let names: Vec<_> = reading
            .sources
            .iter()
            .map(|(_, source)| &source.name)
            .collect();
        assert_eq!(names, ["<stdin>"]);
    }

    #[test]
    fn an_endless_stream_ends_at_the_limit() {
        let error = read(std::io::repeat(b' ')).expect_err("endless");
        assert!(matches!(error, SourceError::TooLarge { .. }));
    }
}
