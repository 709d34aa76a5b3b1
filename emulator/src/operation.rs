//! Names the operation that a request asks for, before it is done: for the log of calls and for planted faults.

use http::{Method, Request};

use crate::route::Route;
use crate::service::{Protocol, Service};

/// An operation of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    /// AWS's name for it; `GET /some/path` if the emulator doesn't know it.
    pub(crate) name: String,
    /// Whether it may change something.
    pub(crate) writes: bool,
}

/// The operation of a request.
pub(crate) fn named<B: AsRef<[u8]>>(route: &Route, request: &Request<B>) -> Operation {
    let name = match route.service.protocol() {
        Protocol::Query => form_urlencoded::parse(request.body().as_ref())
            .find_map(|(key, value)| (key == "Action").then(|| value.into_owned())),
        Protocol::Json => target(request).map(str::to_owned),
        Protocol::RestJson => known(route, request.method()).map(str::to_owned),
        Protocol::Registry => registry(request.method(), &route.path).map(str::to_owned),
    };
    match name {
        Some(name) => Operation { writes: !only_reads(&name), name },
        None => Operation {
            name: format!("{} {}", request.method(), request.uri().path()),
            writes: !matches!(*request.method(), Method::GET | Method::HEAD),
        },
    }
}

/// The operation in `X-Amz-Target`, after its dot.
fn target<B>(request: &Request<B>) -> Option<&str> {
    let target = request.headers().get("x-amz-target")?.to_str().ok()?;
    target.split_once('.').map(|(_, operation)| operation)
}

/// The registry's calls, by the names that ECR's own API has for them.
fn registry(method: &Method, path: &[String]) -> Option<&'static str> {
    let has = |segment: &str| path.iter().any(|part| part == segment);
    match method.as_str() {
        "POST" if has("uploads") => Some("InitiateLayerUpload"),
        "PATCH" if has("uploads") => Some("UploadLayerPart"),
        "PUT" if has("uploads") => Some("CompleteLayerUpload"),
        "PUT" if has("manifests") => Some("PutImage"),
        "HEAD" if has("manifests") => Some("HeadManifest"),
        "GET" if has("manifests") => Some("GetManifest"),
        "HEAD" if has("blobs") => Some("HeadBlob"),
        "GET" if has("blobs") => Some("GetBlob"),
        _ => None,
    }
}

/// AWS names what only reads with these words first.
fn only_reads(operation: &str) -> bool {
    ["Get", "Head", "List", "Describe", "BatchGet", "BatchCheck", "Filter", "Invoke"]
        .iter()
        .any(|word| operation.starts_with(word))
}

fn known(route: &Route, method: &Method) -> Option<&'static str> {
    REST.iter().find_map(|(service, verb, pattern, name)| {
        (*service == route.service && *verb == method.as_str() && fits(pattern, &route.path)).then_some(*name)
    })
}

fn fits(pattern: &str, path: &[String]) -> bool {
    let mut wanted = pattern.split('/');
    path.iter().all(|segment| wanted.next().is_some_and(|part| part == "*" || part == segment))
        && wanted.next().is_none()
}

