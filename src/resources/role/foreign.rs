//! The policies that somebody else gave a role of this stack: they are displayed, preserved, and in the way of its deletion.

use anyhow::Result;

use super::POLICY_NAME;
use crate::aws::{Aws, Called, Found};
use crate::facts::Unmanaged;

/// A policy that this stack did not give the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Foreign {
    /// An inline policy, by its name.
    Inline(String),
    /// A managed policy, by its ARN.
    Attached(String),
}

impl Foreign {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Inline(name) => name,
            Self::Attached(arn) => arn,
        }
    }

    /// The command that takes it from the role.
    pub(super) fn removal(&self, role: &str) -> String {
        match self {
            Self::Inline(name) => format!("aws iam delete-role-policy --role-name {role} --policy-name {name}"),
            Self::Attached(arn) => format!("aws iam detach-role-policy --role-name {role} --policy-arn {arn}"),
        }
    }

    pub(super) fn unmanaged(&self, role: &str) -> Unmanaged {
        let field = match self {
            Self::Inline(_) => "inline policy",
            Self::Attached(_) => "attached policy",
        };
        Unmanaged::new(field, self.name()).removed_by(self.removal(role))
    }
}

/// The policies of the role but this stack's own; none when there is no role.
pub(super) async fn policies(aws: &Aws, role: &str) -> Result<Vec<Foreign>> {
    let (inline, attached) = tokio::try_join!(inline(aws, role), attached(aws, role))?;
    Ok(inline.into_iter().chain(attached).collect())
}

async fn inline(aws: &Aws, role: &str) -> Result<Vec<Foreign>> {
    let mut found = Vec::new();
    let mut names = aws.iam.list_role_policies().role_name(role).into_paginator().items().send();
    while let Some(name) = names.next().await {
        match name.called("iam:ListRolePolicies").found()? {
            Some(name) if name != POLICY_NAME => found.push(Foreign::Inline(name)),
            Some(_) => {}
            None => break,
        }
    }
    Ok(found)
}

async fn attached(aws: &Aws, role: &str) -> Result<Vec<Foreign>> {
    let mut found = Vec::new();
    let mut policies = aws.iam.list_attached_role_policies().role_name(role).into_paginator().items().send();
    while let Some(policy) = policies.next().await {
        let Some(policy) = policy.called("iam:ListAttachedRolePolicies").found()? else { break };
        found.extend(policy.policy_arn.map(Foreign::Attached));
    }
    Ok(found)
}
