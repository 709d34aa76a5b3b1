//! Calculates the signature that a request must carry, as AWS documents it for version 4: every service but S3 encodes
//! the path once more, and has `.`, `..` and empty segments taken out of it.

use bytes::Bytes;
use hmac::{Hmac, Mac};
use http::Request;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::Signed;

/// All but the characters that RFC 3986 leaves as they are.
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What clients send in the place of the body's hash when they leave the body unsigned.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

impl Signed {
    /// Whether the request was signed with this secret.
    pub(crate) fn is_by(&self, secret: &str, request: &Request<Bytes>) -> bool {
        let Some(canonical) = self.canonical(request) else { return false };
        let day = &self.date[..8];
        let scope = format!("{day}/{}/{}/aws4_request", self.scope.region, self.scope.service);
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{:x}", self.date, Sha256::digest(canonical));
        let parts = [day, &self.scope.region, &self.scope.service, "aws4_request"];
        let key = parts.iter().try_fold(format!("AWS4{secret}").into_bytes(), |key, part| authenticated(&key, part));
        let expected = key.and_then(|key| Some(keyed(&key)?.chain_update(text)));
        let given: Option<Vec<u8>> = bytes(&self.signature);
        expected.zip(given).is_some_and(|(expected, given)| expected.verify_slice(&given).is_ok())
    }

    /// The request as both sides write it down; none if the body is not the one that it was signed with.
    fn canonical(&self, request: &Request<Bytes>) -> Option<String> {
        let actual = format!("{:x}", Sha256::digest(request.body()));
        let hash = match request.headers().get("x-amz-content-sha256").map(|value| value.to_str().unwrap_or_default()) {
            None => actual,
            Some(stated) if stated == actual || stated == UNSIGNED => stated.to_owned(),
            Some(_) => return None,
        };
        let headers =
            self.headers.iter().map(|name| format!("{name}:{}\n", value(request, name))).collect::<Vec<_>>().concat();
        let (method, signed) = (request.method(), self.headers.join(";"));
        let (path, query) = (path(request.uri().path()), query(request.uri().query().unwrap_or_default()));
        Some(format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{hash}"))
    }
}

/// A header's values, without the spaces that do not count. In HTTP/2 the host stands in the address.
fn value(request: &Request<Bytes>, name: &str) -> String {
    let values = request.headers().get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let plain: Vec<String> = values.map(|value| value.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    match request.uri().authority() {
        Some(host) if plain.is_empty() && matches!(name, "host" | ":authority") => host.to_string(),
        _ => plain.join(","),
    }
}

fn path(sent: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let encoded: Vec<String> = segments.iter().map(|segment| encode(segment)).collect();
    let end = if sent.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{end}", encoded.join("/"))
}

fn query(sent: &str) -> String {
    let plain = |text: &str| encode(&percent_decode_str(text).decode_utf8_lossy());
    let mut pairs: Vec<(String, String)> = sent
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}

fn keyed(key: &[u8]) -> Option<Hmac<Sha256>> {
    // It takes keys of any length; the type does not know that.
    Hmac::new_from_slice(key).ok()
}

fn authenticated(key: &[u8], text: &str) -> Option<Vec<u8>> {
    Some(keyed(key)?.chain_update(text).finalize().into_bytes().to_vec())
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok());
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::{path, query};
    use crate::signature;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    /// A request of AWS's test suite for version 4, as its documentation prints it.
    fn vanilla(signature: &str) -> Request<Bytes> {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature={signature}"
        );
        Request::get("/")
            .header("host", "example.amazonaws.com")
            .header("x-amz-date", "20150830T123600Z")
            .header("authorization", authorization)
            .body(Bytes::new())
            .expect("a request")
    }

    const RIGHT: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

    fn is_by(request: &Request<Bytes>, secret: &str) -> bool {
        signature::of(request.headers()).expect("signed").expect("whole").is_by(secret, request)
    }

    #[test]
    fn the_request_of_awss_test_suite_has_the_signature_that_stands_there() {
        assert!(is_by(&vanilla(RIGHT), SECRET));
        assert!(!is_by(&vanilla(RIGHT), "another"));
        assert!(!is_by(&vanilla(&RIGHT.replace('5', "6")), SECRET));
    }

    #[test]
    fn whatever_is_changed_on_the_way_is_found_out() {
        let change = |change: fn(&mut Request<Bytes>)| {
            let mut request = vanilla(RIGHT);
            change(&mut request);
            is_by(&request, SECRET)
        };
        assert!(!change(|request| *request.body_mut() = Bytes::from_static(b"x")));
        assert!(!change(|request| *request.method_mut() = http::Method::POST));
        assert!(!change(|request| *request.uri_mut() = "/x".parse().expect("a path")));
        assert!(!change(|request| *request.uri_mut() = "/?x=1".parse().expect("a path")));
        assert!(!change(|request| drop(request.headers_mut().insert("host", "other".parse().expect("a value")))));
        assert!(!change(|request| {
            let hash = "0".repeat(64).parse().expect("a value");
            request.headers_mut().insert("x-amz-content-sha256", hash);
        }));
    }

    #[test]
    fn over_http_2_the_host_stands_in_the_address() {
        let mut request = vanilla(RIGHT);
        request.headers_mut().remove("host");
        *request.uri_mut() = "http://example.amazonaws.com/".parse().expect("an address");
        assert!(is_by(&request, SECRET));
    }

    #[test]
    fn paths_are_encoded_once_more_and_queries_sorted() {
        for (sent, canonical) in [
            ("/", "/"),
            ("/agents/", "/agents/"),
            ("/tags/arn%3Aaws%3Ax%2Fy", "/tags/arn%253Aaws%253Ax%252Fy"),
            ("/tags/arn:aws:x", "/tags/arn%3Aaws%3Ax"),
            ("/a//b/./c/../d", "/a/b/d"),
        ] {
            assert_eq!(path(sent), canonical);
        }
        for (sent, canonical) in [
            ("", ""),
            ("b=2&a=1&a=0", "a=0&a=1&b=2"),
            ("Qualifier=%24LATEST&flag", "Qualifier=%24LATEST&flag="),
            ("a=1+1", "a=1%2B1"),
        ] {
            assert_eq!(query(sent), canonical);
        }
    }
}
