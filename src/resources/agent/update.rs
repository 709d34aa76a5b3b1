//! Overwriting the agent's draft: what the manifest names as it says, everything else as it is.

use anyhow::{Result, bail};

use super::{Agent, content, prompts};
use crate::aws::{Called, Failure};
use crate::resource::{Context, Resource as _};
use crate::resources::settling;
use crate::wait;

/// How long IAM may take until Bedrock sees that a role exists at all.
const ROLE_SEEN: std::time::Duration = std::time::Duration::from_mins(1);

impl Agent {
    /// `UpdateAgent` resets what it is not told: everything that the manifest says nothing of is sent back as it is.
    pub(super) async fn overwrite(&self, context: &Context, id: &str) -> Result<()> {
        let Some(live) = settling::at_rest(context, self.key(), id).await? else { bail!("the agent {id} is gone") };
        let role = context.needed(&self.role)?;
        let prompts = live.prompt_override_configuration.as_ref().and_then(prompts::kept);
        let memory = live.memory_configuration.as_ref().and_then(content::enabled);
        let update = async || {
            let call = context.aws.bedrock_agent.update_agent().agent_id(id).agent_name(&self.name);
            let call = call.agent_resource_role_arn(&role).foundation_model(&self.model).instruction(&self.instruction);
            let call =
                call.set_description(self.description.clone()).idle_session_ttl_in_seconds(self.idle_session_ttl);
            let call = call.set_prompt_override_configuration(prompts.clone());
            let call = call.set_guardrail_configuration(live.guardrail_configuration.clone());
            let call = call.set_memory_configuration(memory.clone());
            let call = call.set_agent_collaboration(live.agent_collaboration.clone());
            let call = call.set_orchestration_type(live.orchestration_type.clone());
            let call = call.set_custom_orchestration(live.custom_orchestration.clone());
            let call = call.set_customer_encryption_key_arn(live.customer_encryption_key_arn.clone());
            call.send().await.called("bedrock:UpdateAgent")
        };
        self.once_role_is_seen(context, update).await?;
        Ok(())
    }

    /// Calls until the agent is in a state to be changed and Bedrock sees the role and what it allows: until then it
    /// says that access is denied.
    async fn once_role_is_seen<T>(
        &self,
        context: &Context,
        call: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T> {
        let what = "Bedrock to see the agent's role (IAM takes its time)";
        let wait = context.wait(self.key(), what, wait::PROPAGATION);
        let started = tokio::time::Instant::now();
        let passing = |failure: &Failure| {
            let profile = failure.says("inference profile") || failure.says("InferenceProfile");
            // A role that is not seen at all looks like a missing permission of the caller: for a minute, no longer.
            let role = failure.says("not authorized to perform: bedrock:") && started.elapsed() < ROLE_SEEN;
            let denied = failure.is("AccessDeniedException") && (profile || role);
            denied || settling::is_busy(failure, started.elapsed())
        };
        wait.retry(passing, call).await
    }
}
