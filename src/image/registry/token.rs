//! The tokens by which registries let anybody read: where a refusal says they are given out, and how an answer holds one.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use http_auth::ChallengeParser;
use serde::Deserialize;
use url::Url;

/// Where a token is given out, as a registry's `WWW-Authenticate` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    /// An address, on whichever host.
    pub(super) realm: String,
    service: Option<String>,
    scopes: Vec<String>,
}

impl Challenge {
    /// The first challenge that a token answers; `None` when the registry wants something else.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let mut challenges = values.flat_map(|value| ChallengeParser::new(value).map_while(Result::ok));
        challenges.find_map(|challenge| {
            let parameter = |name: &str| {
                let found = challenge.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.to_unescaped())
            };
            let realm = parameter("realm").filter(|_| challenge.scheme.eq_ignore_ascii_case("bearer"))?;
            let scopes = parameter("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
            Some(Self { realm, service: parameter("service"), scopes })
        })
    }

    /// What the token's address is asked: reading this repository, and whatever else the registry named.
    pub(super) fn ask(&self, mut address: Url, repository: &str) -> Url {
        let read = format!("repository:{repository}:pull");
        {
            let mut query = address.query_pairs_mut();
            query.extend_pairs(self.service.iter().map(|service| ("service", service)));
            query.append_pair("scope", &read);
            query.extend_pairs(self.scopes.iter().filter(|scope| **scope != read).map(|scope| ("scope", scope)));
        }
        address
    }
}

/// A token's answer; registries differ in the name.
#[derive(Deserialize)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
}

/// The token in an answer.
pub(super) fn read(answer: &[u8]) -> Option<String> {
    let answer: Answer = serde_json::from_slice(answer).ok()?;
    answer.token.or(answer.access_token)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use url::Url;

    use super::{Challenge, read};

    fn challenge(values: &[&'static str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("www-authenticate", HeaderValue::from_static(value));
        }
        Challenge::of(&headers)
    }

    #[test]
    fn a_challenge_says_where_a_token_is_given_out_and_for_what() {
        let public =
            challenge(&["Bearer realm=\"https://public.ecr.aws/token/\",service=\"public.ecr.aws\",scope=\"aws\""]);
        let url = public.unwrap().ask(Url::parse("https://public.ecr.aws/token/").unwrap(), "lambda/python");
        let expected = "https://public.ecr.aws/token/?service=public.ecr.aws\
                        &scope=repository%3Alambda%2Fpython%3Apull&scope=aws";
        assert_eq!(url.as_str(), expected);
        let hub = challenge(&["bearer Realm=\"https://auth.docker.io/token?x=1\",scope=\"repository:a:pull\""]);
        let url = hub.unwrap().ask(Url::parse("https://auth.docker.io/token?x=1").unwrap(), "a");
        assert_eq!(url.as_str(), "https://auth.docker.io/token?x=1&scope=repository%3Aa%3Apull");
    }

    #[test]
    fn a_registry_that_wants_a_password_has_no_token() {
        for values in [&["Basic realm=\"ecr\""][..], &[], &["Bearer"], &["Bearer service=\"a\""], &["\"\""]] {
            assert_eq!(challenge(values), None, "{values:?}");
        }
        let second = challenge(&["Basic realm=\"a\"", "Bearer realm=\"https://b/\""]);
        assert_eq!(second.unwrap().realm, "https://b/");
    }

    #[test]
    fn a_token_is_read_under_either_name() {
        assert_eq!(read(br#"{"token": "a", "expires_in": 300}"#).as_deref(), Some("a"));
        assert_eq!(read(br#"{"access_token": "b"}"#).as_deref(), Some("b"));
        assert_eq!((read(b"{}"), read(b"<html>")), (None, None));
    }
}
