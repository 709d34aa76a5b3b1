//! All that a manifest asks for, each thing naming what it needs. Read this first.

use std::sync::Arc;

use crate::facts::{Key, Kind};
use crate::image::{Host, Source};
use crate::manifest::{Code, Manifest, Model};
use crate::ownership::Ownership;
use crate::resource::Resource;
use crate::resources::action_group::ActionGroup;
use crate::resources::agent::{self, Agent};
use crate::resources::alias::{Alias, Smoke};
use crate::resources::base_image::BaseImage;
use crate::resources::draft::Draft;
use crate::resources::foundation_model::FoundationModel;
use crate::resources::function::{self, Function};
use crate::resources::image::Image;
use crate::resources::inference_profile::InferenceProfile;
use crate::resources::log_group::LogGroup;
use crate::resources::permission::Permission;
use crate::resources::pinpoint_application::PinpointApplication;
use crate::resources::ready_image::ReadyImage;
use crate::resources::repository::Repository;
use crate::resources::role::Role;
use crate::resources::role::policy::{self, Purpose};

/// Seconds after which Bedrock forgets a conversation, when the manifest says nothing: Bedrock's own default.
const IDLE_SESSION_TTL: u32 = 600;

/// Every resource of a stack, needs before what needs them.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// The agent, whose ARN Slack is given.
    pub agent: Arc<Agent>,
    /// The alias, whose id Slack is given.
    pub alias: Arc<Alias>,
    /// The log group that the function writes to.
    pub log_group: Arc<LogGroup>,
    resources: Vec<Arc<dyn Resource>>,
}

impl Stack {
    /// What the manifest asks for in this region. `host` is what a build uses of this machine.
    pub fn new(manifest: &Manifest, region: &str, host: Host) -> Self {
        let name = manifest.name.as_ref();
        let ownership = Ownership::new(name, &manifest.tags, manifest.origin.as_deref());
        let mut resources: Vec<Arc<dyn Resource>> = Vec::new();

        let application = manifest.pinpoint.clone().map(PinpointApplication);
        let application_key = application.as_ref().map(Resource::key);
        if let Some(application) = application {
            resources.push(Arc::new(application));
        }
        let image = image(manifest, &ownership, host, &mut resources);
        let log_group = Arc::new(LogGroup {
            name: format!("/aws/lambda/{name}"),
            retention_days: manifest.lambda.log_retention_days.into(),
            ownership: ownership.clone(),
        });
        resources.push(log_group.clone());
        let function_role = Arc::new(Role {
            name: format!("{name}-{region}-lambda"),
            purpose: Purpose::Function {
                log_group: log_group.name.clone(),
                application: application_key.clone(),
                permissions: manifest.lambda.permissions.clone(),
            },
            ownership: ownership.clone(),
        });
        resources.push(function_role.clone());
        let function = Arc::new(Function {
            name: name.to_owned(),
            image,
            repository: Key::new(Kind::Repository, name),
            role: function_role.key(),
            log_group: log_group.key(),
            architecture: manifest.lambda.architecture.as_lambda(),
            timeout: signed(manifest.lambda.timeout),
            memory: signed(manifest.lambda.memory),
            environment: manifest.lambda.environment.clone(),
            application: application_key,
            publish: manifest.lambda.publish,
            ownership: ownership.clone(),
            found: function::Findings::default(),
        });
        resources.push(function.clone());
        let agent = agent(manifest, region, function.key(), &ownership, &mut resources);
        let permission = Permission { function: function.key(), agent: agent.key() };
        let behind = vec![function.key(), permission.key()];
        resources.push(Arc::new(permission));
        let mut action_groups: Vec<Arc<ActionGroup>> = Vec::new();
        for group in &manifest.action_groups {
            let after = action_groups.last().map(|group| group.key());
            let group = Arc::new(ActionGroup::new(group.clone(), agent.key(), function.key(), after));
            resources.push(group.clone());
            action_groups.push(group);
        }
        let groups = action_groups.iter().map(|group| group.key()).collect();
        let draft = Draft { agent: agent.key(), action_groups: groups };
        let draft_key = draft.key();
        resources.push(Arc::new(draft));
        let live = Alias {
            name: manifest.agent.alias.name.to_string(),
            description: manifest.agent.alias.description.clone(),
            agent: agent.clone(),
            action_groups,
            draft: draft_key,
            behind,
            serves: None,
            smoke: None,
            ownership,
        };
        let alias = Arc::new(match &manifest.smoke {
            None => live,
            Some(test) => {
                let candidate = Arc::new(live.candidate(&manifest.agent.alias.name));
                resources.push(candidate.clone());
                Alias { smoke: Some(Smoke { candidate, test: test.clone() }), ..live }
            }
        });
        resources.push(alias.clone());
        Self { name: name.to_owned(), agent, alias, log_group, resources }
    }

