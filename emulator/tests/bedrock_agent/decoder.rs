//! Takes an event stream apart. It shares nothing with what writes it.

use serde_json::Value;

/// One message of a stream.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// `event` or `exception`.
    pub(crate) message: String,
    /// `chunk`, `trace`, `throttlingException`.
    pub(crate) kind: String,
    pub(crate) members: Value,
}

/// Takes the whole messages from the front of what has come.
pub(crate) fn whole_messages(bytes: &mut Vec<u8>) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(length) = bytes.get(..4).map(number).filter(|length| *length <= bytes.len()) {
        let message: Vec<u8> = bytes.drain(..length).collect();
        events.push(decoded(&message));
    }
    events
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// CRC-32 of zlib, bit by bit: slow, and shares nothing with what is tested.
fn checksum(bytes: &[u8]) -> usize {
    let step = |sum: u32| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)));
    usize::try_from(!sum).expect("32 bits")
}

fn decoded(message: &[u8]) -> Event {
    let (body, sum) = message.split_at(message.len() - 4);
    assert_eq!(number(sum), checksum(body), "the message's checksum");
    assert_eq!(number(&message[8..12]), checksum(&message[..8]), "the prelude's checksum");
    let (mut headers, payload) = body[12..].split_at(number(&message[4..8]));
    let mut event = Event { message: String::new(), kind: String::new(), members: Value::Null };
    while let Some((length, rest)) = headers.split_first() {
        let (name, rest) = rest.split_at(usize::from(*length));
        assert_eq!(rest[0], 7, "a string");
        let (value, rest) = rest[3..].split_at(number(&rest[1..3]));
        let value = String::from_utf8(value.to_vec()).expect("text");
        match name {
            b":message-type" => event.message = value,
            b":event-type" | b":exception-type" => event.kind = value,
            b":content-type" => assert_eq!(value, "application/json"),
            other => panic!("the header {}", String::from_utf8_lossy(other)),
        }
        headers = rest;
    }
    event.members = serde_json::from_slice(payload).expect("JSON");
    event
}
