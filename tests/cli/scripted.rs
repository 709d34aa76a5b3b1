//! An agent whose answer a test sends piece by piece: one HTTP answer in AWS's event-stream encoding.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

/// What the agent does next.
enum Act {
    Say(Vec<u8>),
    /// The connection is closed without the end of the answer.
    Break,
}

/// The agent. It answers one question; dropped, it ends the answer as it should end.
pub(crate) struct Scripted {
    url: String,
    acts: Sender<Act>,
    asked: Receiver<String>,
}

impl Scripted {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (acts, told) = channel();
        let (tell, asked) = channel();
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            tell.send(request(&stream)).unwrap();
            answer(stream, &told);
        });
        Self { url, acts, asked }
    }

    /// What `AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME` is set to.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The body of the question, once it is asked.
    pub(crate) fn asked(&self) -> String {
        self.asked.recv_timeout(std::time::Duration::from_secs(30)).expect("a question")
    }

    /// Sends a chunk of text, which may end in the middle of a character.
    pub(crate) fn say(&self, text: &[u8]) {
        // Nobody listens any more where a test has the program go away.
        let _ = self.acts.send(Act::Say(text.to_vec()));
    }

    pub(crate) fn break_off(&self) {
        let _ = self.acts.send(Act::Break);
    }
}

/// Reads the request, and gives its body.
fn request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut length, mut line) = (0, String::new());
    while reader.read_line(&mut line).unwrap() > 2 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    String::from_utf8(body).unwrap()
}

fn answer(mut stream: TcpStream, acts: &Receiver<Act>) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n\
                x-amzn-bedrock-agent-content-type: application/json\r\nx-amz-bedrock-agent-session-id: scripted\r\n\
                transfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    while let Ok(act) = acts.recv() {
        let Act::Say(text) = act else { return };
        let event = chunk(&text);
        let piece = [format!("{:x}\r\n", event.len()).as_bytes(), &event, b"\r\n"].concat();
        if stream.write_all(&piece).is_err() {
            return;
        }
    }
    let _ = stream.write_all(b"0\r\n\r\n");
}

/// A `chunk` event: prelude, headers, payload, each length big-endian, with the checksums of prelude and message.
fn chunk(text: &[u8]) -> Vec<u8> {
    let headers: Vec<u8> =
        [(":message-type", "event"), (":event-type", "chunk"), (":content-type", "application/json")]
            .iter()
            .flat_map(|(name, value)| {
                const TEXT: u8 = 7;
                let length = u16::try_from(value.len()).unwrap().to_be_bytes();
                [&[u8::try_from(name.len()).unwrap()], name.as_bytes(), &[TEXT], &length, value.as_bytes()].concat()
            })
            .collect();
    let payload = format!("{{\"bytes\":\"{}\"}}", base64(text)).into_bytes();
    let lengths = [16 + headers.len() + payload.len(), headers.len()];
    let mut message: Vec<u8> =
        lengths.iter().flat_map(|length| u32::try_from(*length).unwrap().to_be_bytes()).collect();
    message.extend(crc32(&message).to_be_bytes());
    message.extend(headers);
    message.extend(payload);
    message.extend(crc32(&message).to_be_bytes());
    message
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let three = |group: &[u8]| {
        let bits = (0..3).fold(0, |bits, at| (bits << 8) | usize::from(group.get(at).copied().unwrap_or(0)));
        let letter = |at: usize| if at > group.len() { '=' } else { char::from(LETTERS[(bits >> (18 - 6 * at)) & 63]) };
        [letter(0), letter(1), letter(2), letter(3)]
    };
    bytes.chunks(3).flat_map(three).collect()
}
