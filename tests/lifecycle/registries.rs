//! Registries that fail in passing, or that nobody reaches; and images that lie elsewhere.

use bedrock_ops::status::{self, Row, State};
use emulator::{Fault, FaultAt, FaultKind};

use crate::stage::{MANIFEST, Stage, told};

/// The registry's calls, as the emulator names them when it counts them.
const CALLS: [&str; 6] =
    ["GetManifest", "GetBlob", "HeadBlob", "InitiateLayerUpload", "CompleteLayerUpload", "PutImage"];

/// Deploys with each call of the registry refused so, one after the other; how many calls that were.
async fn refused_at_every_call(kind: FaultKind, times: usize) -> usize {
    let mut struck = 0;
    for call in CALLS {
        for nth in 1.. {
            let stage = Stage::new();
            let at = |nth| Fault { at: FaultAt::Operation(call.to_owned(), nth), kind };
            stage.emulator.set_faults((nth..nth + times).map(at).collect());
            stage.deploy(MANIFEST).await;
            let refusals = stage.calls().into_iter().filter(|it| it.service == "registry" && it.status >= 429).count();
            if refusals == 0 {
                break;
            }
            struck += 1;
        }
    }
    struck
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_throttles_any_call_is_asked_again() {
    let calls = refused_at_every_call(FaultKind::Throttle, 1).await;
    assert!(calls >= 12, "{calls}");
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_fails_at_any_call_twice_is_asked_again() {
    let calls = refused_at_every_call(FaultKind::ServerError, 2).await;
    assert!(calls >= 12, "{calls}");
}

/// The manifest on another base image.
fn based_on(image: &str) -> String {
    MANIFEST.replace("source: lambda/", &format!("source: lambda/\n  base_image: {image}"))
}

/// A base image whose registry the emulator is not.
const ELSEWHERE: &str = "docker.io/library/python:3.12";

#[tokio::test(start_paused = true)]
async fn a_base_image_that_only_the_emulator_lacks_is_not_called_missing() {
    let stage = Stage::new();
    for image in [
        ELSEWHERE,
        "public.ecr.aws/docker/library/python:3.12",
        "public.ecr.aws/lambda/python:2.7",
        "ghcr.io/lambda/python:3.12",
        "999999999999.dkr.ecr.ap-northeast-1.amazonaws.com/lambda/python:3.12",
        "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/nothing:1",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/nothing:1",
    ] {
        let error = format!("{:#}", stage.session(&based_on(image)).plan().await.unwrap_err());
        let expected = format!("the emulator has no base image {image}; it has public.ecr.aws/lambda/python (3.9, ");
        assert!(error.contains(&expected) && error.contains("without `--local`"), "{error}");
        assert!(!error.contains("does not exist") && !error.contains("401"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_emulator_stands_in_for_every_form_of_awss_base_images() {
    let digest = "a".repeat(64);
    for image in [
        "public.ecr.aws/lambda/python:3.14",
        "public.ecr.aws/lambda/python:latest",
        "public.ecr.aws/lambda/python:3.12-x86_64",
        "public.ecr.aws/lambda/python:3.12.2024.01.05.15",
        &format!("public.ecr.aws/lambda/python:3.12@sha256:{digest}"),
        "amazon/aws-lambda-python:3.12",
    ] {
        let stage = Stage::new();
        stage.deploy(&based_on(image)).await;
        assert_eq!(told(&stage.plan(&based_on(image)).await), Vec::<String>::new(), "{image}");
    }
    let error = Stage::new().session(&based_on(&format!("public.ecr.aws/lambda/python@sha256:{digest}"))).plan().await;
    let error = format!("{:#}", error.unwrap_err());
    assert!(error.contains("the emulator has no base image public.ecr.aws/lambda/python@sha256:aaaa"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn only_plan_and_deploy_need_the_registry_of_the_base_image() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let manifest = based_on(ELSEWHERE);
    let session = stage.session(&manifest);
    let status = status::look(&session).await.unwrap();
    let others = status.resources.iter().filter(|row| row.state != State::Ok);
    let others: Vec<String> = others
        .map(|Row { key, state, details, .. }| format!("{key}: {}: {}", state.word(), details.join(", ")))
        .collect();
    assert!(others[0].starts_with(&format!("base image {ELSEWHERE}: unknown: the emulator has no base image ")));
    assert_eq!(others[1..], [format!("image openrate: unknown: not without the base image {ELSEWHERE}")]);
    assert_eq!(status.release.unwrap().image.unwrap().current, None);
    let text = anstream::adapter::strip_str(
        status::text::status(&status::look(&session).await.unwrap(), str::to_owned).as_str(),
    )
    .to_string();
    assert!(text.contains("13 as the manifest wants them, 2 unknown; `deploy` needs what is unknown"), "{text}");
    assert!(session.plan().await.is_err());
    let observed = session.observe(&[session.stack.agent.clone(), session.stack.alias.clone()]).await.unwrap();
    assert!(observed.1.values().all(|seen| seen.identity().is_some()), "what print-connector, ask and logs look at");
    stage.destroy(&manifest).await;
    assert_eq!(stage.inventory(), Vec::<String>::new());
}

/// The manifest with a ready image.
fn running(uri: &str) -> String {
    MANIFEST.replace("source: lambda/", &format!("image: {uri}"))
}

#[tokio::test(start_paused = true)]
async fn a_ready_image_is_looked_for_in_the_account_of_its_uri() {
    let stage = Stage::new();
    let known = stage.deploy(MANIFEST).await.known;
    let own = known.identities.iter().find(|(key, _)| key.to_string() == "image openrate").unwrap().1.clone();
    let digest = own.split_once('@').unwrap().1;
    assert_eq!(stage.plan(&running(&own)).await.refusals().len(), 0, "{own}");
    // An own repository of the same name is not that of the other account.
    let refused = async |uri: &str| {
        let plan = stage.session(&running(uri)).plan().await.unwrap().1;
        plan.refusals().into_iter().map(|(_, reason)| reason.clone()).collect::<Vec<_>>().join("\n")
    };
    let foreign = format!("999999999999.dkr.ecr.ap-northeast-1.amazonaws.com/openrate@{digest}");
    let reason = refused(&foreign).await;
    assert!(reason.contains("the emulated account 123456789012 has no such image"), "{reason}");
    let calls = stage.calls().into_iter().filter(|call| call.operation == "BatchGetImage").count();
    assert_eq!(calls, 1, "the other account's registry is asked");
}
