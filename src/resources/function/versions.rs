//! The published versions of a function.

use anyhow::Result;
use aws_sdk_lambda::types::{FunctionConfiguration, State};

use super::settings::{settings, unmanaged};
use super::{Function, UNPUBLISHED};
use crate::aws::{Aws, Called, Found};
use crate::facts::{shown, unmanaged_differences};

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

/// The numbers of the newest versions, newest first.
pub(in crate::resources) async fn newest_versions(aws: &Aws, function: &str, most: usize) -> Result<Vec<String>> {
    let mut versions = all(aws, function).await?;
    versions.sort_by_key(|version| std::cmp::Reverse(number(version)));
    Ok(versions.into_iter().filter_map(|version| version.version).take(most).collect())
}

/// The newest version.
pub(super) fn newest(versions: &[FunctionConfiguration]) -> Option<&FunctionConfiguration> {
    versions.iter().max_by_key(|version| number(version))
}

/// The newest version's number, if it is what the function is now: what publishing would answer without making another.
pub(super) fn like(function: &FunctionConfiguration, versions: &[FunctionConfiguration]) -> Option<String> {
    let newest = newest(versions)?;
    let same = newest.code_sha256() == function.code_sha256()
        && settings(newest) == settings(function)
        && unmanaged(newest) == unmanaged(function);
    same.then(|| newest.version().unwrap_or_default().to_owned())
}

/// The settings that the manifest does not name and that the next version would have unlike the newest.
pub(super) fn unannounced(function: &FunctionConfiguration, versions: &[FunctionConfiguration]) -> Vec<String> {
    let Some(newest) = newest(versions) else { return Vec::new() };
    let differences = unmanaged_differences(&unmanaged(newest), &unmanaged(function));
    let line = |difference: &crate::facts::Difference| {
        let (live, next) = (shown(difference.seen.as_ref()), shown(difference.wanted.as_ref()));
        format!("also published, though not in the manifest: {}: {live} -> {next}", difference.field)
    };
    differences.iter().map(line).collect()
}

/// A version that may be in use, newest first: one that is not itself failed.
pub(super) async fn usable(
    function: &Function,
    aws: &Aws,
    versions: &[FunctionConfiguration],
) -> Result<Option<String>> {
    let mut versions: Vec<&FunctionConfiguration> = versions.iter().collect();
    versions.sort_by_key(|version| std::cmp::Reverse(number(version)));
    for version in versions.iter().filter_map(|version| version.version()) {
        let state = function.find(aws, Some(version)).await?.and_then(|found| found.configuration?.state);
        if state.is_some_and(|state| state != State::Failed) {
            return Ok(Some(version.to_owned()));
        }
    }
    Ok(None)
}

fn number(version: &FunctionConfiguration) -> Option<u64> {
    version.version().and_then(|text| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::types::{FunctionConfiguration, TracingConfigResponse, TracingMode};

    use super::{like, unannounced};

    #[test]
    fn a_setting_that_only_latest_has_makes_a_version_due() {
        let plain = || FunctionConfiguration::builder().function_name("f").code_sha256("c").timeout(3);
        let traced = |mode| plain().tracing_config(TracingConfigResponse::builder().mode(mode).build());
        let versions = [plain().version("9").build(), plain().version("10").build()];
        assert_eq!(like(&plain().build(), &versions).as_deref(), Some("10"));
        assert_eq!(like(&traced(TracingMode::PassThrough).build(), &versions).as_deref(), Some("10"));
        let edited = traced(TracingMode::Active).build();
        assert_eq!(like(&edited, &versions), None);
        assert_eq!(
            unannounced(&edited, &versions),
            ["also published, though not in the manifest: tracing: (none) -> Active"]
        );
    }
}
