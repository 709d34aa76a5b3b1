//! Reads a request's signature (AWS's version 4): by which key, for which service and region, and whether all its parts
//! are there. Whether it is the right one, `calculated` tells.

mod calculated;

use http::HeaderMap;

use crate::refusal::Refusal;

/// A signature with what it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// The id of the access key.
    pub(crate) key: String,
    pub(crate) scope: Scope,
    /// `20261122T090000Z`.
    date: String,
    /// The names of the headers that it covers, in its order.
    headers: Vec<String>,
    /// Hexadecimal.
    signature: String,
}

/// What the credential scope says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) region: String,
    /// The signing name (`bedrock`, `mobiletargeting`).
    pub(crate) service: String,
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256 ";

/// The signature of a request; `None` if it carries none at all.
pub(crate) fn of(headers: &HeaderMap) -> Option<Result<Signed, Refusal>> {
    let authorization = header(headers, "authorization")?;
    Some(read(authorization, header(headers, "x-amz-date")))
}

/// A request without a signature.
pub(crate) fn missing() -> Refusal {
    Refusal::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
}

/// A request that is signed by a key which nobody has.
pub(crate) fn unknown_key() -> Refusal {
    let text = format!("The security token included in the request is invalid. {WHICH_KEY}");
    Refusal::new(403, "UnrecognizedClientException", text)
}

/// A request that is signed with another secret than the key's, or was changed on its way.
pub(crate) fn mismatch() -> Refusal {
    invalid(format!(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
         and signing method. Consult the service documentation for details. {WHICH_KEY}"
    ))
}

/// AWS says nothing of the kind, since nobody starts AWS.
const WHICH_KEY: &str = "(The emulator accepts the access key that it printed when it was started, or any with \
                         --any-credentials.)";

fn read(authorization: &str, date: Option<&str>) -> Result<Signed, Refusal> {
    let Some(parts) = authorization.strip_prefix(ALGORITHM) else {
        return Err(incomplete(format!("Unsupported AWS 'algorithm': '{authorization}'.")));
    };
    let part = |name: &str| {
        parts
            .split(',')
            .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
            .filter(|value| !value.is_empty())
            .ok_or_else(|| incomplete(format!("Authorization header requires '{name}' parameter.")))
    };
    let (credential, signed, signature) = (part("Credential")?, part("SignedHeaders")?, part("Signature")?);
    let date = date.filter(|date| is_amz_date(date)).ok_or_else(|| {
        incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".to_owned())
    })?;
    // AWS's JavaScript SDK signs the host under its name in HTTP/2.
    if !signed.split(';').any(|name| matches!(name, "host" | ":authority")) {
        return Err(invalid("'Host' must be a 'SignedHeader' in the AWS Authorization."));
    }
    if signature.len() != 64 || !signature.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(invalid("The request signature we calculated does not match the signature you provided."));
    }
    let scope: Vec<&str> = credential.split('/').collect();
    let [key, day, region, service, "aws4_request"] = scope.as_slice() else {
        let text = format!("Credential must have exactly 5 slash-delimited elements, got '{credential}'.");
        return Err(incomplete(text));
    };
    if *day != &date[..8] {
        return Err(invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{day}' != '{}', \
             from '{date}'.",
            &date[..8]
        )));
    }
    if !is_region(region) {
        return Err(invalid(format!("Credential should be scoped to a valid region, not '{region}'.")));
    }
    Ok(Signed {
        key: (*key).to_owned(),
        scope: Scope { region: (*region).to_owned(), service: (*service).to_owned() },
        date: date.to_owned(),
        headers: signed.split(';').map(str::to_owned).collect(),
        signature: signature.to_owned(),
    })
}

/// A scope that names a service other than the one that is called.
pub(crate) fn wrong_service(right: &str) -> Refusal {
    invalid(format!("Credential should be scoped to correct service: '{right}'."))
}

fn incomplete(message: String) -> Refusal {
    Refusal::new(403, "IncompleteSignatureException", message)
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(403, "InvalidSignatureException", message)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// `20261122T090000Z`.
fn is_amz_date(date: &str) -> bool {
    let bytes = date.as_bytes();
    let digits = |from: usize, to: usize| bytes[from..to].iter().all(u8::is_ascii_digit);
    bytes.len() == 16 && digits(0, 8) && bytes[8] == b'T' && digits(9, 15) && bytes[15] == b'Z'
}

/// `ap-northeast-1`, also `aws-global`, which some clients sign for services without regions.
fn is_region(region: &str) -> bool {
    region.contains('-')
        && region.split('-').all(|part| !part.is_empty())
        && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::{Scope, read};

    const SIGNATURE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn authorization(credential: &str) -> String {
        format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature={SIGNATURE}")
    }

    #[test]
    fn a_whole_signature_gives_region_and_service() {
        let signed = authorization("AKID/20261122/ap-northeast-1/bedrock/aws4_request");
        let scope = Scope { region: "ap-northeast-1".to_owned(), service: "bedrock".to_owned() };
        let read = read(&signed, Some("20261122T090000Z")).expect("whole");
        assert_eq!((read.key.as_str(), read.scope), ("AKID", scope));
    }

    #[test]
    fn what_is_missing_or_does_not_fit_is_said() {
        let whole = authorization("AKID/20261122/ap-northeast-1/bedrock/aws4_request");
        let date = Some("20261122T090000Z");
        let cases = [
            ("Bearer token".to_owned(), date, "IncompleteSignatureException"),
            (whole.replace("Signature=", "Sign="), date, "IncompleteSignatureException"),
            (whole.clone(), None, "IncompleteSignatureException"),
            (whole.clone(), Some("yesterday"), "IncompleteSignatureException"),
            (whole.replace("/aws4_request", ""), date, "IncompleteSignatureException"),
            (whole.clone(), Some("20261123T000000Z"), "InvalidSignatureException"),
            (whole.replace("ap-northeast-1", "tokyo"), date, "InvalidSignatureException"),
            (whole.replace("host;", ""), date, "InvalidSignatureException"),
            (whole.replace(SIGNATURE, "short"), date, "InvalidSignatureException"),
        ];
        for (authorization, date, code) in cases {
            let refusal = read(&authorization, date).expect_err(&authorization);
            assert_eq!((refusal.status, refusal.code), (403, code), "{authorization}");
        }
    }
}
