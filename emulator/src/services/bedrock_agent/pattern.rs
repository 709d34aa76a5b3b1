//! The patterns of bedrock-agent's model, each as its text and a function that holds a string against it.

/// One pattern. The text is botocore's, and stands in the refusal.
pub(crate) struct Pattern {
    pub(crate) text: &'static str,
    pub(crate) holds: fn(&str) -> bool,
}

pub(super) const ID: Pattern = Pattern { text: "[0-9a-zA-Z]{10}", holds: is_id };
pub(super) const NAME: Pattern = Pattern { text: "([0-9a-zA-Z][_-]?){1,100}", holds: is_name };
pub(super) const CLIENT_TOKEN: Pattern = Pattern { text: "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,256}", holds: is_client_token };
pub(super) const NEXT_TOKEN: Pattern = Pattern { text: "\\S*", holds: |text| !text.contains(char::is_whitespace) };
pub(super) const VERSION: Pattern = Pattern { text: "(DRAFT|[0-9]{0,4}[1-9][0-9]{0,4})", holds: is_version };
pub(super) const NUMERICAL_VERSION: Pattern = Pattern { text: "[0-9]{1,5}", holds: is_number };
pub(super) const DRAFT: Pattern = Pattern { text: "DRAFT", holds: |text| text == "DRAFT" };
pub(super) const TAG: Pattern = Pattern { text: "[a-zA-Z0-9\\s._:/=+@-]*", holds: is_tag };
pub(super) const ROLE_ARN: Pattern = Pattern { text: "arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+", holds: is_role_arn };
pub(super) const LAMBDA_ARN: Pattern = Pattern {
    text: "arn:(aws[a-zA-Z-]*)?:lambda:[a-z]{2}(-gov)?-[a-z]+-\\d{1}:\\d{12}:function:[a-zA-Z0-9-_\\.]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
    holds: is_lambda_arn,
};
pub(super) const MODEL: Pattern = Pattern {
    text: "(arn:aws(-[^:]{1,12})?:(bedrock|sagemaker):[a-z0-9-]{1,20}:([0-9]{12})?:([a-z-]+/)?)?([a-zA-Z0-9.-]{1,63}){0,2}(([:][a-z0-9-]{1,63}){0,2})?(/[a-z0-9]{1,12})?",
    holds: is_model,
};
pub(super) const KMS_KEY: Pattern =
    Pattern { text: "arn:aws(|-cn|-us-gov):kms:[a-zA-Z0-9-]*:[0-9]{12}:key/[a-zA-Z0-9-]{36}", holds: is_kms_key };
pub(super) const GUARDRAIL: Pattern = Pattern {
    text: "(([a-z0-9]+)|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/[a-z0-9]+))",
    holds: is_guardrail,
};
pub(super) const GUARDRAIL_VERSION: Pattern =
    Pattern { text: "(([0-9]{1,8})|(DRAFT))", holds: |text| text == "DRAFT" || (digits(text) && text.len() <= 8) };
pub(super) const BUCKET: Pattern = Pattern { text: "[a-z0-9][\\.\\-a-z0-9]{1,61}[a-z0-9]", holds: is_bucket };
pub(super) const OBJECT_KEY: Pattern = Pattern {
    text: "[\\.\\-\\!\\*\\_\\'\\(\\)a-zA-Z0-9][\\.\\-\\!\\*\\_\\'\\(\\)\\/a-zA-Z0-9]*",
    holds: |text| !text.starts_with('/') && made_of(text, ".-!*_'()/"),
};
pub(super) const PROVISIONED: Pattern = Pattern {
    text: "((([0-9a-zA-Z][_-]?){1,63})|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:provisioned-model/[a-z0-9]{12}))",
    holds: is_provisioned,
};

pub(super) const ALIAS_ARN: Pattern = Pattern {
    text: "arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:agent-alias/[0-9a-zA-Z]{10}/[0-9a-zA-Z]{10}",
    holds: is_alias_arn,
};

fn is_alias_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "bedrock", region, account, alias] = parts[..] else { return false };
    let ids = alias.strip_prefix("agent-alias/").and_then(|ids| ids.split_once('/'));
    is_partition(partition)
        && is_region(region)
        && is_account(account)
        && ids.is_some_and(|(agent, alias)| is_id(agent) && is_id(alias))
}

