//! Which permissions let a handler do more than anybody means when they write them. Pure.

/// Actions with which a role can give itself, or code that it starts, further permissions.
const ESCALATING: [&str; 19] = [
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PassRole",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
];

/// What is dangerous about this action on these resources, as the end of a sentence; `None` if nothing stands out.
pub(super) fn danger(action: &str, resources: &[String]) -> Option<&'static str> {
    let (service, name) = action.split_once(':')?;
    let is_whole = !name.is_empty() && name.bytes().all(|byte| byte == b'*');
    let anywhere = resources.iter().any(|resource| is_anything(resource));
    let escalates = || ESCALATING.iter().any(|known| covers(action, known));
    match service {
        "iam" if is_whole => Some("lets the handler give itself every permission in the account"),
        _ if anywhere && escalates() => {
            Some("on every role or user lets the handler gain permissions that it was not given")
        }
        _ if anywhere && is_whole => Some("on every resource allows everything in this service, deletions included"),
        _ => None,
    }
}

/// Whether the resource stands for all of its kind: `*`, or an ARN whose name is one (`arn:aws:iam::123456789012:role/*`).
fn is_anything(resource: &str) -> bool {
    let mut parts = resource.splitn(6, ':');
    let service = parts.nth(2).unwrap_or_default();
    let name = parts.nth(2).unwrap_or(resource);
    // What stands before a slash is a kind (`role/`), but for S3 a bucket.
    let name = match name.split_once(['/', ':']) {
        Some((_, name)) if service != "s3" => name,
        _ => name,
    };
    !name.is_empty() && name.bytes().all(|byte| byte == b'*')
}

/// Whether an action with wildcards stands for this one. IAM ignores the case of actions.
fn covers(pattern: &str, action: &str) -> bool {
    let matches = |pattern: &[u8], text: &[u8]| -> bool {
        // For each end of the text that the pattern read so far may have reached.
        let mut reached = vec![false; text.len() + 1];
        reached[0] = true;
        for byte in pattern {
            let mut next = vec![false; text.len() + 1];
            for end in 0..=text.len() {
                next[end] = match byte {
                    b'*' => reached[end] || (end > 0 && next[end - 1]),
                    _ if end == 0 => false,
                    b'?' => reached[end - 1],
                    _ => reached[end - 1] && byte.eq_ignore_ascii_case(&text[end - 1]),
                };
            }
            reached = next;
        }
        reached[text.len()]
    };
    matches(pattern.as_bytes(), action.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::danger;

    fn is_dangerous(action: &str, resource: &str) -> bool {
        danger(action, &["arn:aws:s3:::bucket/*".to_owned(), resource.to_owned()]).is_some()
    }

    #[test]
    fn whole_services_and_ways_to_more_permissions_stand_out_on_every_resource() {
        for (action, resource) in [
            ("s3:*", "*"),
            ("dynamodb:*", "arn:aws:dynamodb:ap-northeast-1:123456789012:table/*"),
            ("s3:**", "arn:aws:s3:::*"),
            ("iam:*", "*"),
            ("iam:*", "arn:aws:iam::123456789012:role/one"),
            ("iam:PassRole", "*"),
            ("iam:passrole", "arn:aws:iam::123456789012:role/*"),
            ("iam:Put*", "*"),
            ("iam:P?ssRole", "*"),
            ("sts:AssumeRole", "*"),
            ("sts:*", "*"),
        ] {
            assert!(is_dangerous(action, resource), "{action} on {resource}");
        }
    }

    #[test]
    fn what_is_narrow_or_only_reads_does_not() {
        for (action, resource) in [
            ("s3:GetObject", "*"),
            ("s3:Get*", "*"),
            ("s3:*", "arn:aws:s3:::bucket"),
            ("ce:GetCostAndUsage", "*"),
            ("iam:PassRole", "arn:aws:iam::123456789012:role/one"),
            ("iam:Get*", "*"),
            ("iam:List*", "*"),
            ("sts:AssumeRole", "arn:aws:iam::123456789012:role/reader"),
            ("sts:GetCallerIdentity", "*"),
        ] {
            assert!(!is_dangerous(action, resource), "{action} on {resource}");
        }
    }
}
