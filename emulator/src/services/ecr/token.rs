//! The registry's password: what `GetAuthorizationToken` hands out and the registry door reads again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answers::{is_account, read, seconds};
use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;

/// AWS's tokens hold for twelve hours.
const LIFETIME: Millis = 12 * 60 * 60 * 1000;

/// Whom a password lets in, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) account: String,
    /// The region whose registry it opens: the registry's calls carry no other sign of it.
    pub(crate) region: String,
    pub(crate) expires_at: Millis,
}

pub(super) fn get(call: &mut Call<'_>, body: &Value) -> Result<Reply, Refusal> {
    let members = read(body, "GetAuthorizationToken", &["registryIds"])?;
    for registry in members.texts("registryIds")?.unwrap_or_default() {
        if !is_account(registry) {
            return Err(members.refuse("registryIds", Some(registry), "must satisfy regular expression '[0-9]{12}'"));
        }
        if registry != call.account {
            return Err(Refusal::not_emulated(format!("the registry of the account {registry}")));
        }
    }
    let grant =
        Grant { account: call.account.to_owned(), region: call.region.to_owned(), expires_at: call.now + LIFETIME };
    let answer = json!({ "authorizationData": [{
        "authorizationToken": STANDARD.encode(format!("AWS:{}", grant.password())),
        "expiresAt": seconds(grant.expires_at),
        "proxyEndpoint": call.endpoint,
    }] });
    Ok(Reply::read("GetAuthorizationToken", answer))
}

impl Grant {
    /// The password, in the form of AWS's: base64 of a JSON object.
    fn password(&self) -> String {
        let payload = format!("{}/{}", self.account, self.region);
        let token = json!({
            "payload": payload,
            "datakey": seal(&payload, self.expires_at),
            "version": "2",
            "type": "DATA_KEY",
            "expiration": self.expires_at / 1000,
        });
        STANDARD.encode(token.to_string())
    }

    /// Reads an `Authorization` header; `None` if it isn't one that `GetAuthorizationToken` gave.
    pub(crate) fn from_header(header: &str) -> Option<Self> {
        let (scheme, credentials) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let credentials = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
        let password = credentials.strip_prefix("AWS:")?;
        let token: Value = serde_json::from_slice(&STANDARD.decode(password).ok()?).ok()?;
        let payload = token["payload"].as_str()?;
        let (account, region) = payload.split_once('/')?;
        let expires_at = token["expiration"].as_u64()? * 1000;
        (token["datakey"] == seal(payload, expires_at).as_str()).then(|| Self {
            account: account.to_owned(),
            region: region.to_owned(),
            expires_at,
        })
    }
}

/// Keeps a made-up or altered password from passing. It guards nothing of worth: the emulator is on loopback only.
fn seal(payload: &str, expires_at: Millis) -> String {
    let hash = Sha256::digest(format!("bedrock-ops emulator {payload} {}", expires_at / 1000));
    STANDARD.encode(hash)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::Grant;

    #[test]
    fn a_password_names_its_account_and_region() {
        let grant =
            Grant { account: "123456789012".into(), region: "ap-northeast-1".into(), expires_at: 1_795_000_000_000 };
        let header = |password: &str| format!("Basic {}", STANDARD.encode(format!("AWS:{password}")));
        assert_eq!(Grant::from_header(&header(&grant.password())), Some(grant.clone()));
        assert_eq!(Grant::from_header(&header("guessed")), None);
        assert_eq!(Grant::from_header(&format!("Bearer {}", grant.password())), None);
    }
}
