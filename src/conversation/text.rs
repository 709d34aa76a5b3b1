//! Joins the bytes of an answer into text: a chunk may end in the middle of a character.

/// The bytes of a character that has not come whole.
#[derive(Debug, Default)]
pub(super) struct Joined(Vec<u8>);

impl Joined {
    /// Takes the next bytes; answers all characters that are whole now. Bytes that can't become a character are
    /// answered as U+FFFD.
    pub(super) fn push(&mut self, bytes: &[u8]) -> String {
        self.0.extend_from_slice(bytes);
        let mut text = String::new();
        let mut rest = self.0.as_slice();
        while !rest.is_empty() {
            match std::str::from_utf8(rest) {
                Ok(whole) => {
                    text.push_str(whole);
                    rest = &[];
                }
                Err(error) => {
                    let (whole, after) = rest.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(whole));
                    rest = after;
                    // Without a length the bytes end too early: what is missing may still come.
                    let Some(wrong) = error.error_len() else { break };
                    text.push(char::REPLACEMENT_CHARACTER);
                    rest = &rest[wrong..];
                }
            }
        }
        self.0 = rest.to_vec();
        text
    }

    /// What is left when nothing more comes: nothing, or half a character.
    pub(super) fn rest(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.0)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Joined;

    #[test]
    fn a_text_cut_at_every_byte_is_whole_again() {
        let text = "開封率は 2.04 % です 👩‍💻.\n";
        for size in 1..=text.len() {
            let mut joined = Joined::default();
            let pieces: Vec<String> = text.as_bytes().chunks(size).map(|piece| joined.push(piece)).collect();
            assert_eq!(pieces.concat(), text, "in pieces of {size} bytes");
            assert_eq!(joined.rest(), "");
        }
    }

    #[test]
    fn a_character_is_shown_as_soon_as_it_is_whole() {
        let mut joined = Joined::default();
        let bytes = "a開b".as_bytes();
        assert_eq!(joined.push(&bytes[..3]), "a");
        assert_eq!(joined.push(&bytes[3..4]), "開");
        assert_eq!(joined.push(&bytes[4..]), "b");
    }

    #[test]
    fn bytes_that_are_no_text_hold_nothing_up() {
        let mut joined = Joined::default();
        assert_eq!(joined.push(b"a\xffb\xe9"), "a\u{fffd}b");
        assert_eq!(joined.push(b"c\xe9\x96"), "\u{fffd}c");
        assert_eq!(joined.rest(), "\u{fffd}");
    }
}
