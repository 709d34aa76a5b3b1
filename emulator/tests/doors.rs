//! The port: who is let in, by which name, over which protocol, and how much is borne from whoever is not.

#[path = "doors/signer.rs"]
mod signer;

use std::time::Duration;

use bytes::Bytes;
use emulator::{Access, Emulator, Fault, FaultAt, FaultKind, Key, Settings, Timing};
use http::Request;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use signer::Signed;

/// A served account and its key.
struct Served {
    aws: Emulator,
    key: Key,
    host: String,
}

/// Status, head and body of an answer; nothing if the connection was closed without one.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Served {
    async fn start() -> Self {
        let key = Key::random().expect("random numbers");
        Self::with(Access::Key(key.clone()), key).await
    }

    async fn with(access: Access, key: Key) -> Self {
        let aws = Emulator::new(Settings { timing: Timing::quick(), ..Settings::for_tests() });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let serving = aws.clone();
        tokio::spawn(async move { serving.serve(listener, access).await });
        Self { aws, key, host }
    }

    /// Sends a request over HTTP/1.1 as it stands, and reads the answer to its end.
    async fn send(&self, method: &str, path: &str, headers: &[(String, String)], body: &str) -> Answer {
        let lines: String =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\n{lines}content-length: {length}\r\nconnection: close\r\n\r\n");
        let mut stream = TcpStream::connect(&self.host).await.expect("connected");
        stream.write_all((head + body).as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("answered");
        Answer::read(&String::from_utf8_lossy(&answer))
    }

    async fn signed(&self, request: &Signed, id: &str, secret: &str, service: &str) -> Answer {
        let headers = request.by(id, secret, service, &self.host);
        self.send(request.method, request.path, &headers, request.body).await
    }

    /// Sends a request over HTTP/2 without asking first whether it is spoken.
    async fn send_over_http_2(&self, uri: &str, headers: &[(String, String)], body: &str) -> (u16, String) {
        let stream = TcpStream::connect(&self.host).await.expect("connected");
        let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
        tokio::spawn(connection);
        let mut request = Request::post(uri);
        for (name, value) in headers.iter().filter(|(name, _)| name != "host" && name != ":authority") {
            request = request.header(name, value);
        }
        let mut client = client.ready().await.expect("ready");
        let (answer, mut sender) = client.send_request(request.body(()).expect("a request"), false).expect("sent");
        sender.send_data(Bytes::from(body.to_owned()), true).expect("sent");
        let (head, mut body) = answer.await.expect("answered").into_parts();
        let mut text = Vec::new();
        while let Some(piece) = body.data().await {
            text.extend_from_slice(&piece.expect("a piece"));
        }
        (head.status.as_u16(), String::from_utf8_lossy(&text).into_owned())
    }
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or(("", ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// The error's code, wherever the protocol puts it.
    fn code(&self) -> String {
        let in_head = self.head.lines().find_map(|line| line.strip_prefix("x-amzn-errortype: "));
        let in_json = || Some(serde_json::from_str::<Value>(&self.body).ok()?["__type"].as_str()?.to_owned());
        let in_xml = || Some(self.body.split_once("<Code>")?.1.split_once("</Code>")?.0.to_owned());
        in_head.map(str::to_owned).or_else(in_json).or_else(in_xml).unwrap_or_default()
    }
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test]
async fn the_port_answers_as_the_other_door_and_breaks_off_where_a_fault_says_so() {
    let served = Served::start().await;
    let ask = async || served.signed(&Signed::who_am_i(), served.key.id(), served.key.secret(), "sts").await;
    let answer = ask().await;
    assert!(answer.status == 200 && answer.body.contains("<Account>123456789012</Account>"), "{answer:?}");
    served.aws.fail_next(Fault { at: FaultAt::Call(1), kind: FaultKind::Drop });
    assert_eq!(ask().await.head, "", "no answer at all");
    assert_eq!(served.aws.calls().len(), 2);
}

#[tokio::test]
async fn only_the_key_that_was_made_for_it_opens_the_account_and_each_service_says_so_in_its_way() {
    let served = Served::start().await;
    let (id, secret) = (served.key.id(), served.key.secret());
    let cases = [
        (Signed::who_am_i(), "sts", 403, "InvalidClientTokenId", "SignatureDoesNotMatch"),
        (Signed::registry_password(), "ecr", 400, "UnrecognizedClientException", "InvalidSignatureException"),
        (Signed::agents(), "bedrock", 403, "UnrecognizedClientException", "InvalidSignatureException"),
    ];
    for (request, service, status, unknown, mismatch) in cases {
        let answer = served.signed(&request, "AKIAIOSFODNN7EXAMPLE", secret, service).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, unknown), "{answer:?}");
        assert!(answer.body.contains("The security token included in the request is invalid."), "{answer:?}");
        assert!(answer.body.contains("the access key that it printed"), "{answer:?}");
        let answer = served.signed(&request, id, "guessed", service).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, mismatch), "{answer:?}");
        assert_eq!(served.aws.calls().len(), 0, "none of them reached the account");
    }
    for (request, service) in [(Signed::registry_password(), "ecr"), (Signed::who_am_i(), "sts")] {
        let answer = served.signed(&request, id, secret, service).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let unsigned = served.send("POST", "/agents/", &[header("host", &served.host)], "{}").await;
    assert_eq!((unsigned.status, unsigned.code().as_str()), (403, "MissingAuthenticationTokenException"));
}

