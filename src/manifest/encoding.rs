//! Turns bytes into text, whichever system's editor wrote them: UTF-8 or UTF-16, any line ends, a byte order mark or none.

/// What editors put before the text to mark its encoding.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file that is neither UTF-8 nor UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotText {
    /// The line of the first byte that cannot be read, from 1.
    pub(super) line: usize,
}

/// The text of a file, with line feeds as its only line ends and without a byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<String, NotText> {
    match bytes {
        [0xff, 0xfe, ..] | [1..=0x7f, 0, ..] => utf16(bytes, u16::from_le_bytes),
        [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] => utf16(bytes, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

/// The text with line feeds as its only line ends and without a byte order mark: a checkout on Windows reads like one
/// elsewhere.
pub(super) fn unified(text: &str) -> String {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n")
}

fn utf8(bytes: &[u8]) -> Result<String, NotText> {
    std::str::from_utf8(bytes).map(unified).map_err(|error| {
        let good = &bytes[..error.valid_up_to()];
        NotText { line: good.split(|byte| *byte == b'\n').count() }
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for letter in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match letter {
            Ok(letter) => text.push(letter),
            Err(_) => return Err(NotText { line: text.split('\n').count() }),
        }
    }
    if rest.is_empty() { Ok(unified(&text)) } else { Err(NotText { line: text.split('\n').count() }) }
}

#[cfg(test)]
mod tests {
    use super::{NotText, decode};

    const TEXT: &str = "name: a\ndescription: 開封率\n";

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_and_every_line_end_gives_the_same_text() {
        let windows = format!("\u{feff}{}", TEXT.replace('\n', "\r\n"));
        for bytes in [
            TEXT.as_bytes().to_vec(),
            windows.as_bytes().to_vec(),
            TEXT.replace('\n', "\r").into_bytes(),
            utf16(&windows, u16::to_le_bytes),
            utf16(&windows, u16::to_be_bytes),
            utf16(TEXT, u16::to_le_bytes),
            utf16(TEXT, u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(TEXT));
        }
    }

    #[test]
    fn a_byte_that_is_in_no_encoding_is_found_with_its_line() {
        assert_eq!(decode(b"name: a\ndescription: \x8aJ\x95\xf5\n"), Err(NotText { line: 2 }));
        assert_eq!(decode(b"\xff\xfea\0\n\0b"), Err(NotText { line: 2 }));
        assert_eq!(decode(b"\xff\xfea\0\n\0\n\0\x00\xd8"), Err(NotText { line: 3 }));
    }

    #[test]
    fn nothing_is_a_text_too() {
        assert_eq!(decode(b"").as_deref(), Ok(""));
    }
}
