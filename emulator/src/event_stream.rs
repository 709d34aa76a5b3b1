//! Writes the messages of `application/vnd.amazon.eventstream`: lengths, headers and payload, with a checksum after each.
//!
//! A message is: its length and the headers' length (4 bytes each, big-endian), a CRC-32 of those eight bytes, the
//! headers, the payload, and a CRC-32 of all before it.

use bytes::{BufMut, Bytes, BytesMut};
use serde_json::Value;

/// The content type of a body that is made of these messages.
pub(crate) const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Lengths and checksum before the headers, and the checksum behind the payload.
const FRAME: usize = 16;
/// A header whose value is a string.
const STRING: u8 = 7;

/// An event (`chunk`, `trace`) with its members.
pub(crate) fn event(kind: &str, members: &Value) -> Bytes {
    json_message([(":event-type", kind), (":message-type", "event")], members)
}

/// A modelled exception (`throttlingException`) with its members.
pub(crate) fn exception(kind: &str, members: &Value) -> Bytes {
    json_message([(":exception-type", kind), (":message-type", "exception")], members)
}

fn json_message([kind, message]: [(&str, &str); 2], members: &Value) -> Bytes {
    encode(&[kind, (":content-type", "application/json"), message], members.to_string().as_bytes())
}

/// One message. Names and values are ours, short and ASCII, so their lengths fit.
fn encode(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    let mut fields = BytesMut::new();
    for (name, value) in headers {
        fields.put_u8(u8::try_from(name.len()).unwrap_or(u8::MAX));
        fields.put_slice(name.as_bytes());
        fields.put_u8(STRING);
        fields.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
        fields.put_slice(value.as_bytes());
    }
    let length = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    let mut message = BytesMut::new();
    message.put_u32(length(FRAME + fields.len() + payload.len()));
    message.put_u32(length(fields.len()));
    message.put_u32(crc32fast::hash(&message));
    message.put_slice(&fields);
    message.put_slice(payload);
    message.put_u32(crc32fast::hash(&message));
    message.freeze()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{encode, event, exception};

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex");
        digits.chunks(2).map(pair).collect()
    }

    /// The vectors that AWS's own SDKs are tested with: an empty message, a payload alone, a header and a payload.
    #[test]
    fn messages_are_byte_for_byte_those_of_the_published_vectors() {
        assert_eq!(encode(&[], b"").to_vec(), bytes("00000010 00000000 05c248eb 7d98c8ff"));
        assert_eq!(
            encode(&[], b"{'foo':'bar'}").to_vec(),
            bytes("0000001d 00000000 fd528c5a 7b27666f6f273a27626172277d c3653936")
        );
        assert_eq!(
            encode(&[("content-type", "application/json")], b"{'foo':'bar'}").to_vec(),
            bytes(
                "0000003d 00000020 07fd8396 0c 636f6e74656e742d74797065 07 0010 6170706c69636174696f6e2f6a736f6e \
                 7b27666f6f273a27626172277d 8d9c08b1"
            )
        );
    }

    #[test]
    fn events_and_exceptions_name_their_kind_and_carry_json() {
        for (message, name) in [
            (event("chunk", &json!({"bytes": "aGk="})), ":event-type\x07\0\x05chunk"),
            (
                exception("throttlingException", &json!({"message": "m"})),
                ":exception-type\x07\0\x13throttlingException",
            ),
        ] {
            let text = String::from_utf8_lossy(&message).into_owned();
            assert!(text.contains(name), "{text}");
            assert!(text.contains(":content-type\x07\0\x10application/json"), "{text}");
        }
    }
}
