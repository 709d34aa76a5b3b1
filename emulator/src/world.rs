//! All that the emulated account holds, as plain values that can be written to a file and read back.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::services::{athena, bedrock_agent, bedrock_agent_runtime, ecr, iam, lambda, logs};

/// One account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct World {
    pub(crate) iam: iam::State,
    pub(crate) regions: BTreeMap<String, Region>,
    /// Counts up; ids are made of it, so that a test meets the same ids every time.
    pub(crate) serial: u64,
}

/// What one region of the account holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Region {
    pub(crate) ecr: ecr::State,
    pub(crate) logs: logs::State,
    pub(crate) lambda: lambda::State,
    pub(crate) bedrock_agent: bedrock_agent::State,
    /// Forgotten with the process: nobody asks for an old query.
    #[serde(skip)]
    pub(crate) athena: athena::State,
    /// Conversations end with the process that held them.
    #[serde(skip)]
    pub(crate) bedrock_agent_runtime: bedrock_agent_runtime::State,
}

impl World {
    /// The named region, empty at first.
    pub(crate) fn region(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_default()
    }

    /// Ends the passing states whose time has come, where nobody has asked since.
    pub(crate) fn settle(&mut self, now: Millis) {
        for region in self.regions.values_mut() {
            region.bedrock_agent.settle(now);
            region.lambda.settle(now);
        }
    }

    /// The digests of the images that functions run.
    pub(crate) fn images_of_functions(&self) -> BTreeSet<&str> {
        self.regions.values().flat_map(|region| region.lambda.images()).collect()
    }

    /// Whether nothing is left. Blobs don't count: AWS, too, sweeps them when it likes.
    pub fn is_empty(&self) -> bool {
        self.inventory().is_empty()
    }

    /// One line for each thing that is there, sorted: `iam role openrate`, `ap-northeast-1 logs log-group /aws/x`.
    pub fn inventory(&self) -> Vec<String> {
        let Self { iam, regions, serial: _ } = self;
        let mut lines = iam.inventory();
        for (name, region) in regions {
            let Region { ecr, logs, lambda, bedrock_agent, athena: _, bedrock_agent_runtime: _ } = region;
            let all = [ecr.inventory(), logs.inventory(), lambda.inventory(), bedrock_agent.inventory()];
            lines.extend(all.into_iter().flatten().map(|line| format!("{name} {line}")));
        }
        lines.sort();
        lines
    }

    /// Makes `$LATEST` of a function `Failed`, as Lambda does when it can't bring one back up, long after it was created.
    /// `heals`: whether it accepts new code in that state.
    pub fn break_function(&mut self, region: &str, name: &str, reason: &str, heals: bool) {
        self.region(region).lambda.break_function(name, reason, heals);
    }

    /// A new id of ten capital letters and digits, as Bedrock's are.
    pub(crate) fn next_id(&mut self) -> String {
        const ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        self.serial += 1;
        // A step that shares no factor with 36^10 scatters the serials over all ids.
        let mut rest = u128::from(self.serial) * 2_654_435_761_998_331 % 36u128.pow(10);
        let mut id = String::new();
        for _ in 0..10 {
            id.push(char::from(ALPHABET[usize::try_from(rest % 36).unwrap_or(0)]));
            rest /= 36;
        }
        id
    }
}
