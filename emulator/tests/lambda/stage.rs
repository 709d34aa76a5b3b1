//! What a function needs before it can be: a role, a repository and an image in it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Account, Picture, REGISTRY};

pub(crate) const FUNCTIONS: &str = "/2015-03-31/functions";
pub(crate) const FUNCTION: &str = "/2015-03-31/functions/openrate";

pub(crate) struct Stage {
    pub(crate) account: Account,
    pub(crate) role: String,
    /// Of the image tagged `v1`.
    pub(crate) digest: String,
}

impl Stage {
    pub(crate) async fn with_image() -> Self {
        let account = Account::new();
        account.ecr("CreateRepository", json!({ "repositoryName": "openrate" })).await;
        let digest = account.push("openrate", "v1", Picture::default()).await;
        let role = account.role("openrate", "lambda.amazonaws.com", Duration::from_secs(9)).await;
        Self { account, role, digest }
    }

    /// With the function `openrate`, active.
    pub(crate) async fn with_function() -> Self {
        let stage = Self::with_image().await;
        let (status, answer) = stage.lambda("POST", FUNCTIONS, stage.wanted()).await;
        assert_eq!(status, 201, "{answer}");
        stage.pass(5).await;
        stage
    }

    /// The least that creates the function.
    pub(crate) fn wanted(&self) -> Value {
        json!({
            "FunctionName": "openrate",
            "Role": self.role,
            "PackageType": "Image",
            "Code": { "ImageUri": image_uri("v1") },
        })
    }

    pub(crate) async fn lambda(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.account.lambda(method, path, body).await
    }

    /// Checks that a call is refused: status, code, and a part of the text.
    pub(crate) async fn refuses(&self, method: &str, path: &str, body: Value, refusal: (u16, &str, &str)) {
        let (status, answer) = self.lambda(method, path, body.clone()).await;
        let found = (status, answer["code"].as_str().unwrap_or_default());
        assert_eq!(found, (refusal.0, refusal.1), "{method} {path} {body}: {answer}");
        let message = answer["Message"].as_str().unwrap_or_default();
        assert!(message.contains(refusal.2), "{method} {path} {body}: {message}");
    }

    pub(crate) async fn pass(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
}

pub(crate) fn image_uri(tag: &str) -> String {
    format!("{REGISTRY}/openrate:{tag}")
}
