//! What ECR's operations share: the repository a request names, ECR's refusals, and ECR's times.

use serde_json::Value;

use super::Repository;
use super::members::{Dialect, Members};
use crate::call::Call;
use crate::clock::Millis;
use crate::refusal::Refusal;

/// What a repository's name must look like, as ECR words it.
const NAME_PATTERN: &str = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*";

/// The body's members; any but those in `known` is refused as not emulated.
pub(super) fn read<'a>(body: &'a Value, operation: &'static str, known: &[&str]) -> Result<Members<'a>, Refusal> {
    Members::of(body, operation, Dialect::Ecr, known)
}

/// The name in `repositoryName`, of a registry that is the caller's own.
pub(super) fn repository_name<'a>(call: &Call<'_>, members: &Members<'a>) -> Result<&'a str, Refusal> {
    let name = members.required("repositoryName", members.sized("repositoryName", 2, 256)?)?;
    check_name(members, "repositoryName", name)?;
    let registry = members.shaped("registryId", "[0-9]{12}", is_account)?.unwrap_or(call.account);
    if registry == call.account { Ok(name) } else { Err(no_repository(name, registry)) }
}

/// Refuses a repository name that ECR would not allow.
pub(super) fn check_name(members: &Members<'_>, member: &str, name: &str) -> Result<(), Refusal> {
    if is_repository_name(name) {
        return Ok(());
    }
    Err(members.refuse(member, Some(name), &format!("must satisfy regular expression '{NAME_PATTERN}'")))
}

/// The repository that the request names.
pub(super) fn repository<'c, 'b>(
    call: &'c mut Call<'_>,
    members: &Members<'b>,
) -> Result<(&'b str, &'c mut Repository), Refusal> {
    let name = repository_name(call, members)?;
    let account = call.account;
    let found = call.region().ecr.repositories.get_mut(name);
    found.map(|repository| (name, repository)).ok_or_else(|| no_repository(name, account))
}

pub(super) fn no_repository(name: &str, registry: &str) -> Refusal {
    Refusal::new(
        400,
        "RepositoryNotFoundException",
        format!("The repository with name '{name}' does not exist in the registry with id '{registry}'"),
    )
}

/// A time as ECR writes it: seconds, with a fraction.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of our millennium fit a float's 53 bits")]
pub(super) fn seconds(moment: Millis) -> f64 {
    moment as f64 / 1000.0
}

/// Whether the text has the form of an account's number.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Groups of lower-case letters and digits, joined by `.`, `_`, `__` or hyphens, in parts joined by `/`.
fn is_repository_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.split('/').all(|part| {
        let bytes = part.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
        let joints = part.split(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        plain(*first)
            && plain(*last)
            && joints
                .into_iter()
                .all(|joint| matches!(joint, "" | "." | "_" | "__") || joint.bytes().all(|b| b == b'-'))
    })
}

#[cfg(test)]
mod tests {
    use super::is_repository_name;

    #[test]
    fn names_are_lower_case_with_single_joints() {
        for good in ["push-openrate", "a/b", "a__b", "a.b", "a---b", "team/a_b/c1"] {
            assert!(is_repository_name(good), "{good}");
        }
        for bad in ["Push", "a..b", "a___b", "-a", "a-", "a//b", "a/", "a b", "a.-b"] {
            assert!(!is_repository_name(bad), "{bad}");
        }
    }
}
