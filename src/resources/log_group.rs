//! The log group of the function, made before Lambda would make one that keeps everything for ever.

use anyhow::Result;
use async_trait::async_trait;
use serde::Serialize;

use crate::aws::{Aws, Called, Failure, Found};
use crate::facts::{Difference, Facts, Key, Kind, Known, differs, facts};
use crate::ownership::{Owner, Ownership, Tags};
use crate::resource::{Context, Deleted, Resource, Seen};
use crate::wait;

/// A log group. Its identity is its ARN without `:*`.
#[derive(Debug)]
pub struct LogGroup {
    /// `/aws/lambda/` and the function's name.
    pub name: String,
    /// How long events are kept, in days; one of the values that AWS allows.
    pub retention_days: i32,
    /// Whose it is.
    pub ownership: Ownership,
}

#[derive(Debug, Serialize)]
struct Spec {
    retention_days: Option<i32>,
    tags: Tags,
}

#[async_trait(?Send)]
impl Resource for LogGroup {
    fn key(&self) -> Key {
        Key::new(Kind::LogGroup, &self.name)
    }

    fn wanted(&self, _known: &Known) -> Facts {
        facts(&Spec { retention_days: Some(self.retention_days), tags: self.ownership.tags().clone() })
    }

    async fn observe(&self, context: &Context) -> Result<Seen> {
        let Some((arn, retention_days)) = self.find(&context.aws).await? else { return Ok(Seen::Absent) };
        let tags = tags(&context.aws, &arn).await?.unwrap_or_default();
        let spec = Spec { retention_days, tags: self.ownership.of_ours(&tags) };
        Ok(Seen::present(facts(&spec), self.ownership.owner(&tags), arn))
    }

    async fn create(&self, context: &Context) -> Result<String> {
        let create = async || {
            let tags = self.ownership.tags().clone().into_iter().collect();
            let call = context.aws.logs.create_log_group().log_group_name(&self.name).set_tags(Some(tags));
            call.send().await.called("logs:CreateLogGroup")
        };
        self.accepted(context, create).await?;
        self.put_retention(context).await?;
        Ok(context.site().await.log_group_arn(&self.name))
    }

    async fn update(&self, context: &Context, differences: &[Difference]) -> Result<String> {
        if differs(differences, "retention_days") {
            self.put_retention(context).await?;
        }
        let arn = context.needed(&self.key())?;
        if differs(differences, "tags") {
            let tags = self.ownership.tags().clone().into_iter().collect();
            let call = context.aws.logs.tag_resource().resource_arn(&arn).set_tags(Some(tags));
            call.send().await.called("logs:TagResource")?;
        }
        Ok(arn)
    }

    fn tagged_by(&self, known: &Known, _identity: &str) -> Option<String> {
        let arn = known.site.log_group_arn(&self.name);
        Some(format!("aws logs tag-resource --resource-arn {arn} --tags {}", self.ownership.tag()))
    }

    async fn owner(&self, context: &Context) -> Result<Option<Owner>> {
        let Some((arn, _)) = self.find(&context.aws).await? else { return Ok(None) };
        Ok(tags(&context.aws, &arn).await?.map(|tags| self.ownership.owner(&tags)))
    }

    async fn delete(&self, context: &Context) -> Result<Deleted> {
        let delete = async || {
            let call = context.aws.logs.delete_log_group().log_group_name(&self.name);
            call.send().await.called("logs:DeleteLogGroup").found()
        };
        self.accepted(context, delete).await?;
        Ok(Deleted::Gone)
    }
}

impl LogGroup {
    /// ARN and retention. AWS looks names up by prefix: the group of another function may come first.
    async fn find(&self, aws: &Aws) -> Result<Option<(String, Option<i32>)>> {
        let call = aws.logs.describe_log_groups().log_group_name_prefix(&self.name);
        let mut groups = call.into_paginator().items().send();
        while let Some(group) = groups.next().await {
            let group = group.called("logs:DescribeLogGroups")?;
            if group.log_group_name() == Some(&self.name) {
                let arn = group.log_group_arn().or(group.arn()).unwrap_or_default();
                return Ok(Some((arn.trim_end_matches(":*").to_owned(), group.retention_in_days())));
            }
        }
        Ok(None)
    }

    async fn put_retention(&self, context: &Context) -> Result<()> {
        let put = async || {
            let call = context.aws.logs.put_retention_policy().log_group_name(&self.name);
            call.retention_in_days(self.retention_days).send().await.called("logs:PutRetentionPolicy")
        };
        self.accepted(context, put).await?;
        Ok(())
    }

    /// Calls until no other change of the group is under way.
    async fn accepted<T>(&self, context: &Context, call: impl AsyncFnMut() -> Result<T, Failure>) -> Result<T> {
        let what = "another change of the log group to end";
        let wait = context.wait(self.key(), what, wait::LOG_GROUP);
        wait.retry(|failure| failure.is("OperationAbortedException"), call).await
    }
}

/// The log group's tags; `None` when it no longer exists.
async fn tags(aws: &Aws, arn: &str) -> Result<Option<Tags>> {
    let call = aws.logs.list_tags_for_resource().resource_arn(arn);
    let answer = call.send().await.called("logs:ListTagsForResource").found()?;
    Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))
}
