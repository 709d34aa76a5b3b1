//! The unpacked native image answers an invocation through AWS's own runtime interface client.
//!
//! What this proves: the layers unpack to a task root from which the handler and its requirements are imported, and it
//! answers the runtime API. What it does not: the interpreter is this machine's, not the base image's, and nothing is
//! confined to the image's files.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use bedrock_ops::manifest::Builder;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::rig::{Ended, Rig, has, skipped, source};

const HANDLER: &str = "import six\nfrom lib import rate\n\ndef handler(event, context):\n    \
    return {'rate': rate.of(event['opened'], event['sent']), 'python': six.PY3, 'id': context.aws_request_id}\n";

#[tokio::test]
async fn the_unpacked_image_answers_through_the_runtime_interface_client() {
    let test = "the_unpacked_image_answers_through_the_runtime_interface_client";
    if !has(test, &["docker-registry", "htpasswd", "skopeo", "umoci", "python3"]) {
        return;
    }
    let client = tempfile::tempdir().unwrap();
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target"]).arg(client.path());
    let installed = pip.arg("awslambdaric").stdin(Stdio::null()).output();
    if !installed.is_ok_and(|installed| installed.status.success()) {
        skipped(test, "pip cannot install awslambdaric for this machine's Python");
        return;
    }
    let rig = Rig::start();
    let base = rig.put_base().await;
    let files = [
        ("lambda_function.py", HANDLER),
        ("lib/__init__.py", ""),
        ("lib/rate.py", "def of(part, whole):\n    return part / whole\n"),
        ("requirements.txt", "six==1.16.0\n"),
    ];
    let (_kept, source) = source(&files, &base, Builder::Native);
    let (tag, _) = rig.deploy(&source).await.unwrap();
    let task = rig.unpacked(&tag).join("var/task");
    let reply = invoke(&task, client.path(), &json!({"opened": 1, "sent": 4})).await;
    assert_eq!(reply, json!({"rate": 0.25, "python": true, "id": "first"}));
}

/// Starts the client on the task root, gives it one event as Lambda does, and takes the reply.
async fn invoke(task: &Path, client: &Path, event: &Value) -> Value {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = listener.local_addr().unwrap().to_string();
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new("python3");
    command
        .args(["-m", "awslambdaric", "lambda_function.handler"])
        .current_dir(task)
        .env("AWS_LAMBDA_RUNTIME_API", &api);
    command.env("PYTHONPATH", format!("{}:{}", task.display(), client.display())).env("LAMBDA_TASK_ROOT", task);
    command.stdin(Stdio::null()).stdout(log.reopen().unwrap()).stderr(log.reopen().unwrap());
    let _running = Ended(command.spawn().unwrap());
    let reply = timeout(Duration::from_secs(30), serve(&listener, event)).await;
    reply.unwrap_or_else(|_| panic!("no reply; the client says:\n{}", std::fs::read_to_string(log.path()).unwrap()))
}

/// The runtime API, one request a connection.
async fn serve(listener: &TcpListener, event: &Value) -> Value {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let Some((line, body)) = request(&mut stream).await else { continue };
        let next = line.starts_with("GET /2018-06-01/runtime/invocation/next");
        let told = if next { event.to_string() } else { "{}".to_owned() };
        let head = "Lambda-Runtime-Aws-Request-Id: first\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n\
                    Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:ap-northeast-1:123456789012:function:openrate\r\n\
                    Content-Type: application/json\r\nConnection: close\r\n";
        let status = if next { "200 OK" } else { "202 Accepted" };
        let answer = format!("HTTP/1.1 {status}\r\n{head}Content-Length: {}\r\n\r\n{told}", told.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        if line.starts_with("POST /2018-06-01/runtime/invocation/first/response") {
            return serde_json::from_str(&body).unwrap();
        }
        assert!(next, "the client complains: {line}: {body}");
    }
}

/// The first line and the body of a request; `None` when the other side has hung up.
async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or_default() {
                return Some((head.lines().next()?.to_owned(), body.to_owned()));
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&piece[..read]),
            _ => return None,
        }
    }
}
