//! The deployed function: a real deploy to a served emulator, and in place of Lambda's Invoke a canned answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::stage::{Ended, MANIFEST, RIGHT, Stage, ended};

/// `bedrock-ops emulator`, which ends with the test.
struct Served(Child, String);

impl Served {
    fn start(stage: &Stage) -> Self {
        let mut command = stage.command(&["emulator", "--port", "0", "--any-credentials"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self(child, url.trim().to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the stand-in for Lambda does with an Invoke.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Invoked {
    /// Answers at once.
    AtOnce,
    /// Answers after more time than any other call may take.
    Late,
    /// Closes the connection.
    Never,
}

/// Stands in for Lambda: answers what `invoke` reads of the function, and one Invoke. Reports the path and body of that.
fn lambda(invoked: Invoked, headers: &'static str, reply: Value) -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        loop {
            let mut stream = listener.accept().unwrap().0;
            let (start, body) = request(&stream);
            let reading = start.starts_with("GET ");
            if !reading {
                let path = start.split(' ').nth(1).unwrap().to_owned();
                sender.send((path, serde_json::from_slice(&body).unwrap())).unwrap();
                match invoked {
                    Invoked::AtOnce => {}
                    Invoked::Late => std::thread::sleep(Duration::from_secs(32)),
                    Invoked::Never => return,
                }
            }
            let (headers, reply) = if reading { ("", json!({"Timeout": 60})) } else { (headers, reply.clone()) };
            let reply = reply.to_string();
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", reply.len());
            stream.write_all(format!("{head}{reply}").as_bytes()).unwrap();
        }
    });
    (url, asked)
}

/// The first line and the body of a request.
fn request(stream: &TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let (mut start, mut length, mut line) = (String::new(), 0, String::new());
    while reader.read_line(&mut line).unwrap() > 2 {
        if start.is_empty() {
            start.clone_from(&line);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (start, body)
}

fn at<'c>(command: &'c mut Command, served: &Served) -> &'c mut Command {
    command
        .env_remove("AWS_PROFILE")
        .env("AWS_ENDPOINT_URL", &served.1)
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "x")
}

fn deployed() -> (Stage, Served) {
    let stage = Stage::new(RIGHT);
    let served = Served::start(&stage);
    let registry = served.1.trim_start_matches("http://");
    let base = format!("{registry}/lambda/python:3.12");
    stage.write("agent.yaml", &MANIFEST.replace("public.ecr.aws/lambda/python:latest", &base));
    (stage, served)
}

#[test]
fn the_version_that_the_alias_leads_to_is_called_with_the_real_ids() {
    let (stage, served) = deployed();
    let invoke = |headers, reply| -> (Ended, (String, Value)) {
        let (url, asked) = lambda(Invoked::AtOnce, headers, reply);
        let mut command = stage.command(&["invoke", "--json", "-p", "days=7"]);
        let ended = ended(at(&mut command, &served).env("AWS_ENDPOINT_URL_LAMBDA", url));
        let asked = asked.try_recv().unwrap_or_else(|error| panic!("{error}: {ended:?}"));
        (ended, asked)
    };
    let deploy = ended(at(&mut stage.command(&["deploy", "--yes", "--json"]), &served));
    assert_eq!(deploy.code, Some(0), "{}", deploy.stderr);
    let ids = deploy.json();

    let reply = json!({"messageVersion": "1.0", "response": {"actionGroup": "get_my_api", "function": "get_rate",
                       "functionResponse": {"responseBody": {"TEXT": {"body": "2.04 %"}}}}});
    let (ended, (path, event)) = invoke("X-Amz-Executed-Version: 1\r\nX-Amz-Log-Result: U1RBUlQK\r\n", reply);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(path.ends_with("%3Afunction%3Aopenrate%3A1/invocations"), "{path}");
    let caller = json!({"name": "openrate", "id": ids["agent_id"], "alias": ids["alias_id"], "version": "1"});
    assert_eq!((&event["agent"], &event["parameters"][0]["value"]), (&caller, &"7".into()), "{event}");
    let told = ended.json();
    assert_eq!((&told["body"], &told["version"], &told["log"]), (&"2.04 %".into(), &"1".into(), &"START\n".into()));

    let error =
        json!({"errorType": "Runtime.ExitError", "errorMessage": "Error: Runtime exited with error: exit status 1"});
    let (ended, _) = invoke("X-Amz-Function-Error: Unhandled\r\n", error);
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.breaches(), ["the handler ended its process (Error: Runtime exited with error: exit status 1)"]);
}

#[test]
fn an_invocation_without_an_answer_is_never_called_safe_to_repeat() {
    let (stage, served) = deployed();
    let deploy = ended(at(&mut stage.command(&["deploy", "--yes"]), &served));
    assert_eq!(deploy.code, Some(0), "{}", deploy.stderr);
    let (url, asked) = lambda(Invoked::Never, "", Value::Null);
    let invoked = ended(at(&mut stage.command(&["invoke"]), &served).env("AWS_ENDPOINT_URL_LAMBDA", url));
    assert_eq!((invoked.code, asked.try_iter().count()), (Some(1), 1), "sent once: {}", invoked.stderr);
    assert!(invoked.stderr.contains("the function may have run"), "{}", invoked.stderr);
    assert!(!invoked.stderr.contains("is safe"), "{}", invoked.stderr);
}

/// It takes half a minute of real time, so only the long sweeps run it.
#[test]
fn a_function_may_take_longer_to_answer_than_any_other_call() {
    if std::env::var_os("BEDROCK_OPS_SWEEP").is_none() {
        return;
    }
    let (stage, served) = deployed();
    let deploy = ended(at(&mut stage.command(&["deploy", "--yes"]), &served));
    assert_eq!(deploy.code, Some(0), "{}", deploy.stderr);
    let reply = json!({"messageVersion": "1.0", "response": {"actionGroup": "get_my_api", "function": "get_rate",
                       "functionResponse": {"responseBody": {"TEXT": {"body": "2.04 %"}}}}});
    let (url, _asked) = lambda(Invoked::Late, "", reply);
    let invoked = ended(at(&mut stage.command(&["invoke"]), &served).env("AWS_ENDPOINT_URL_LAMBDA", url));
    assert_eq!(invoked.code, Some(0), "{}", invoked.stderr);
}

#[test]
fn what_is_not_deployed_is_told_with_what_to_type() {
    let (stage, served) = deployed();
    let ended = ended(at(&mut stage.command(&["invoke"]), &served));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("the stack openrate is not deployed here\n  hint: run `bedrock-ops deploy` first"),
        "{}",
        ended.stderr
    );
}
