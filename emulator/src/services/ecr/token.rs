//! The registry's password: what `GetAuthorizationToken` hands out and the registry door reads again.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::answers::{is_account, read, seconds};
use crate::access::random_hex;
use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;
use crate::service::Service;

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
    let password = call.seal.password(&grant).ok_or_else(|| Service::Ecr.broken())?;
    let answer = json!({ "authorizationData": [{
        "authorizationToken": STANDARD.encode(format!("AWS:{password}")),
        "expiresAt": seconds(grant.expires_at),
        "proxyEndpoint": call.endpoint,
    }] });
    Ok(Reply::read("GetAuthorizationToken", answer))
}

/// What passwords are sealed with: a secret of this process, so that nobody can make one up.
#[derive(Clone)]
pub(crate) struct Seal(Option<String>);

impl Seal {
    /// A new one. Without random numbers no password is given and none opens.
    pub(crate) fn random() -> Self {
        Self(random_hex().ok())
    }

    /// The password, in the form of AWS's: base64 of a JSON object.
    fn password(&self, grant: &Grant) -> Option<String> {
        let payload = format!("{}/{}", grant.account, grant.region);
        let token = json!({
            "payload": payload,
            "datakey": STANDARD.encode(self.over(&payload, grant.expires_at)?.finalize().into_bytes()),
            "version": "2",
            "type": "DATA_KEY",
            "expiration": grant.expires_at / 1000,
        });
        Some(STANDARD.encode(token.to_string()))
    }

    /// Reads an `Authorization` header; `None` if it isn't one that `GetAuthorizationToken` of this process gave.
    pub(crate) fn grant(&self, header: &str) -> Option<Grant> {
        let (scheme, credentials) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let credentials = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
        let password = credentials.strip_prefix("AWS:")?;
        let token: Value = serde_json::from_slice(&STANDARD.decode(password).ok()?).ok()?;
        let payload = token["payload"].as_str()?;
        let (account, region) = payload.split_once('/')?;
        let expires_at = token["expiration"].as_u64()?.checked_mul(1000)?;
        let given = STANDARD.decode(token["datakey"].as_str()?).ok()?;
        self.over(payload, expires_at)?.verify_slice(&given).ok()?;
        Some(Grant { account: account.to_owned(), region: region.to_owned(), expires_at })
    }

    fn over(&self, payload: &str, expires_at: Millis) -> Option<Hmac<Sha256>> {
        let keyed = Hmac::<Sha256>::new_from_slice(self.0.as_ref()?.as_bytes()).ok()?;
        Some(keyed.chain_update(format!("{payload} {}", expires_at / 1000)))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Seal").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::{Grant, Seal};

    #[test]
    fn a_password_names_its_account_and_region_and_is_good_where_it_was_given() {
        let grant =
            Grant { account: "123456789012".into(), region: "ap-northeast-1".into(), expires_at: 1_795_000_000_000 };
        let header = |password: &str| format!("Basic {}", STANDARD.encode(format!("AWS:{password}")));
        let seal = Seal::random();
        let password = seal.password(&grant).expect("random numbers");
        assert_eq!(seal.grant(&header(&password)), Some(grant.clone()));
        assert_eq!(seal.grant(&header("guessed")), None);
        assert_eq!(seal.grant(&format!("Bearer {password}")), None);
        let of_another = Seal::random().password(&grant).expect("random numbers");
        assert_eq!(seal.grant(&header(&of_another)), None);
        let text = STANDARD.decode(&password).expect("base64");
        let altered = String::from_utf8(text).expect("JSON").replace("1795000000", "1795000001");
        assert_eq!(seal.grant(&header(&STANDARD.encode(altered))), None, "it was made to last");
    }
}
