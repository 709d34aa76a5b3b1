//! The three ways to name a function: name, `ACCOUNT:function:NAME` and ARN, each with or without a qualifier.

use super::answers::{invalid, not_found, rule};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::services::ecr::answers::is_account;

const PATTERN: &str = concat!(
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?",
    "([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
);
const LONGEST_QUALIFIER: usize = 128;
const QUALIFIER_PATTERN: &str = "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";

/// A function as a request names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FunctionName<'a> {
    pub(super) region: Option<&'a str>,
    pub(super) account: Option<&'a str>,
    pub(super) name: &'a str,
    pub(super) qualifier: Option<&'a str>,
}

/// Where a call is made: only functions from there are reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Home<'a> {
    pub(super) account: &'a str,
    pub(super) region: &'a str,
}

impl<'a> Home<'a> {
    fn of(call: &'a Call<'_>) -> Self {
        Self { account: call.account, region: call.region }
    }
}

impl<'a> FunctionName<'a> {
    /// `None` if it is none of the three.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (mut region, mut account) = (None, None);
        let mut rest = text;
        if let Some(after) = text.strip_prefix("arn:aws:lambda:") {
            let (found, after) = after.split_once(':')?;
            region = Some(found);
            rest = after;
        }
        if let Some((head, after)) = rest.split_once(":function:") {
            account = Some(head).filter(|head| is_account(head));
            account?;
            rest = after;
        } else if region.is_some() {
            return None;
        } else if let Some(after) = rest.strip_prefix("function:") {
            rest = after;
        }
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (rest, None),
        };
        let fits = is_word(name) && qualifier.is_none_or(|text| text == "$LATEST" || is_word(text));
        fits.then_some(Self { region, account, name, qualifier })
    }

    /// The function that a request of this account and region names in its path, its `Qualifier` taken in.
    pub(super) fn of_request(text: &'a str, qualifier: Option<&'a str>, call: &Call<'_>) -> Result<Self, Refusal> {
        Self::at_home(text, qualifier, &Home::of(call))
    }

    /// The same, for whoever calls it without a request.
    pub(super) fn at_home(text: &'a str, qualifier: Option<&'a str>, home: &Home<'_>) -> Result<Self, Refusal> {
        let Some(mut found) = Self::parse(text) else {
            let broken = format!("Member must satisfy regular expression pattern: {PATTERN}");
            return Err(rule("functionName", Some(text), &broken));
        };
        found.check_home(home)?;
        if let Some(qualifier) = qualifier {
            if qualifier.len() > LONGEST_QUALIFIER {
                let text = format!("Member must have length less than or equal to {LONGEST_QUALIFIER}");
                return Err(rule("qualifier", Some(qualifier), &text));
            }
            if !qualifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_$.".contains(&byte))
                || qualifier.is_empty()
            {
                let text = format!("Member must satisfy regular expression pattern: {QUALIFIER_PATTERN}");
                return Err(rule("qualifier", Some(qualifier), &text));
            }
            if found.qualifier.is_some_and(|own| own != qualifier) {
                let text = "The derived qualifier from the function name does not match the specified qualifier.";
                return Err(invalid(text));
            }
            found.qualifier = Some(qualifier);
        }
        Ok(found)
    }

    fn check_home(&self, home: &Home<'_>) -> Result<(), Refusal> {
        if let Some(region) = self.region.filter(|region| *region != home.region) {
            let text = format!("Functions from '{region}' are not reachable in this region ('{}')", home.region);
            return Err(Refusal::new(404, "ResourceNotFoundException", text));
        }
        match self.account {
            Some(account) if account != home.account => {
                Err(Refusal::new(403, "AccessDeniedException", format!("{} is another account's function", self.name)))
            }
            _ => Ok(()),
        }
    }

    /// The ARN, with the qualifier if there is one.
    pub(super) fn arn(&self, call: &Call<'_>) -> String {
        self.arn_at(&Home::of(call))
    }

    pub(super) fn arn_at(&self, home: &Home<'_>) -> String {
        let bare = format!("arn:aws:lambda:{}:{}:function:{}", home.region, home.account, self.name);
        self.qualifier.map_or(bare.clone(), |qualifier| format!("{bare}:{qualifier}"))
    }

    /// The refusal that says that the function is not there.
    pub(super) fn missing(&self, call: &Call<'_>) -> Refusal {
        not_found(&self.arn(call))
    }

    /// Refuses a qualifier where the operation takes none.
    pub(super) fn unqualified(self, what: &str) -> Result<Self, Refusal> {
        match self.qualifier {
            Some(qualifier) if qualifier != "$LATEST" => {
                Err(invalid(&format!("{what} takes no qualifier, not {qualifier}")))
            }
            _ => Ok(Self { qualifier: None, ..self }),
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::FunctionName;

    #[test]
    fn a_function_is_named_in_three_ways() {
        let full = "arn:aws:lambda:ap-northeast-1:123456789012:function:f:7";
        let found = FunctionName::parse(full).expect("an ARN");
        assert_eq!((found.name, found.qualifier, found.region), ("f", Some("7"), Some("ap-northeast-1")));
        for (text, name, qualifier) in [
            ("f", "f", None),
            ("f:$LATEST", "f", Some("$LATEST")),
            ("function:f", "f", None),
            ("123456789012:function:f:live", "f", Some("live")),
        ] {
            let found = FunctionName::parse(text).expect(text);
            assert_eq!((found.name, found.qualifier), (name, qualifier), "{text}");
        }
        for bad in ["", "a b", "f:", "arn:aws:lambda:x:f", "1:function:f", "arn:aws:iam::123456789012:role/r"] {
            assert_eq!(FunctionName::parse(bad), None, "{bad}");
        }
    }
}