    /// Every resource, needs before what needs them.
    pub fn resources(&self) -> &[Arc<dyn Resource>] {
        &self.resources
    }

    /// The resources that destroying has to delete.
    pub fn standing_alone(&self) -> Vec<Arc<dyn Resource>> {
        self.resources.iter().filter(|resource| resource.stands_alone()).cloned().collect()
    }
}

/// The image: a ready one, or one that is built and the repository it goes to.
fn image(manifest: &Manifest, ownership: &Ownership, host: Host, resources: &mut Vec<Arc<dyn Resource>>) -> Key {
    let needed = matches!(manifest.lambda.code, Code::Source(_));
    let (name, function) = (manifest.name.to_string(), manifest.name.to_string());
    let repository = Repository { name, function, needed, ownership: ownership.clone() };
    let repository_key = repository.key();
    resources.push(Arc::new(repository));
    let image: Arc<dyn Resource> = match &manifest.lambda.code {
        Code::Image(uri) => Arc::new(ReadyImage::new(uri)),
        Code::Source(source) => {
            let source = Source::of(source, manifest.lambda.architecture);
            let base = BaseImage::of(&source);
            let image = Image::new(source, &base, repository_key, host);
            resources.push(Arc::new(base));
            Arc::new(image)
        }
    };
    let key = image.key();
    resources.push(image);
    key
}

/// The agent, the role it takes, and its model.
fn agent(
    manifest: &Manifest,
    region: &str,
    function: Key,
    ownership: &Ownership,
    resources: &mut Vec<Arc<dyn Resource>>,
) -> Arc<Agent> {
    let model = match &manifest.agent.model {
        Model::Foundation(id) => {
            resources.push(Arc::new(FoundationModel { id: id.clone() }));
            policy::Model::Foundation(id.clone())
        }
        Model::Profile(id) => {
            let profile = InferenceProfile { id: id.clone() };
            let key = profile.key();
            resources.push(Arc::new(profile));
            policy::Model::Profile(key)
        }
    };
    let role = Role {
        name: format!("{}-{region}-bedrock", manifest.name),
        purpose: Purpose::Agent(model),
        ownership: ownership.clone(),
    };
    let action_groups = manifest.action_groups.iter();
    let agent = Arc::new(Agent {
        name: manifest.agent.name.to_string(),
        description: manifest.agent.description.clone(),
        model: manifest.agent.model.id().to_owned(),
        instruction: manifest.agent.instruction.clone(),
        idle_session_ttl: signed(manifest.agent.idle_session_ttl.unwrap_or(IDLE_SESSION_TTL)),
        role: role.key(),
        function,
        action_groups: action_groups.map(|group| Key::new(Kind::ActionGroup, group.name.as_ref())).collect(),
        ownership: ownership.clone(),
        found: agent::Findings::default(),
    });
    resources.push(Arc::new(role));
    resources.push(agent.clone());
    agent
}

/// AWS counts in signed numbers; the manifest's limits lie far below.
fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
