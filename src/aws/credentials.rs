//! Where the credentials come from, and what an operator can do when there are none.

use std::error::Error;
use std::fmt;

use aws_config::SdkConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

use crate::shell::quoted;

/// Why no credentials could be had, with the command that helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoCredentials {
    /// The cause, in the words of the provider that failed.
    what: String,
    /// What to type next.
    hint: String,
}

impl NoCredentials {
    /// The one in the chain of an error, if it failed for want of credentials.
    pub(super) fn of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        anyhow::Chain::new(error).find_map(|cause| cause.downcast_ref())
    }

    /// What to type next.
    pub(super) fn hint(&self) -> &str {
        &self.hint
    }
}

impl fmt::Display for NoCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for NoCredentials {}

/// The same settings, with credentials whose failures name their cause and cure. `profile` is the one that was named on
/// the command line or in `AWS_PROFILE`.
pub(super) fn explained(config: SdkConfig, profile: Option<String>) -> SdkConfig {
    let Some(provider) = config.credentials_provider() else { return config };
    let explained = SharedCredentialsProvider::new(Explained { provider, profile });
    config.into_builder().credentials_provider(explained).build()
}

/// A provider that turns the failures of another into `NoCredentials`.
#[derive(Debug)]
struct Explained {
    provider: SharedCredentialsProvider,
    profile: Option<String>,
}

impl ProvideCredentials for Explained {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let profile = self.profile.as_deref();
            let explain = |error| CredentialsError::provider_error(explanation(&error, profile));
            self.provider.provide_credentials().await.map_err(explain)
        })
    }
}

/// What failed, and the command that helps.
fn explanation(error: &CredentialsError, profile: Option<&str>) -> NoCredentials {
    let whole = anyhow::Chain::new(error).map(ToString::to_string).collect::<Vec<_>>().join(": ");
    let says = |words: &str| whole.to_lowercase().contains(&words.to_lowercase());
    let cause = &said(error);
    let with = profile.map(|profile| format!(" --profile {}", quoted(profile))).unwrap_or_default();
    let of = profile.map(|profile| format!(" of the profile `{profile}`")).unwrap_or_default();
    let explained = |what: String, hint: String| NoCredentials { what, hint };
    if says("MultiFactorAuthentication") || says("mfa_serial") {
        return explained(
            format!("the role{of} needs an MFA code, and the AWS SDK for Rust can't ask for one: {cause}"),
            format!(
                "let the AWS CLI ask for the code: eval \"$(aws configure export-credentials{with} --format env)\", then \
                 run the same command again without --profile"
            ),
        );
    }
    if says("login token") || says("/login/cache") || says("please reauthenticate") {
        return explained(
            format!("the `aws login` session{of} can't be used: {cause}"),
            format!("run `aws login{with}`, then the same command again"),
        );
    }
    if says("sso") {
        return explained(
            format!("the IAM Identity Center (SSO) session{of} can't be used: {cause}"),
            format!("run `aws sso login{with}`, then the same command again"),
        );
    }
    if says("was not defined") || says("could not find source profile") {
        return explained(
            match profile {
                Some(profile) if says(&format!("profile `{profile}` was not defined")) => {
                    format!("there is no AWS profile `{profile}`")
                }
                _ => format!("the AWS credentials{of} can't be used: {cause}"),
            },
            "`aws configure list-profiles` lists the profiles; choose one with --profile or AWS_PROFILE".to_owned(),
        );
    }
    if matches!(error, CredentialsError::CredentialsNotLoaded(_)) {
        let looked = match profile {
            Some(profile) => format!("the AWS profile `{profile}` does not exist or holds no credentials"),
            None => "no AWS credentials were found (looked in the environment, the profile, web identity, and the \
                     roles of ECS and EC2)"
                .to_owned(),
        };
        return explained(
            looked,
            "run `aws login` or `aws sso login`, set AWS_PROFILE to a profile that exists (`aws configure list-profiles`), \
             or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; --local needs no account"
                .to_owned(),
        );
    }
    explained(
        format!("the AWS credentials{of} can't be used: {cause}"),
        format!(
            "check that `aws sts get-caller-identity{with}` works; credentials that only the AWS CLI can read are handed \
             over by eval \"$(aws configure export-credentials{with} --format env)\""
        ),
    )
}

/// What the SDK writes in front of every cause, and what says nothing.
const GENERAL: [&str; 6] = [
    "an error occurred while loading credentials",
    "unexpected credentials error",
    "dispatch failure",
    "io error",
    "client error (Connect)",
    "tcp connect error",
];

/// The cause in the provider's own words: of a chain of providers, what the profile said.
fn said(error: &CredentialsError) -> String {
    let causes = anyhow::Chain::new(error).map(ToString::to_string);
    let cause = causes.filter(|text| !GENERAL.contains(&text.as_str())).collect::<Vec<_>>().join(": ");
    let of_profile =
        cause.find("Attempted:").and_then(|at| cause[at..].lines().find(|line| line.contains("profile `")));
    of_profile.map_or(cause.clone(), |line| line.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(text: &str) -> CredentialsError {
        CredentialsError::provider_error(text.to_owned())
    }

    #[test]
    fn each_way_to_fail_has_its_own_cure() {
        let cures = [
            ("the SSO token has expired and cannot be refreshed", "aws sso login --profile work"),
            ("cached Login token is expired", "aws login --profile work"),
            (
                "MultiFactorAuthentication failed with invalid MFA one time pass code",
                "export-credentials --profile work",
            ),
            ("credential_process failed: exit status 1", "aws sts get-caller-identity --profile work"),
        ];
        for (text, cure) in cures {
            let explained = explanation(&failed(text), Some("work"));
            assert!(explained.hint().contains(cure), "{text}: {}", explained.hint());
            assert!(explained.to_string().contains(text), "the cause is kept: {explained}");
            assert!(explained.to_string().contains("work"), "the profile is named: {explained}");
        }
    }

    #[test]
    fn a_profile_that_is_not_defined_is_named() {
        let explained = explanation(&failed("profile `work` was not defined: no such section"), Some("work"));
        assert_eq!(explained.to_string(), "there is no AWS profile `work`");
        assert!(explained.hint().contains("aws configure list-profiles"), "{}", explained.hint());
        let deeper = explanation(&failed("profile `base` was not defined: named by work"), Some("work"));
        assert!(deeper.to_string().contains("`base` was not defined"), "{deeper}");
    }

    #[test]
    fn only_an_empty_chain_is_called_no_credentials() {
        let none = CredentialsError::not_loaded("no providers in chain provided credentials");
        assert!(explanation(&none, None).to_string().contains("no AWS credentials were found"));
        assert!(
            !explanation(&failed("connection refused"), None).to_string().contains("no AWS credentials were found")
        );
    }
}