#[tokio::test]
async fn any_credentials_do_where_that_was_asked_for() {
    let key = Key::random().expect("random numbers");
    let served = Served::with(Access::AnyCredentials, key).await;
    assert_eq!(served.signed(&Signed::who_am_i(), "x", "x", "sts").await.status, 200);
    let mut foreign = Signed::who_am_i().by("x", "x", "sts", &served.host);
    foreign.push(header("origin", "http://localhost"));
    assert_eq!(served.send("POST", "/", &foreign, Signed::who_am_i().body).await.status, 403, "no web page's do");
}

#[tokio::test]
async fn the_registry_is_opened_by_the_password_of_this_account_alone() {
    let served = Served::start().await;
    let other = Served::start().await;
    let mut passwords = Vec::new();
    for account in [&served, &other] {
        let answer = account.signed(&Signed::registry_password(), account.key.id(), account.key.secret(), "ecr").await;
        let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
        passwords.push(answer["authorizationData"][0]["authorizationToken"].as_str().expect("a token").to_owned());
    }
    for (password, status) in passwords.iter().zip([200, 401]) {
        let headers = [header("host", &served.host), header("authorization", &format!("Basic {password}"))];
        assert_eq!(served.send("GET", "/v2/", &headers, "").await.status, status);
    }
}

#[tokio::test]
async fn a_request_for_another_host_or_of_a_web_page_is_refused_over_both_protocols() {
    let served = Served::start().await;
    let request = Signed::who_am_i();
    let signed = |host: &str| request.by(served.key.id(), served.key.secret(), "sts", host);
    let port = served.host.split(':').next_back().expect("a port").to_owned();
    for host in [served.host.clone(), format!("localhost:{port}"), format!("sts.localhost:{port}")] {
        assert_eq!(served.send("POST", "/", &signed(&host), request.body).await.status, 200, "{host}");
        let (status, body) = served.send_over_http_2(&format!("http://{host}/"), &signed(&host), request.body).await;
        assert!(status == 200 && body.contains("<Account>123456789012</Account>"), "{host}: {status} {body}");
    }
    let rebound = format!("rebind.attacker.example:{port}");
    let answer = served.send("POST", "/", &signed(&rebound), request.body).await;
    assert!(answer.status == 403 && answer.body.contains("rebind.attacker.example"), "{answer:?}");
    let (status, _) = served.send_over_http_2(&format!("http://{rebound}/"), &signed(&rebound), request.body).await;
    assert_eq!(status, 403);
    for page in [header("origin", "http://x.example"), header("sec-fetch-site", "same-origin")] {
        let mut headers = signed(&served.host);
        headers.push(page);
        assert_eq!(served.send("POST", "/", &headers, request.body).await.status, 403);
        let uri = format!("http://{}/", served.host);
        assert_eq!(served.send_over_http_2(&uri, &headers, request.body).await.0, 403);
    }
    let health = served.send("GET", "/_emulator/health", &[header("host", "attacker.example")], "").await;
    assert_eq!(health.status, 403);
}

#[tokio::test]
async fn a_signature_over_the_host_by_its_name_in_http_2_is_the_right_one_too() {
    let served = Served::start().await;
    let (request, uri) = (Signed::who_am_i(), format!("http://{}/", served.host));
    let signed = |host: &str| request.by_naming(":authority", served.key.id(), served.key.secret(), "sts", host);
    assert_eq!(served.send_over_http_2(&uri, &signed(&served.host), request.body).await.0, 200);
    assert_eq!(served.send_over_http_2(&uri, &signed("localhost:1"), request.body).await.0, 403);
}

#[tokio::test]
async fn a_large_body_is_not_read_for_whoever_is_not_known() {
    let served = Served::start().await;
    for path in ["/", "/v2/code/blobs/uploads/?digest=sha256:0"] {
        let mut stream = TcpStream::connect(&served.host).await.expect("connected");
        let head = format!("POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: 536870912\r\n\r\n", served.host);
        stream.write_all(head.as_bytes()).await.expect("sent");
        // What is written after the refusal may be refused by the system.
        let _ = stream.write_all(&vec![0; 128 * 1024]).await;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.expect("answered before the rest is sent");
        assert_eq!(&answer, b"HTTP/1.1 413", "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_ask_is_not_waited_for() {
    let served = Served::start().await;
    for begun in ["", "GET / HTT", "PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\nhost: localhost\r\n"] {
        let mut stream = TcpStream::connect(&served.host).await.expect("connected");
        stream.write_all(begun.as_bytes()).await.expect("sent");
        let mut answer = Vec::new();
        // The clock is paused: a minute goes by as soon as nothing else is left to do.
        let ended = tokio::time::timeout(Duration::from_mins(5), stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "{begun:?} holds its connection");
    }
}

#[tokio::test]
async fn the_account_goes_on_when_its_connections_are_used_up() {
    let served = Served::start().await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(TcpStream::connect(&served.host).await.expect("connected"));
    }
    let key = &served.key;
    let request = Signed::who_am_i();
    let asked = served.signed(&request, key.id(), key.secret(), "sts");
    tokio::pin!(asked);
    let waited = tokio::time::timeout(Duration::from_millis(200), asked.as_mut()).await;
    assert!(waited.is_err(), "256 connections are the most");
    drop(idle);
    assert_eq!(asked.await.status, 200);
}
