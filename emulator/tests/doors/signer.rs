//! Signs requests as AWS's clients do, written a second time on purpose: it judges the emulator's own calculation.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// A request to be sent.
pub(crate) struct Signed {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) body: &'static str,
    /// All that is signed beside the host and the date.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

pub(crate) const DATE: &str = "20261122T090000Z";

impl Signed {
    pub(crate) fn who_am_i() -> Self {
        let body = "Action=GetCallerIdentity&Version=2011-06-15";
        let headers = vec![("content-type", "application/x-www-form-urlencoded")];
        Self { method: "POST", path: "/", body, headers }
    }

    pub(crate) fn registry_password() -> Self {
        let target = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
        Self { method: "POST", path: "/", body: "{}", headers: vec![("x-amz-target", target)] }
    }

    pub(crate) fn agents() -> Self {
        Self { method: "POST", path: "/agents/", body: "{}", headers: vec![("content-type", "application/json")] }
    }

    /// All headers of the request, the signature among them.
    pub(crate) fn by(&self, id: &str, secret: &str, service: &str, host: &str) -> Vec<(String, String)> {
        self.by_naming("host", id, secret, service, host)
    }

    /// The same, with the host signed under this name.
    pub(crate) fn by_naming(
        &self,
        host_name: &str,
        id: &str,
        secret: &str,
        service: &str,
        host: &str,
    ) -> Vec<(String, String)> {
        let mut headers: Vec<(String, String)> =
            self.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        headers.push((host_name.to_owned(), host.to_owned()));
        headers.push(("x-amz-date".to_owned(), DATE.to_owned()));
        headers.sort();
        let names = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
        let lines: String =
            headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect::<Vec<_>>().concat();
        let (method, path, hash) = (self.method, self.path, Sha256::digest(self.body));
        let canonical = format!("{method}\n{path}\n\n{lines}\n{names}\n{hash:x}");
        let scope = format!("20261122/ap-northeast-1/{service}/aws4_request");
        let text = format!("AWS4-HMAC-SHA256\n{DATE}\n{scope}\n{:x}", Sha256::digest(canonical));
        let key = scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| keyed(&key, part));
        let signature: String =
            keyed(&key, &text).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
        headers.push(("authorization".to_owned(), authorization));
        headers
    }
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).expect("any length").chain_update(text).finalize().into_bytes().to_vec()
}
