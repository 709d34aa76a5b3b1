//! The table of AWS's own inference profiles: each a geography, with the models that it is made for.

use super::models::{
    HAIKU_4_5, LLAMA_3_3_70B, LLAMA_4_MAVERICK, NOVA_2_LITE, NOVA_LITE, NOVA_MICRO, NOVA_PRO, OPUS_4_1, OPUS_4_7,
    SONNET_4_5, SONNET_4_6,
};

/// An inference profile of AWS's own: one model, called in several regions.
#[derive(Debug, Clone, Copy)]
pub(in crate::services::bedrock) struct Geography {
    /// What its id begins with: `jp`.
    pub(in crate::services::bedrock) prefix: &'static str,
    /// What its name begins with.
    pub(in crate::services::bedrock) name: &'static str,
    pub(in crate::services::bedrock) reach: Reach,
    /// The ids of the models that it is made for.
    pub(in crate::services::bedrock) models: &'static [&'static str],
}

/// Where a profile can be called, and where its calls go.
#[derive(Debug, Clone, Copy)]
pub(in crate::services::bedrock) enum Reach {
    /// Called in each of these regions; calls go to any of them.
    Regions(&'static [&'static str]),
    /// Called anywhere; calls go anywhere.
    Global,
}

const APAC: &[&str] = &["ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"];
const AU: &[&str] = &["ap-southeast-2", "ap-southeast-4"];
const EU: &[&str] = &["eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-3"];
const JP: &[&str] = &["ap-northeast-1", "ap-northeast-3"];
const US: &[&str] = &["us-east-1", "us-east-2", "us-west-2"];

/// The regions in which Bedrock answers here.
const REGIONS: &[&[&str]] = &[APAC, AU, EU, JP, US];

/// The profiles. The models since 2025 have `jp.` and `au.`, where those before had `apac.`.
pub(in crate::services::bedrock) const GEOGRAPHIES: &[Geography] = &[
    Geography { prefix: "apac", name: "APAC", reach: Reach::Regions(APAC), models: &[NOVA_MICRO, NOVA_LITE, NOVA_PRO] },
    Geography { prefix: "au", name: "AU", reach: Reach::Regions(AU), models: &[HAIKU_4_5, SONNET_4_5, SONNET_4_6] },
    Geography {
        prefix: "eu",
        name: "EU",
        reach: Reach::Regions(EU),
        models: &[NOVA_MICRO, NOVA_LITE, NOVA_PRO, NOVA_2_LITE, HAIKU_4_5, OPUS_4_7, SONNET_4_5, SONNET_4_6],
    },
    Geography {
        prefix: "global",
        name: "Global",
        reach: Reach::Global,
        models: &[NOVA_2_LITE, HAIKU_4_5, OPUS_4_7, SONNET_4_5, SONNET_4_6],
    },
    Geography {
        prefix: "jp",
        name: "JP",
        reach: Reach::Regions(JP),
        models: &[NOVA_2_LITE, HAIKU_4_5, OPUS_4_7, SONNET_4_5, SONNET_4_6],
    },
    Geography {
        prefix: "us",
        name: "US",
        reach: Reach::Regions(US),
        models: &[
            NOVA_MICRO,
            NOVA_LITE,
            NOVA_PRO,
            NOVA_2_LITE,
            HAIKU_4_5,
            OPUS_4_1,
            OPUS_4_7,
            SONNET_4_5,
            SONNET_4_6,
            LLAMA_3_3_70B,
            LLAMA_4_MAVERICK,
        ],
    },
];

impl Reach {
    /// Whether the profile can be called in a region.
    pub(in crate::services::bedrock) fn is_from(self, region: &str) -> bool {
        match self {
            Self::Regions(regions) => regions.contains(&region),
            Self::Global => REGIONS.iter().any(|regions| regions.contains(&region)),
        }
    }

    /// The regions that its calls go to when made in `region`; the empty one stands for all.
    pub(in crate::services::bedrock) fn to(self, region: &str) -> Vec<&str> {
        match self {
            Self::Regions(regions) => regions.to_vec(),
            Self::Global => vec![region, ""],
        }
    }
}
