//! What Slack talks to: the alias, the version it routes to, the function that version calls, and the image in it.

use anyhow::Result;
use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier};

use super::draft::present;
use crate::aws::{Aws, Called, Failure, Found};
use crate::facts::{Change, Kind};
use crate::moment::Moment;
use crate::plan::Step;
use crate::resource::{Present, Resource as _};
use crate::session::Glance;
use crate::stack::Stack;

/// What the tag of an image begins with that names the Git commit it was first built from.
const COMMIT: &str = "git-";

/// What Slack talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The agent's id.
    pub agent_id: String,
    /// The alias, by its name.
    pub alias: String,
    /// And by its id.
    pub alias_id: String,
    /// The version of the agent that the alias routes to.
    pub agent_version: Option<String>,
    /// The functions that its action groups call, with their versions: `push-openrate:3`. One, unless somebody else made
    /// the version.
    pub functions: Vec<String>,
    /// The image in the first of them; none when that function is gone.
    pub image: Option<Image>,
    /// When that version was made. The alias's own time would not do: a new name or description changes it, too.
    pub deployed_at: Option<Moment>,
}

/// The image that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its URI with the digest.
    pub uri: String,
    /// The Git commit that it was first built from, where its tags tell.
    pub commit: Option<String>,
    /// Whether the next deploy would keep it; none when that can't be told, for something is being changed.
    pub current: Option<bool>,
    /// Why it would not.
    pub why: Vec<String>,
}

impl Image {
    /// The digest, `sha256:` and 64 digits.
    pub fn digest(&self) -> &str {
        self.uri.split_once('@').map_or(&*self.uri, |(_, digest)| digest)
    }
}

/// Looks it up; `None` while there is no alias.
pub(super) async fn look(aws: &Aws, stack: &Stack, glance: &Glance) -> Result<Option<Release>> {
    let agent = glance.known.identities.get(&stack.agent.key());
    let (Some(agent), Some(seen)) = (agent, present(glance, &stack.alias.key())) else { return Ok(None) };
    let functions = functions(seen);
    let version = seen.leads_to.as_ref().map(|(_, version)| version.clone());
    let (made, image) = tokio::try_join!(
        Box::pin(made(aws, agent, version.as_ref())),
        Box::pin(image(aws, stack, glance, functions.first()))
    )?;
    Ok(Some(Release {
        agent_id: agent.clone(),
        alias: seen.facts["name"].as_str().unwrap_or(&stack.alias.name).to_owned(),
        alias_id: seen.identity.clone(),
        agent_version: version,
        functions: functions.iter().map(|arn| name(arn)).collect(),
        image,
        deployed_at: made,
    }))
}

/// The ARNs of the functions that the routed version's action groups call.
fn functions(alias: &Present) -> Vec<String> {
    let groups = alias.facts["action_groups"].as_object().into_iter().flat_map(|groups| groups.values());
    let mut arns: Vec<String> = groups.filter_map(|group| group["lambda"].as_str()).map(str::to_owned).collect();
    arns.retain(|arn| arn.starts_with("arn:"));
    arns.sort();
    arns.dedup();
    arns
}

/// `name:version`: what follows `arn:partition:lambda:region:account:function:`.
fn name(arn: &str) -> String {
    arn.splitn(7, ':').last().unwrap_or(arn).to_owned()
}

async fn made(aws: &Aws, agent: &str, version: Option<&String>) -> Result<Option<Moment>> {
    let Some(version) = version else { return Ok(None) };
    let call = aws.bedrock_agent.get_agent_version().agent_id(agent).agent_version(version);
    let answer = call.send().await.called("bedrock:GetAgentVersion").found()?;
    Ok(answer.and_then(|answer| answer.agent_version).map(|version| Moment::of(&version.created_at)))
}

async fn image(aws: &Aws, stack: &Stack, glance: &Glance, function: Option<&String>) -> Result<Option<Image>> {
    let Some(function) = function else { return Ok(None) };
    let call = aws.lambda.get_function().function_name(function);
    let found = call.send().await.called("lambda:GetFunction").found()?;
    let uri = found.and_then(|found| found.code).and_then(|code| code.resolved_image_uri.or(code.image_uri));
    let Some(uri) = uri else { return Ok(None) };
    let commit = commit(aws, stack, &uri).await?;
    let mut image = Image { uri, commit, current: None, why: Vec::new() };
    if let Some(step) = glance.plan.steps.iter().find(|step| step.key().kind == Kind::Image)
        && !glance.unknown.contains_key(&step.key())
        && !glance.passing.keys().any(|key| matches!(key.kind, Kind::Function | Kind::Repository))
    {
        compare(&mut image, step, glance);
    }
    Ok(Some(image))
}

/// What the next deploy would put in its place.
fn compare(image: &mut Image, step: &Step, glance: &Glance) {
    let wanted = glance.known.identities.get(&step.key()).and_then(|uri| uri.split_once('@'));
    let same = wanted.is_some_and(|(_, digest)| digest == image.digest());
    image.current = Some(same && step.change == Change::Keep);
    image.why = step.resource.why(&step.change);
    if let (false, Some((_, digest)), true) = (same, wanted, image.why.is_empty()) {
        image.why.push(format!("{} is there already, and is not in the version that answers", short(digest)));
    }
}

/// The first digits of a digest: enough to tell images apart.
pub(super) fn short(digest: &str) -> String {
    let (kind, digits) = digest.split_once(':').unwrap_or(("", digest));
    format!("{kind}:{}", digits.get(..12).unwrap_or(digits))
}

/// The commit that the image's tags name. Only the stack's own repository has such tags.
async fn commit(aws: &Aws, stack: &Stack, uri: &str) -> Result<Option<String>, Failure> {
    let named = uri.split_once('/').and_then(|(_, rest)| rest.split_once('@'));
    let Some((_, digest)) = named.filter(|(repository, _)| *repository == stack.name) else { return Ok(None) };
    let image = ImageIdentifier::builder().image_digest(digest).build();
    let call = aws.ecr.describe_images().repository_name(&stack.name).image_ids(image);
    let Some(answer) = call.send().await.called("ecr:DescribeImages").found()? else { return Ok(None) };
    let tags = answer.image_details().iter().flat_map(ImageDetail::image_tags);
    Ok(tags.filter_map(|tag| tag.strip_prefix(COMMIT)).map(str::to_owned).next())
}
