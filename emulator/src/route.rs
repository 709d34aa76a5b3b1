//! Decides which service a request is for: the credential scope names it, the path may only confirm it.

use http::Request;
use percent_encoding::percent_decode_str;

use crate::refusal::Refusal;
use crate::service::{Protocol, Service};
use crate::signature;

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) service: Service,
    /// The region of the signature; none on calls that carry no signature.
    pub(crate) region: Option<String>,
    /// The path's segments, percent-decoded, without empty ones.
    pub(crate) path: Vec<String>,
}

/// A request that reaches no service, and the protocol in whose shape that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Astray {
    pub(crate) protocol: Protocol,
    pub(crate) refusal: Refusal,
}

/// The route of a request.
pub(crate) fn route<B>(request: &Request<B>) -> Result<Route, Astray> {
    let path = segments(request.uri().path());
    if path.first().is_some_and(|first| first == "v2") {
        return Ok(Route { service: Service::Registry, region: None, path });
    }
    let astray = |refusal| Astray { protocol: spoken(request), refusal };
    let signed = signature::of(request.headers()).unwrap_or_else(|| Err(signature::missing())).map_err(astray)?;
    let scope = signed.scope;
    let service = service(&scope.service, &path).map_err(astray)?;
    let right_target = target(request).is_none_or(|target| target.starts_with(service.target_prefix()));
    if service.protocol() == Protocol::Json && !right_target {
        return Err(astray(Refusal::new(400, "UnknownOperationException", "")));
    }
    Ok(Route { service, region: Some(scope.region), path })
}

/// The service of a signing name; three share the name `bedrock`, and only the path tells them apart.
fn service(signing_name: &str, path: &[String]) -> Result<Service, Refusal> {
    let first = path.first().map_or("", String::as_str);
    match (signing_name, first) {
        ("iam", _) => Ok(Service::Iam),
        ("sts", _) => Ok(Service::Sts),
        ("ecr", _) => Ok(Service::Ecr),
        ("logs", _) => Ok(Service::Logs),
        ("athena", _) => Ok(Service::Athena),
        ("ce", _) => Ok(Service::CostExplorer),
        ("monitoring", _) => Ok(Service::CloudWatch),
        ("lambda", _) => Ok(Service::Lambda),
        ("mobiletargeting", _) => Ok(Service::Pinpoint),
        // The one service writes `agentAliases` where the other writes `agentaliases`.
        ("bedrock", "agents") if path.get(2).is_some_and(|third| third == "agentAliases") => {
            Ok(Service::BedrockAgentRuntime)
        }
        ("bedrock", "agents" | "tags") => Ok(Service::BedrockAgent),
        (
            "bedrock",
            "inference-profiles" | "foundation-models" | "foundation-model-availability" | "use-case-for-model-access",
        ) => Ok(Service::Bedrock),
        ("bedrock", _) => Err(Refusal::not_emulated(format_args!("the path /{} of bedrock", path.join("/")))),
        ("bedrock-agent" | "bedrock-agent-runtime", _) => Err(signature::wrong_service("bedrock")),
        ("pinpoint", _) => Err(signature::wrong_service("mobiletargeting")),
        _ => Err(Refusal::not_emulated(format_args!("the service {signing_name}"))),
    }
}

/// The protocol that a request seems to speak, when nothing better is known.
fn spoken<B>(request: &Request<B>) -> Protocol {
    let content_type = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("");
    if target(request).is_some() {
        Protocol::Json
    } else if content_type.starts_with("application/x-www-form-urlencoded") {
        Protocol::Query
    } else {
        Protocol::RestJson
    }
}

fn target<B>(request: &Request<B>) -> Option<&str> {
    request.headers().get("x-amz-target")?.to_str().ok()
}

/// Split first, decoded after: an ARN's `%2F` stays within its segment.
pub(crate) fn segments(path: &str) -> Vec<String> {
    let whole = path.split('/').filter(|segment| !segment.is_empty());
    whole.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{segments, service};
    use crate::service::Service;

    #[test]
    fn an_encoded_slash_stays_within_its_segment() {
        assert_eq!(segments("/tags/arn%3Aaws%3Ax%2Fy/"), ["tags", "arn:aws:x/y"]);
        assert_eq!(segments("/"), Vec::<String>::new());
    }

    #[test]
    fn the_signing_name_decides_and_bedrock_is_told_apart_by_path() {
        let cases = [
            ("bedrock", "agents", Ok(Service::BedrockAgent)),
            ("bedrock", "foundation-models", Ok(Service::Bedrock)),
            ("bedrock", "flows", Err(501)),
            ("bedrock-agent", "agents", Err(403)),
            ("pinpoint", "v1", Err(403)),
            ("mobiletargeting", "v1", Ok(Service::Pinpoint)),
            ("monitoring", "", Ok(Service::CloudWatch)),
            ("cloudwatch", "", Err(501)),
            ("s3", "bucket", Err(501)),
        ];
        for (name, first, expected) in cases {
            let found = service(name, &[first.to_owned()]).map_err(|refusal| refusal.status);
            assert_eq!(found, expected, "{name} /{first}");
        }
    }
}
