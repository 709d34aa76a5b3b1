//! Puts replies and refusals on the wire, each in the shape of its protocol.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::json;

use crate::body::Body;
use crate::call::{self, Reply};
use crate::refusal::Refusal;
use crate::service::{Protocol, Service};
use crate::xml::element;

const QUERY: &str = "text/xml";
const JSON_1_0: &str = "application/x-amz-json-1.0";
const JSON_1_1: &str = "application/x-amz-json-1.1";
const JSON: &str = "application/json";

/// What a service answers.
pub(crate) fn reply(service: Service, reply: Reply, request_id: &str) -> Response<Body> {
    let kind = match service.protocol() {
        Protocol::Json if service == Service::CloudWatch => JSON_1_0,
        Protocol::Json => JSON_1_1,
        _ => JSON,
    };
    let (headers, body) = match reply.body {
        call::Body::Empty => (Vec::new(), Bytes::new()),
        call::Body::Json(value) => (content_type(kind), Bytes::from(value.to_string())),
        call::Body::Xml(content) => {
            (content_type(QUERY), Bytes::from(enveloped(service, reply.operation, &content, request_id)))
        }
        call::Body::Raw(headers, bytes) => (headers, bytes),
        call::Body::Stream(headers, make) => {
            return response(reply.status, &headers, Bytes::new(), request_id).map(|_| Body::stream(make));
        }
        call::Body::Later(_) => return refusal(service, &service.broken(), request_id),
    };
    response(reply.status, &headers, body, request_id)
}

/// What a service refuses.
pub(crate) fn refusal(service: Service, refusal: &Refusal, request_id: &str) -> Response<Body> {
    let message = &refusal.message;
    if service == Service::Lambda {
        let kind = if refusal.status < 500 { "User" } else { "Service" };
        // Lambda writes `message` or `Message`, as the error is modelled; the SDKs read both, and so write both here.
        return rest_json(refusal, &json!({"Type": kind, "Message": message, "message": message}), request_id);
    }
    if service == Service::Pinpoint {
        return rest_json(refusal, &json!({"Message": message, "RequestID": request_id}), request_id);
    }
    if service == Service::CloudWatch {
        return cloudwatch(refusal, request_id);
    }
    if matches!(service, Service::Athena | Service::CostExplorer) {
        // Both model the text with a capital letter.
        let body = json!({"__type": refusal.code, "Message": message});
        return response(refusal.status, &content_type(JSON_1_1), Bytes::from(body.to_string()), request_id);
    }
    match service.protocol() {
        Protocol::Query => query(service.namespace(), refusal, request_id),
        other => astray(other, refusal, request_id),
    }
}

/// What is refused before any service sees it.
pub(crate) fn astray(protocol: Protocol, refusal: &Refusal, request_id: &str) -> Response<Body> {
    let message = &refusal.message;
    match protocol {
        Protocol::Query => query(Service::Iam.namespace(), refusal, request_id),
        Protocol::Json => {
            let body = json!({"__type": refusal.code, "message": message});
            response(refusal.status, &content_type(JSON_1_1), Bytes::from(body.to_string()), request_id)
        }
        Protocol::RestJson => rest_json(refusal, &json!({"message": message}), request_id),
        Protocol::Registry => {
            let body = json!({"errors": [{"code": refusal.code, "message": message}]});
            let mut headers = content_type(JSON);
            headers.push(("docker-distribution-api-version", "registry/2.0".to_owned()));
            if refusal.status == 401 {
                headers.push(("www-authenticate", r#"Basic realm="emulator",service="ecr.amazonaws.com""#.to_owned()));
            }
            response(refusal.status, &headers, Bytes::from(body.to_string()), request_id)
        }
    }
}

/// An answer of the emulator itself.
pub(crate) fn own(status: u16, body: &serde_json::Value, request_id: &str) -> Response<Body> {
    response(status, &content_type(JSON), Bytes::from(body.to_string()), request_id)
}

fn rest_json(refusal: &Refusal, body: &serde_json::Value, request_id: &str) -> Response<Body> {
    let mut headers = content_type(JSON);
    headers.push(("x-amzn-errortype", refusal.code.to_owned()));
    response(refusal.status, &headers, Bytes::from(body.to_string()), request_id)
}

/// CloudWatch spoke a query protocol before JSON, and tells in a header which code an error had in that.
fn cloudwatch(refusal: &Refusal, request_id: &str) -> Response<Body> {
    let code = match refusal.code {
        "InternalServiceFault" => "InternalServiceError",
        "InvalidParameterCombinationException" => "InvalidParameterCombination",
        "InvalidParameterValueException" => "InvalidParameterValue",
        "MissingRequiredParameterException" => "MissingParameter",
        "ThrottlingException" => "Throttling",
        other => other,
    };
    let kind = if refusal.status < 500 { "Sender" } else { "Receiver" };
    let mut headers = content_type(JSON_1_0);
    headers.push(("x-amzn-query-error", format!("{code};{kind}")));
    let body = json!({"__type": refusal.code, "message": refusal.message});
    response(refusal.status, &headers, Bytes::from(body.to_string()), request_id)
}

fn query(namespace: &str, refusal: &Refusal, request_id: &str) -> Response<Body> {
    // The query services' codes lack the ending that the JSON services have.
    let code = match refusal.code {
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "IncompleteSignatureException" => "IncompleteSignature",
        other => other,
    };
    let kind = if refusal.status < 500 { "Sender" } else { "Receiver" };
    let error = [element("Type", kind), element("Code", code), element("Message", &refusal.message)].concat();
    let id = element("RequestId", request_id);
    let body = format!("<ErrorResponse xmlns=\"{namespace}\"><Error>{error}</Error>{id}</ErrorResponse>");
    response(refusal.status, &content_type(QUERY), Bytes::from(body), request_id)
}

fn enveloped(service: Service, operation: &str, content: &str, request_id: &str) -> String {
    let namespace = service.namespace();
    format!(
        "<{operation}Response xmlns=\"{namespace}\">{content}<ResponseMetadata><RequestId>{request_id}</RequestId>\
         </ResponseMetadata></{operation}Response>"
    )
}

fn content_type(kind: &str) -> Vec<(&'static str, String)> {
    vec![("content-type", kind.to_owned())]
}

fn response(status: u16, headers: &[(&'static str, String)], body: Bytes, request_id: &str) -> Response<Body> {
    let typed = headers.iter().any(|(name, _)| *name == CONTENT_TYPE) || body.is_empty();
    let mut response = Response::new(Body::whole(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let fields = response.headers_mut();
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(*name), HeaderValue::try_from(value)) {
            fields.insert(name, value);
        }
    }
    if let Ok(id) = HeaderValue::try_from(request_id) {
        fields.insert("x-amzn-requestid", id);
    }
    if !typed {
        fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    }
    response
}
