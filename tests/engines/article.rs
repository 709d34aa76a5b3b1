//! The article's own folder: its Dockerfile and its handler as printed, but for the `return` that was forgotten.

use std::fs;
use std::path::Path;

use bedrock_ops::dockerfile::Dockerfile;
use bedrock_ops::image::Source;
use bedrock_ops::manifest::Builder;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::base::architecture;
use crate::rig::{Rig, source};

/// The Dockerfile as printed, with `FROM` to be filled in.
pub(crate) const DOCKERFILE: &str = "FROM {base}

# Copy requirements.txt
COPY requirements.txt ${LAMBDA_TASK_ROOT}

# Install the specified packages
RUN pip install -r requirements.txt

# Copy function code
COPY lambda_function.py get_openrate.py ${LAMBDA_TASK_ROOT}

# Set the CMD to your handler (could also be done as a parameter override outside of the Dockerfile)
CMD [ \"lambda_function.handler\" ]
";

/// The same with the slashes that Docker's old builder wants.
pub(crate) fn with_slashes() -> String {
    DOCKERFILE.replace("TASK_ROOT}", "TASK_ROOT}/")
}

/// The folder on this base. boto3 is pinned: today's newest need not know Pinpoint any more.
pub(crate) fn folder(base: &str, dockerfile: &str, builder: Builder) -> (TempDir, Source) {
    let here = |file: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let handler = here("tests/invoke/article/lambda_function.py").trim_end().to_owned() + "\n    return api_response\n";
    let dockerfile = dockerfile.replace("{base}", base);
    let files = [
        ("lambda_function.py", handler),
        ("get_openrate.py", here("tests/invoke/article/get_openrate.py")),
        ("requirements.txt", here("lambda/requirements.txt")),
        ("Dockerfile", dockerfile.clone()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let (kept, mut source) = source(&files, base, builder);
    architecture().clone_into(&mut source.architecture);
    if source.builder == Builder::Native {
        source.files = Dockerfile::read(&dockerfile).plain().unwrap().files;
    }
    (kept, source)
}

/// The event that the article hands to `curl`.
pub(crate) fn event() -> Value {
    json!({
        "messageVersion": "1.0",
        "function": "local-function",
        "actionGroup": "action-group-quick-start",
        "sessionAttributes": {"string": "string"},
        "promptSessionAttributes": {"string": "string"},
    })
}

/// Hands the event to an image, looks at the reply as the article shows it, and answers what the model is told.
pub(crate) async fn told_by(rig: &Rig, tag: &str) -> Value {
    let reply = rig.invoke(tag, &event()).await.reply();
    assert_eq!(reply["response"]["actionGroup"], "action-group-quick-start", "{reply}");
    assert_eq!(reply["sessionAttributes"], json!({"string": "string"}), "{reply}");
    let body = reply["response"]["functionResponse"]["responseBody"]["TEXT"]["body"].as_str().unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let first = &body["response"][0];
    assert_eq!((&first["Key"], &first["Value"]), (&json!("PushOpenRate"), &json!("0.02040816326530612")), "{body}");
    body
}
