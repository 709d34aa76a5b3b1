//! Over real connections: a registry that leads elsewhere does not take the login there.

use std::sync::{Arc, Mutex};

use bedrock_ops::image::{BasicAuth, Connections, OciRegistry, Registry as _, Scheme};
use bedrock_ops::network::Network;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::shelf::digest;

/// What reached a server: the first line of each request and whether it had a login.
type Seen = Arc<Mutex<Vec<(String, bool)>>>;

/// A server that answers every request by its rule, and closes the connection.
async fn server(rule: impl Fn(&str) -> String + Send + Sync + 'static) -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (host, seen) = (listener.local_addr().unwrap().to_string(), Seen::default());
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let head = head(&mut connection).await;
            let line = head.lines().next().unwrap_or_default().to_owned();
            kept.lock().unwrap().push((line.clone(), head.to_lowercase().contains("authorization:")));
            let _ = connection.write_all(rule(&line).as_bytes()).await;
        }
    });
    (host, seen)
}

/// A request's head; a body of the size it announces is read, too.
async fn head(connection: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return head.to_owned();
            }
        }
        if connection.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return text;
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn neither_a_redirect_nor_an_upload_takes_the_login_to_another_port() {
    let (elsewhere, seen_elsewhere) =
        server(
            |line| {
                if line.starts_with("PUT") { answer("201 Created", "", "") } else { answer("200 OK", "", "layer") }
            },
        )
        .await;
    let (host, seen) = server(move |line| {
        let to = format!("location: http://{elsewhere}/there?a=1\r\n");
        if line.starts_with("POST") {
            answer("202 Accepted", &to, "")
        } else {
            answer("307 Temporary Redirect", &to, "")
        }
    })
    .await;
    let auth = BasicAuth { user: "AWS".to_owned(), password: "secret".to_owned() };
    let registry = OciRegistry::new(&Connections::over(&Network::default()), &host, Scheme::Http, Some(&auth));
    let layer = digest(b"layer");
    let blob = registry.blob("openrate", &layer).await.unwrap();
    assert_eq!(blob.try_collect::<Vec<Bytes>>().await.unwrap().concat(), b"layer");
    let content = stream::once(async { Ok(Bytes::from_static(b"layer")) }).boxed();
    registry.push_blob("openrate", &layer, 5, content).await.unwrap();
    assert_eq!(seen.lock().unwrap().iter().map(|(_, login)| *login).collect::<Vec<_>>(), [true, true]);
    let there = seen_elsewhere.lock().unwrap().clone();
    assert!(there[0].0.starts_with("GET /there?a=1 ") && there[1].0.starts_with("PUT /there?a=1&digest="), "{there:?}");
    assert_eq!(there.iter().map(|(_, login)| *login).collect::<Vec<_>>(), [false, false]);
}
