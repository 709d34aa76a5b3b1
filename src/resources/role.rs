//! The IAM roles: what the function may do, and what the agent may do. One inline policy each, written out in full.

mod foreign;
pub mod policy;

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use aws_sdk_iam::types::{Role as Described, Tag};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;

use crate::aws::{Aws, Called, Failure, Found};
use crate::facts::{Difference, Facts, Key, Kind, Known, Unmanaged, differs, facts};
use crate::ownership::{Owner, Ownership, Tags};
use crate::resource::{Context, Deleted, Need, Present, Resource, Seen};
use crate::wait;
use foreign::Foreign;
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
        let foreign = foreign::policies(&context.aws, &self.name).await?;
        let names: Vec<&str> = foreign.iter().map(Foreign::name).collect();
        let removals: Vec<String> = foreign.iter().map(|policy| format!("`{}`", policy.removal(&self.name))).collect();
        Ok((!foreign.is_empty()).then(|| {
            format!(
                "it has policies that bedrock-ops did not add: {}. Remove them ({}) and run destroy again, or delete the \
                 role by hand",
                names.join(", "),
                removals.join("; ")
            )
        }))
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let aws = &context.aws;
        let (role, policy, foreign) =
            tokio::try_join!(self.find(aws), self.find_policy(aws), foreign::policies(aws, &self.name))?;
        let Some(role) = role else { return Ok(Seen::Absent) };
        let tags = tags(&role);
        let spec = Spec {
            trust: document(role.assume_role_policy_document().unwrap_or_default()),
            policy: policy.as_deref().map_or(Value::Null, document),
            tags: self.ownership.of_ours(&tags),
        };
        let boundary = role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
        let boundary = boundary.map(|arn| Unmanaged::new("permissions boundary", arn));
        let foreign = foreign.iter().map(|policy| policy.unmanaged(&self.name));
        let unmanaged = boundary.into_iter().chain(foreign).collect();
        Ok(Seen::Present(Present { unmanaged, ..Present::new(facts(&spec), self.ownership.owner(&tags), role.arn()) }))
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
            self.widen_policy(context, &self.purpose.policy(&known), &live).await?;
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

    fn tagged_by(&self, _known: &Known, _identity: &str) -> Option<String> {
        Some(format!("aws iam tag-role --role-name {} --tags {}", self.name, self.ownership.tag_item()))
    }

    async fn owner(&self, context: &Context) -> Result<Option<Owner>> {
        let role = self.find(&context.aws).await?;
        Ok(role.map(|role| self.ownership.owner(&tags(&role))))
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        if let Some(obstacle) = self.obstacle(context).await? {
            return Ok(Deleted::Kept(obstacle));
        }
        let iam = &context.aws.iam;
        let call = iam.delete_role_policy().role_name(&self.name).policy_name(POLICY_NAME);
        call.send().await.called("iam:DeleteRolePolicy").found()?;
        let wait = context.wait(self.key(), "IAM to forget the role's policy", wait::PROPAGATION);
        let call = async || iam.delete_role().role_name(&self.name).send().await.called("iam:DeleteRole").found();
        // Two runs may be deleting the same role at the same moment.
        let passing = |failure: &Failure| failure.is("DeleteConflict") || failure.is("ConcurrentModification");
        wait.retry(passing, call).await?;
        Ok(Deleted::Gone)
    }
}

impl Role {
    async fn find(&self, aws: &Aws) -> Result<Option<Described>> {
        find(aws, &self.name).await
    }

    async fn find_policy(&self, aws: &Aws) -> Result<Option<String>> {
        let call = aws.iam.get_role_policy().role_name(&self.name).policy_name(POLICY_NAME);
        let answer = call.send().await.called("iam:GetRolePolicy").found()?;
        Ok(answer.map(|answer| answer.policy_document))
    }

    /// Allows what is wanted, and still what is live; what is wanted alone, where IAM has no room for both.
    async fn widen_policy(&self, context: &Context, wanted: &Value, live: &Value) -> Result<()> {
        let union = policy::union(wanted, live);
        if policy::size(&union) <= policy::ROOM {
            match self.put_policy(&context.aws, &union).await {
                // The policies that somebody else gave the role take of the same room.
                Err(failure) if failure.is("LimitExceeded") => {}
                put => return Ok(put?),
            }
        }
        let note = "IAM has no room for the old policy beside the new one (10,240 characters a role), so the new one replaces \
                    it now: what is live may lack rights until the alias has moved";
        context.progress.told(&self.key(), note);
        Ok(self.put_policy(&context.aws, wanted).await?)
    }

    async fn put_policy(&self, aws: &Aws, policy: &Value) -> Result<(), Failure> {
        let call = aws.iam.put_role_policy().role_name(&self.name).policy_name(POLICY_NAME);
        let call = call.policy_document(policy.to_string());
        call.send().await.called("iam:PutRolePolicy")?;
        Ok(())
    }

    fn tags(&self) -> Result<Vec<Tag>> {
        let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
        Ok(self.ownership.tags().iter().map(tag).collect::<Result<_, _>>()?)
    }
}

/// When the role was created, in seconds since 1970; `None` when it does not exist.
pub(super) async fn created(aws: &Aws, role: &Key) -> Result<Option<i64>> {
    Ok(find(aws, &role.name).await?.map(|role| role.create_date.secs()))
}

async fn find(aws: &Aws, name: &str) -> Result<Option<Described>> {
    let answer = aws.iam.get_role().role_name(name).send().await.called("iam:GetRole").found()?;
    Ok(answer.and_then(|answer| answer.role))
}

fn tags(role: &Described) -> Tags {
    role.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect()
}

/// A policy document as IAM gives it back: JSON, percent-encoded.
fn document(encoded: &str) -> Value {
    let text = percent_decode_str(encoded).decode_utf8_lossy();
    policy::normal(serde_json::from_str(&text).unwrap_or(Value::Null))
}