/// At least one character, each an ASCII letter, a digit or one of `others`.
fn made_of(text: &str, others: &str) -> bool {
    !text.is_empty() && text.chars().all(|each| each.is_ascii_alphanumeric() || others.contains(each))
}

/// At least one character, each a small letter, a digit or one of `others`.
fn made_of_small(text: &str, others: &str) -> bool {
    made_of(text, others) && !text.contains(|each: char| each.is_ascii_uppercase())
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|each| each.is_ascii_digit())
}

fn is_account(text: &str) -> bool {
    digits(text) && text.len() == 12
}

fn is_region(text: &str) -> bool {
    made_of_small(text, "-") && text.len() <= 20
}

fn is_partition(text: &str) -> bool {
    text == "aws" || text.strip_prefix("aws-").is_some_and(|rest| !rest.is_empty())
}

fn is_id(text: &str) -> bool {
    text.len() == 10 && made_of(text, "")
}

/// Letters and digits, each followed by at most one `_` or `-`.
fn separated(text: &str, most: usize) -> bool {
    let separator = |each: u8| each == b'_' || each == b'-';
    let bytes = text.as_bytes();
    let solid = bytes.iter().filter(|each| !separator(**each)).count();
    made_of(text, "_-")
        && !separator(bytes[0])
        && !bytes.windows(2).any(|pair| separator(pair[0]) && separator(pair[1]))
        && solid <= most
}

fn is_name(text: &str) -> bool {
    separated(text, 100)
}

fn is_client_token(text: &str) -> bool {
    made_of(text, "-") && !text.starts_with('-') && !text.ends_with('-')
}

/// `DRAFT`, or digits around one that is not 0, four at most on either side of it.
fn is_version(text: &str) -> bool {
    let middle = |(index, each)| each != b'0' && index <= 4 && text.len() - index <= 5;
    text == "DRAFT" || (digits(text) && text.bytes().enumerate().any(middle))
}

fn is_number(text: &str) -> bool {
    digits(text) && text.len() <= 5
}

fn is_tag(text: &str) -> bool {
    text.chars().all(|each| each.is_ascii_alphanumeric() || each.is_ascii_whitespace() || "._:/=+@-".contains(each))
}

/// The five parts after `arn:`; the last keeps its colons.
fn arn(text: &str) -> Option<[&str; 5]> {
    let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
    Some([parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?])
}

fn is_role_arn(text: &str) -> bool {
    arn(text).is_some_and(|[partition, service, region, account, rest]| {
        is_partition(partition)
            && service == "iam"
            && region.is_empty()
            && (account.is_empty() || is_account(account))
            && rest.strip_prefix("role/").is_some_and(|name| !name.is_empty())
    })
}

fn is_lambda_arn(text: &str) -> bool {
    let Some([partition, "lambda", region, account, rest]) = arn(text) else { return false };
    let Some(name) = rest.strip_prefix("function:") else { return false };
    let (name, qualifier) = name.split_once(':').map_or((name, None), |(name, after)| (name, Some(after)));
    let after_aws = partition.strip_prefix("aws");
    (partition.is_empty()
        || after_aws.is_some_and(|rest| rest.bytes().all(|each| each.is_ascii_alphabetic() || each == b'-')))
        && is_lambda_region(region)
        && is_account(account)
        && made_of(name, "-_.")
        && qualifier.is_none_or(|qualifier| qualifier == "$LATEST" || made_of(qualifier, "-_"))
}

/// `ap-northeast-1`, `us-gov-west-1`.
fn is_lambda_region(text: &str) -> bool {
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|each| each.is_ascii_lowercase());
    match *text.split('-').collect::<Vec<_>>() {
        [country, "gov", place, number] | [country, place, number] => {
            country.len() == 2 && letters(country) && letters(place) && number.len() == 1 && digits(number)
        }
        _ => false,
    }
}

