//! The IAM roles: what the function may do, and what the agent may do. One inline policy each, written out in full.

pub mod policy;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_iam::types::{Role as Described, Tag};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;

use crate::aws::{Aws, Called, Found};
use crate::facts::{Difference, Facts, Key, Kind, Known, differs, facts};
use crate::ownership::{Ownership, Tags};
use crate::resource::{Context, Deleted, Need, Resource, Seen};
use policy::Purpose;

/// The name of the one policy that a role of ours carries.
const POLICY_NAME: &str = "bedrock-ops";

/// A role. Its identity is its ARN.
#[derive(Debug)]
pub struct Role {
    /// Its name; roles belong to the account, not to a region, so the region is part of it.
    pub name: String,
    /// Who takes the role, and what for.
    pub purpose: Purpose,
    /// Whose it is.
    pub ownership: Ownership,
}

#[derive(Debug, Serialize)]
struct Spec {
    trust: Value,
    policy: Value,
    tags: Tags,
}

#[async_trait(?Send)]
impl Resource for Role {
    fn key(&self) -> Key {
        Key::new(Kind::Role, &self.name)
    }

    fn needs(&self) -> Vec<Need> {
        self.purpose.names().into_iter().map(Need::ready).collect()
    }

    fn wanted(&self, known: &Known) -> Facts {
        facts(&Spec {
            trust: policy::normal(self.purpose.trust(&known.site)),
            policy: policy::normal(self.purpose.policy(known)),
            tags: self.ownership.tags().clone(),
        })
    }

    async fn obstacle(&self, context: &Context) -> Result<Option<String>> {
        let foreign = self.foreign_policies(&context.aws).await?.join(", ");
        Ok((!foreign.is_empty()).then(|| format!("it carries policies that bedrock-ops did not give it: {foreign}")))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let aws = &context.aws;
        let (role, policy) = tokio::try_join!(self.find(aws), self.find_policy(aws))?;
        let Some(role) = role else { return Ok(Seen::Absent) };
        let tags: Tags = role.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
        let spec = Spec {
            trust: document(role.assume_role_policy_document().unwrap_or_default()),
            policy: policy.as_deref().map_or(Value::Null, document),
            tags: self.ownership.of_ours(&tags),
        };
        Ok(Seen::present(facts(&spec), self.ownership.owner(&tags), role.arn()))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let known = context.known().await;
        let call = context.aws.iam.create_role().role_name(&self.name).set_tags(Some(self.tags()?));
        let call = call.assume_role_policy_document(self.purpose.trust(&known.site).to_string());
        let created = call.send().await.called("iam:CreateRole")?;
        self.put_policy(&context.aws, &self.purpose.policy(&known)).await?;
        Ok(created.role().context("iam:CreateRole gave no role")?.arn().to_owned())
    }

    async fn update(&self, context: &Context, differences: &[Difference]) -> Result<String> {
        let known = context.known().await;
        if differs(differences, "trust") {
            let call = context.aws.iam.update_assume_role_policy().role_name(&self.name);
            let call = call.policy_document(self.purpose.trust(&known.site).to_string());
            call.send().await.called("iam:UpdateAssumeRolePolicy")?;
        }
        if differs(differences, "policy") {
            // What Slack talks to until the alias moves may need what is allowed now: that is taken back in the end.
            let live = self.find_policy(&context.aws).await?.as_deref().map_or(Value::Null, document);
            self.put_policy(&context.aws, &policy::union(&self.purpose.policy(&known), &live)).await?;
        }
        if differs(differences, "tags") {
            let call = context.aws.iam.tag_role().role_name(&self.name).set_tags(Some(self.tags()?));
            call.send().await.called("iam:TagRole")?;
        }
        context.needed(&self.key())
    }

    async fn tidy(&self, context: &Context) -> Result<()> {
        let wanted = self.purpose.policy(&context.known().await);
        let live = self.find_policy(&context.aws).await?.as_deref().map_or(Value::Null, document);
        if live != policy::normal(wanted.clone()) {
            self.put_policy(&context.aws, &wanted).await?;
        }
        Ok(())
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        if let Some(obstacle) = self.obstacle(context).await? {
            return Ok(Deleted::Kept(obstacle));
        }
        let iam = &context.aws.iam;
        let call = iam.delete_role_policy().role_name(&self.name).policy_name(POLICY_NAME);
        call.send().await.called("iam:DeleteRolePolicy").found()?;
        let wait = crate::wait::Wait {
            progress: &context.progress,
            key: self.key(),
            what: "IAM to forget the role's policy",
            limit: crate::wait::PROPAGATION,
        };
        let call = async || iam.delete_role().role_name(&self.name).send().await.called("iam:DeleteRole").found();
        wait.retry(|failure| failure.is("DeleteConflict"), call).await?;
        Ok(Deleted::Gone)
    }
}

impl Role {
    async fn find(&self, aws: &Aws) -> Result<Option<Described>> {
        let answer = aws.iam.get_role().role_name(&self.name).send().await.called("iam:GetRole").found()?;
        Ok(answer.and_then(|answer| answer.role))
    }

    async fn find_policy(&self, aws: &Aws) -> Result<Option<String>> {
        let call = aws.iam.get_role_policy().role_name(&self.name).policy_name(POLICY_NAME);
        let answer = call.send().await.called("iam:GetRolePolicy").found()?;
        Ok(answer.map(|answer| answer.policy_document))
    }

    async fn put_policy(&self, aws: &Aws, policy: &Value) -> Result<()> {
        let call = aws.iam.put_role_policy().role_name(&self.name).policy_name(POLICY_NAME);
        let call = call.policy_document(policy.to_string());
        call.send().await.called("iam:PutRolePolicy")?;
        Ok(())
    }

    async fn foreign_policies(&self, aws: &Aws) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let mut inline = aws.iam.list_role_policies().role_name(&self.name).into_paginator().items().send();
        while let Some(name) = inline.next().await {
            match name.called("iam:ListRolePolicies").found()? {
                Some(name) if name != POLICY_NAME => found.push(name),
                Some(_) => {}
                None => return Ok(found),
            }
        }
        let mut attached = aws.iam.list_attached_role_policies().role_name(&self.name).into_paginator().items().send();
        while let Some(policy) = attached.next().await {
            let Some(policy) = policy.called("iam:ListAttachedRolePolicies").found()? else { break };
            found.extend(policy.policy_arn);
        }
        Ok(found)
    }

    fn tags(&self) -> Result<Vec<Tag>> {
        let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
        Ok(self.ownership.tags().iter().map(tag).collect::<Result<_, _>>()?)
    }
}

/// A policy document as IAM gives it back: JSON, percent-encoded.
fn document(encoded: &str) -> Value {
    let text = percent_decode_str(encoded).decode_utf8_lossy();
    policy::normal(serde_json::from_str(&text).unwrap_or(Value::Null))
}