/// Service, method, path (`*` stands for one segment), operation.
const REST: &[(Service, &str, &str, &str)] = &[
    (Service::BedrockAgent, "PUT", "agents", "CreateAgent"),
    (Service::BedrockAgent, "POST", "agents", "ListAgents"),
    (Service::BedrockAgent, "GET", "agents/*", "GetAgent"),
    (Service::BedrockAgent, "PUT", "agents/*", "UpdateAgent"),
    (Service::BedrockAgent, "POST", "agents/*", "PrepareAgent"),
    (Service::BedrockAgent, "DELETE", "agents/*", "DeleteAgent"),
    (Service::BedrockAgent, "POST", "agents/*/agentversions", "ListAgentVersions"),
    (Service::BedrockAgent, "GET", "agents/*/agentversions/*", "GetAgentVersion"),
    (Service::BedrockAgent, "DELETE", "agents/*/agentversions/*", "DeleteAgentVersion"),
    (Service::BedrockAgent, "PUT", "agents/*/agentversions/*/actiongroups", "CreateAgentActionGroup"),
    (Service::BedrockAgent, "POST", "agents/*/agentversions/*/actiongroups", "ListAgentActionGroups"),
    (Service::BedrockAgent, "GET", "agents/*/agentversions/*/actiongroups/*", "GetAgentActionGroup"),
    (Service::BedrockAgent, "PUT", "agents/*/agentversions/*/actiongroups/*", "UpdateAgentActionGroup"),
    (Service::BedrockAgent, "DELETE", "agents/*/agentversions/*/actiongroups/*", "DeleteAgentActionGroup"),
    (Service::BedrockAgent, "PUT", "agents/*/agentversions/*/knowledgebases", "AssociateAgentKnowledgeBase"),
    (Service::BedrockAgent, "POST", "agents/*/agentversions/*/knowledgebases", "ListAgentKnowledgeBases"),
    (Service::BedrockAgent, "GET", "agents/*/agentversions/*/knowledgebases/*", "GetAgentKnowledgeBase"),
    (Service::BedrockAgent, "PUT", "agents/*/agentversions/*/knowledgebases/*", "UpdateAgentKnowledgeBase"),
    (Service::BedrockAgent, "DELETE", "agents/*/agentversions/*/knowledgebases/*", "DisassociateAgentKnowledgeBase"),
    (Service::BedrockAgent, "PUT", "agents/*/agentversions/*/agentcollaborators", "AssociateAgentCollaborator"),
    (Service::BedrockAgent, "POST", "agents/*/agentversions/*/agentcollaborators", "ListAgentCollaborators"),
    (Service::BedrockAgent, "GET", "agents/*/agentversions/*/agentcollaborators/*", "GetAgentCollaborator"),
    (Service::BedrockAgent, "PUT", "agents/*/agentversions/*/agentcollaborators/*", "UpdateAgentCollaborator"),
    (Service::BedrockAgent, "DELETE", "agents/*/agentversions/*/agentcollaborators/*", "DisassociateAgentCollaborator"),
    (Service::BedrockAgent, "PUT", "agents/*/agentaliases", "CreateAgentAlias"),
    (Service::BedrockAgent, "POST", "agents/*/agentaliases", "ListAgentAliases"),
    (Service::BedrockAgent, "GET", "agents/*/agentaliases/*", "GetAgentAlias"),
    (Service::BedrockAgent, "PUT", "agents/*/agentaliases/*", "UpdateAgentAlias"),
    (Service::BedrockAgent, "DELETE", "agents/*/agentaliases/*", "DeleteAgentAlias"),
    (Service::BedrockAgent, "POST", "tags/*", "TagResource"),
    (Service::BedrockAgent, "DELETE", "tags/*", "UntagResource"),
    (Service::BedrockAgent, "GET", "tags/*", "ListTagsForResource"),
    (Service::BedrockAgentRuntime, "POST", "agents/*/agentAliases/*/sessions/*/text", "InvokeAgent"),
    (Service::Bedrock, "GET", "inference-profiles", "ListInferenceProfiles"),
    (Service::Bedrock, "GET", "inference-profiles/*", "GetInferenceProfile"),
    (Service::Bedrock, "GET", "foundation-models", "ListFoundationModels"),
    (Service::Bedrock, "GET", "foundation-models/*", "GetFoundationModel"),
    (Service::Bedrock, "GET", "foundation-model-availability/*", "GetFoundationModelAvailability"),
    (Service::Bedrock, "GET", "use-case-for-model-access", "GetUseCaseForModelAccess"),
    (Service::Lambda, "POST", "2015-03-31/functions", "CreateFunction"),
    (Service::Lambda, "GET", "2015-03-31/functions", "ListFunctions"),
    (Service::Lambda, "GET", "2015-03-31/functions/*", "GetFunction"),
    (Service::Lambda, "DELETE", "2015-03-31/functions/*", "DeleteFunction"),
    (Service::Lambda, "GET", "2015-03-31/functions/*/configuration", "GetFunctionConfiguration"),
    (Service::Lambda, "PUT", "2015-03-31/functions/*/configuration", "UpdateFunctionConfiguration"),
    (Service::Lambda, "PUT", "2015-03-31/functions/*/code", "UpdateFunctionCode"),
    (Service::Lambda, "POST", "2015-03-31/functions/*/versions", "PublishVersion"),
    (Service::Lambda, "GET", "2015-03-31/functions/*/versions", "ListVersionsByFunction"),
    (Service::Lambda, "POST", "2015-03-31/functions/*/policy", "AddPermission"),
    (Service::Lambda, "GET", "2015-03-31/functions/*/policy", "GetPolicy"),
    (Service::Lambda, "DELETE", "2015-03-31/functions/*/policy/*", "RemovePermission"),
    (Service::Lambda, "POST", "2015-03-31/functions/*/invocations", "Invoke"),
    (Service::Lambda, "GET", "2020-06-30/functions/*/code-signing-config", "GetFunctionCodeSigningConfig"),
    (Service::Lambda, "POST", "2017-03-31/tags/*", "TagResource"),
    (Service::Lambda, "DELETE", "2017-03-31/tags/*", "UntagResource"),
    (Service::Lambda, "GET", "2017-03-31/tags/*", "ListTags"),
    (Service::Pinpoint, "GET", "v1/apps", "GetApps"),
    (Service::Pinpoint, "GET", "v1/apps/*", "GetApp"),
    (Service::Pinpoint, "GET", "v1/apps/*/campaigns", "GetCampaigns"),
    (Service::Pinpoint, "GET", "v1/apps/*/campaigns/*/kpis/daterange/*", "GetCampaignDateRangeKpi"),
];

#[cfg(test)]
mod tests {
    use http::Request;

    use super::{Operation, named};
    use crate::route::Route;
    use crate::service::Service;

    #[test]
    fn operations_are_named_in_every_protocol() {
        let cases = [
            (Service::Iam, "POST", "/", "", "Action=CreateRole&RoleName=r", "CreateRole", true),
            (Service::Logs, "POST", "/", "Logs_20140328.DescribeLogGroups", "{}", "DescribeLogGroups", false),
            (Service::BedrockAgent, "POST", "/agents/", "", "{}", "ListAgents", false),
            (Service::BedrockAgent, "POST", "/agents/ABCDEFGHIJ/", "", "", "PrepareAgent", true),
            (
                Service::BedrockAgentRuntime,
                "POST",
                "/agents/A/agentAliases/B/sessions/c/text",
                "",
                "{}",
                "InvokeAgent",
                false,
            ),
            (Service::Lambda, "PUT", "/2015-03-31/functions/f/code", "", "", "UpdateFunctionCode", true),
            (Service::Registry, "PUT", "/v2/openrate/manifests/latest", "", "", "PutImage", true),
            (Service::Registry, "HEAD", "/v2/openrate/blobs/sha256:0", "", "", "HeadBlob", false),
            (Service::Lambda, "POST", "/2099-01-01/nothing", "", "", "POST /2099-01-01/nothing", true),
        ];
        for (service, method, path, target, body, name, writes) in cases {
            let request = Request::builder().method(method).uri(path).header("x-amz-target", target).body(body);
            let request = request.expect("a request");
            let path = path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
            let route = Route { service, region: None, path };
            assert_eq!(named(&route, &request), Operation { name: name.to_owned(), writes });
        }
    }
}
