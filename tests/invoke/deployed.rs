//! The deployed function: a real deploy to a served emulator, and in place of Lambda's Invoke a canned answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::stage::{Ended, MANIFEST, RIGHT, Stage, ended};

/// `bedrock-ops emulator`, which ends with the test.
struct Served(Child, String);

impl Served {
    fn start(stage: &Stage) -> Self {
        let mut command = stage.command(&["emulator", "--port", "0"]);
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

/// Answers one Invoke; tells its path and its body.
fn lambda(headers: &'static str, reply: Value) -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut path, mut length, mut line) = (String::new(), 0, String::new());
        while reader.read_line(&mut line).unwrap() > 2 {
            if path.is_empty() {
                path.push_str(line.split(' ').nth(1).unwrap());
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
        let reply = reply.to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", reply.len());
        { stream }.write_all(format!("{head}{reply}").as_bytes()).unwrap();
        sender.send((path, serde_json::from_slice(&body).unwrap())).unwrap();
    });
    (url, asked)
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
        let (url, asked) = lambda(headers, reply);
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
