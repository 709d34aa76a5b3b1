//! The published versions of a function.

use anyhow::Result;
use aws_sdk_lambda::types::FunctionConfiguration;

use super::UNPUBLISHED;
use super::settings::settings;
use crate::aws::{Aws, Called, Found};

/// Every published version; none when there is no function.
pub(super) async fn all(aws: &Aws, function: &str) -> Result<Vec<FunctionConfiguration>> {
    let mut found = Vec::new();
    let call = aws.lambda.list_versions_by_function().function_name(function);
    let mut versions = call.into_paginator().items().send();
    while let Some(version) = versions.next().await {
        let Some(version) = version.called("lambda:ListVersionsByFunction").found()? else { break };
        if version.version() != Some(UNPUBLISHED) {
            found.push(version);
        }
    }
    Ok(found)
}

/// The newest version if it is what the function is now: what publishing would answer without making another.
pub(super) fn like(function: &FunctionConfiguration, versions: &[FunctionConfiguration]) -> Option<String> {
    let number = |version: &&FunctionConfiguration| version.version().and_then(|text| text.parse::<u64>().ok());
    let newest = versions.iter().max_by_key(number)?;
    let same = newest.code_sha256() == function.code_sha256() && settings(newest) == settings(function);
    same.then(|| newest.version().unwrap_or_default().to_owned())
}
