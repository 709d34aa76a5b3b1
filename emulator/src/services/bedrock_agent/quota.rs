//! Service quotas of Bedrock agents, as they stand for an account that has asked for no more.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::refusal::Refusal;

const AGENTS: usize = 200;
const INSTRUCTION_CHARACTERS: usize = 20_000;
const ACTION_GROUPS: usize = 20;
const ENABLED_ACTION_GROUPS: usize = 15;
const FUNCTIONS: usize = 11;
const PARAMETERS: usize = 5;
const ALIASES: usize = 10;
const TAGS: usize = 50;

/// Who asks, and by which operation: both stand in the refusal.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) operation: &'a str,
    pub(super) account: &'a str,
}

impl Asked<'_> {
    pub(super) fn agents(self, count: usize) -> Result<(), Refusal> {
        self.within("agents-per-account", AGENTS, count)
    }

    pub(super) fn instruction(self, instruction: Option<&str>) -> Result<(), Refusal> {
        let characters = instruction.map_or(0, |text| text.chars().count());
        self.within("characters-in-agent-instructions", INSTRUCTION_CHARACTERS, characters)
    }

    pub(super) fn action_groups(self, count: usize, enabled: usize) -> Result<(), Refusal> {
        self.within("action-groups-per-agent", ACTION_GROUPS, count)?;
        self.within("enabled-action-groups-per-agent", ENABLED_ACTION_GROUPS, enabled)
    }

    /// `others` is the number of functions in the agent's other action groups.
    pub(super) fn functions(self, schema: Option<&Value>, others: usize) -> Result<(), Refusal> {
        let own = functions(schema);
        for function in own {
            let parameters = function.get("parameters").and_then(Value::as_object);
            self.within("parameters-per-function", PARAMETERS, parameters.map_or(0, serde_json::Map::len))?;
        }
        self.within("apis-per-agent", FUNCTIONS, others + own.len())
    }

    pub(super) fn aliases(self, count: usize) -> Result<(), Refusal> {
        self.within("associated-aliases-per-agent", ALIASES, count)
    }

    pub(super) fn tags(self, tags: &BTreeMap<String, String>) -> Result<(), Refusal> {
        self.within("tags-per-resource", TAGS, tags.len())
    }

    fn within(self, quota: &str, limit: usize, asked: usize) -> Result<(), Refusal> {
        if asked <= limit {
            return Ok(());
        }
        let Self { operation, account } = self;
        let text = format!(
            "{operation}Request caught an error. Validation failed for quota {quota}. The maximum number of resources \
             is {limit}, but account {account} requested {asked} resources. Retry the request with fewer resources."
        );
        Err(Refusal::new(402, "ServiceQuotaExceededException", text))
    }
}

/// The functions of a function schema.
pub(super) fn functions(schema: Option<&Value>) -> &[Value] {
    schema.and_then(|schema| schema.get("functions")).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
