//! Why an image would be rebuilt: told by `plan`, which builds nothing.

use bedrock_ops::facts::Kind;
use bedrock_ops::report::{json, text};

use crate::stage::{MANIFEST, Stage};

async fn why(stage: &Stage, text: &str) -> Vec<String> {
    let plan = stage.plan(text).await;
    let image = plan.steps.iter().find(|step| step.key().kind == Kind::Image).unwrap();
    image.resource.why(&image.change)
}

fn write(stage: &Stage, name: &str, text: &str) {
    std::fs::write(stage.source().join(name), text).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_plan_names_the_files_that_changed_and_builds_nothing() {
    let stage = Stage::new();
    assert!(why(&stage, MANIFEST).await.is_empty(), "nothing runs that it could be compared with");
    write(&stage, "report.py", "");
    stage.deploy(MANIFEST).await;
    assert!(why(&stage, MANIFEST).await.is_empty(), "nothing is to be built");

    write(&stage, "lambda_function.py", "def handler(event, context):\n    return {'new': True}\n");
    write(&stage, "rates.py", "");
    std::fs::remove_file(stage.source().join("report.py")).unwrap();
    let session = stage.session(MANIFEST);
    let (site, plan) = session.plan().await.unwrap();
    let lines = text::plan("openrate", &site, &plan);
    let told = "      changed: lambda_function.py\n      added: rates.py\n      removed: report.py\n";
    assert!(lines.as_str().contains(told), "{lines}");
    let steps = json::plan("openrate", &site, &plan)["steps"].clone();
    let image = steps.as_array().unwrap().iter().find(|step| step["kind"] == "image").unwrap();
    assert_eq!(
        image["why"],
        serde_json::json!(["changed: lambda_function.py", "added: rates.py", "removed: report.py"])
    );
    assert!(steps.as_array().unwrap().iter().all(|step| step["kind"] == "image" || step.get("why").is_none()));
    stage.deploy(MANIFEST).await;
    assert!(why(&stage, MANIFEST).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_plan_tells_of_the_handler_and_the_builder() {
    let stage = Stage::new();
    stage.deploy(MANIFEST).await;
    let other = MANIFEST.replace("source: lambda/", "source: lambda/\n  handler: lambda_function.main");
    assert_eq!(why(&stage, &other).await, ["handler: lambda_function.handler -> lambda_function.main"]);
    write(&stage, "Dockerfile", "FROM public.ecr.aws/lambda/python:3.12\nENV A=1\nCMD [\"lambda_function.handler\"]\n");
    let told = why(&stage, MANIFEST).await;
    assert_eq!(told[0], "builder: native -> engine", "{told:?}");
}