fn is_model(text: &str) -> bool {
    let name = match arn(text) {
        None => text,
        Some([partition, "bedrock" | "sagemaker", region, account, rest])
            if is_partition(partition) && is_region(region) && (account.is_empty() || is_account(account)) =>
        {
            match rest.split_once('/') {
                Some((kind, name)) if kind.bytes().all(|each| each.is_ascii_lowercase() || each == b'-') => name,
                _ => rest,
            }
        }
        Some(_) => return false,
    };
    let (name, throughput) = name.split_once('/').map_or((name, None), |(name, after)| (name, Some(after)));
    let mut parts = name.split(':');
    let head = parts.next().unwrap_or_default();
    let tails: Vec<&str> = parts.collect();
    (head.is_empty() || (made_of(head, ".-") && head.len() <= 126))
        && tails.len() <= 2
        && tails.iter().all(|tail| made_of_small(tail, "-") && tail.len() <= 63)
        && throughput.is_none_or(|tail| made_of_small(tail, "") && tail.len() <= 12)
}

fn is_kms_key(text: &str) -> bool {
    arn(text).is_some_and(|[partition, service, region, account, rest]| {
        ["aws", "aws-cn", "aws-us-gov"].contains(&partition)
            && service == "kms"
            && (region.is_empty() || made_of(region, "-"))
            && is_account(account)
            && rest.strip_prefix("key/").is_some_and(|key| made_of(key, "-") && key.len() == 36)
    })
}

/// An ARN of bedrock whose last part is `kind/` and a name of small letters and digits.
fn bedrock_arn<'a>(text: &'a str, kind: &str) -> Option<&'a str> {
    let [partition, service, region, account, rest] = arn(text)?;
    let name = rest.strip_prefix(kind)?.strip_prefix('/')?;
    let whole = is_partition(partition) && service == "bedrock" && is_region(region) && is_account(account);
    (whole && made_of_small(name, "")).then_some(name)
}

fn is_guardrail(text: &str) -> bool {
    made_of_small(text, "") || bedrock_arn(text, "guardrail").is_some()
}

fn is_bucket(text: &str) -> bool {
    let edge = |each: char| ".-".contains(each);
    (3..=63).contains(&text.len()) && made_of_small(text, ".-") && !text.starts_with(edge) && !text.ends_with(edge)
}

fn is_provisioned(text: &str) -> bool {
    separated(text, 63) || bedrock_arn(text, "provisioned-model").is_some_and(|name| name.len() == 12)
}

#[cfg(test)]
mod tests {
    use super::{CLIENT_TOKEN, LAMBDA_ARN, MODEL, NAME, Pattern, ROLE_ARN, VERSION};

    fn table(pattern: &Pattern, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!((pattern.holds)(text), "{text} should fit {}", pattern.text);
        }
        for text in bad {
            assert!(!(pattern.holds)(text), "{text} should not fit {}", pattern.text);
        }
    }

    #[test]
    fn a_name_has_no_doubled_and_no_leading_separator() {
        let hundred = "a-".repeat(100);
        table(&NAME, &["a", "get_my_api", "push-openrate-agent", "trailing-", &hundred], &[]);
        let longer = "a-".repeat(101);
        table(&NAME, &[], &["", "_a", "-a", "a__b", "a-_b", "a b", "ä", &longer]);
    }

    #[test]
    fn a_model_is_an_id_a_profile_or_an_arn() {
        let good = [
            "anthropic.claude-3-5-sonnet-20240620-v1:0",
            "jp.anthropic.claude-sonnet-4-6",
            "arn:aws:bedrock:ap-northeast-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
            "arn:aws:bedrock:ap-northeast-1:123456789012:inference-profile/jp.anthropic.claude-sonnet-4-6",
        ];
        table(&MODEL, &good, &["a model", "arn:aws:s3:::bucket", "a:b:c:d", "under_score"]);
    }

    #[test]
    fn arns_and_tokens_are_held_against_the_model() {
        let function = "arn:aws:lambda:ap-northeast-1:123456789012:function:openrate";
        let versioned = format!("{function}:7");
        let latest = format!("{function}:$LATEST");
        table(
            &LAMBDA_ARN,
            &[function, &versioned, &latest],
            &["openrate", "arn:aws:lambda:x:1:function:a", &function.replace("northeast-1", "northeast-10")],
        );
        table(
            &ROLE_ARN,
            &["arn:aws:iam::123456789012:role/a/b"],
            &["arn:aws:iam::123456789012:user/a", "arn:aws:iam::1:role/a", "role"],
        );
        table(&CLIENT_TOKEN, &["a--b"], &["-a", "a-", "a_b"]);
        table(&VERSION, &["DRAFT", "1", "00010"], &["0", "draft", "500000", "1234567890", ""]);
    }
}
