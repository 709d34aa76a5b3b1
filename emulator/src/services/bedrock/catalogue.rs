//! The models and inference profiles that exist, as of 2026-11: the few that matter to agents.

use crate::clock::Millis;

/// A foundation model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Model {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) provider: &'static str,
    /// The regions in which it may be called by its own id; elsewhere a profile is needed.
    pub(super) on_demand: &'static [&'static str],
    /// When it came, in milliseconds since 1970.
    pub(super) start: Millis,
    /// When it became legacy and when it goes, if that is known.
    pub(super) end: Option<(Millis, Millis)>,
}

/// An inference profile of AWS's own: one model, called in several regions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geography {
    /// What its id begins with: `jp`.
    pub(super) prefix: &'static str,
    /// What its name begins with.
    pub(super) name: &'static str,
    pub(super) reach: Reach,
    /// The ids of the models that it is made for.
    pub(super) models: &'static [&'static str],
}

/// Where a profile can be called, and where its calls go.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reach {
    /// Called in each of these regions; calls go to any of them.
    Regions(&'static [&'static str]),
    /// Called anywhere; calls go anywhere.
    Global,
}

const SONNET_4_5: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const HAIKU_4_5: &str = "anthropic.claude-haiku-4-5-20251001-v1:0";
const OPUS_4_1: &str = "anthropic.claude-opus-4-1-20250805-v1:0";
const NOVA_LITE: &str = "amazon.nova-lite-v1:0";
const NOVA_PRO: &str = "amazon.nova-pro-v1:0";

/// The models. What is not here does not exist, or not any more: Claude 3.5 Sonnet of 2024-06 went on 2026-03-01.
pub(super) const MODELS: &[Model] = &[
    Model {
        id: NOVA_LITE,
        name: "Nova Lite",
        provider: "Amazon",
        on_demand: &["us-east-1"],
        start: 1_733_184_000_000,
        end: None,
    },
    Model {
        id: NOVA_PRO,
        name: "Nova Pro",
        provider: "Amazon",
        on_demand: &["us-east-1"],
        start: 1_733_184_000_000,
        end: None,
    },
    Model {
        id: HAIKU_4_5,
        name: "Claude Haiku 4.5",
        provider: "Anthropic",
        on_demand: &[],
        start: 1_760_486_400_000,
        end: None,
    },
    Model {
        id: OPUS_4_1,
        name: "Claude Opus 4.1",
        provider: "Anthropic",
        on_demand: &[],
        start: 1_754_352_000_000,
        // Legacy since 2026-07-08, gone on 2027-01-08.
        end: Some((1_783_468_800_000, 1_799_366_400_000)),
    },
    Model {
        id: SONNET_4_5,
        name: "Claude Sonnet 4.5",
        provider: "Anthropic",
        on_demand: &[],
        start: 1_759_104_000_000,
        end: None,
    },
];

const APAC: &[&str] = &["ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"];
const AU: &[&str] = &["ap-southeast-2", "ap-southeast-4"];
const EU: &[&str] = &["eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-3"];
const JP: &[&str] = &["ap-northeast-1", "ap-northeast-3"];
const US: &[&str] = &["us-east-1", "us-east-2", "us-west-2"];

/// The regions in which Bedrock answers here.
pub(super) const REGIONS: &[&[&str]] = &[APAC, AU, EU, JP, US];

/// The profiles. The models of 2025 have `jp.` and `au.`, where those before had `apac.`.
pub(super) const GEOGRAPHIES: &[Geography] = &[
    Geography { prefix: "apac", name: "APAC", reach: Reach::Regions(APAC), models: &[NOVA_LITE, NOVA_PRO] },
    Geography { prefix: "au", name: "AU", reach: Reach::Regions(AU), models: &[HAIKU_4_5, SONNET_4_5] },
    Geography {
        prefix: "eu",
        name: "EU",
        reach: Reach::Regions(EU),
        models: &[NOVA_LITE, NOVA_PRO, HAIKU_4_5, SONNET_4_5],
    },
    Geography { prefix: "global", name: "Global", reach: Reach::Global, models: &[HAIKU_4_5, SONNET_4_5] },
    Geography { prefix: "jp", name: "JP", reach: Reach::Regions(JP), models: &[HAIKU_4_5, SONNET_4_5] },
    Geography {
        prefix: "us",
        name: "US",
        reach: Reach::Regions(US),
        models: &[NOVA_LITE, NOVA_PRO, HAIKU_4_5, OPUS_4_1, SONNET_4_5],
    },
];

impl Model {
    pub(super) fn by_id(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.id == id)
    }

    pub(super) fn arn(&self, region: &str) -> String {
        format!("arn:aws:bedrock:{region}::foundation-model/{}", self.id)
    }

    /// Whether the model can be had in a region, by its own id or through a profile.
    pub(super) fn is_in(&self, region: &str) -> bool {
        let through = |geography: &Geography| geography.models.contains(&self.id) && geography.reach.is_from(region);
        self.on_demand.contains(&region) || GEOGRAPHIES.iter().any(through)
    }
}

impl Reach {
    /// Whether the profile can be called in a region.
    pub(super) fn is_from(self, region: &str) -> bool {
        match self {
            Self::Regions(regions) => regions.contains(&region),
            Self::Global => REGIONS.iter().any(|regions| regions.contains(&region)),
        }
    }

    /// The regions that its calls go to when made in `region`; the empty one stands for all.
    pub(super) fn to(self, region: &str) -> Vec<&str> {
        match self {
            Self::Regions(regions) => regions.to_vec(),
            Self::Global => vec![region, ""],
        }
    }
}
