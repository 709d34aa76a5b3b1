//! The table of foundation models.

use super::{Life, Model};

const TEXT: &[&str] = &["TEXT"];
const TEXT_IMAGE: &[&str] = &["TEXT", "IMAGE"];
const IMAGE: &[&str] = &["IMAGE"];
const EMBEDDING: &[&str] = &["EMBEDDING"];

/// No region: it is called through inference profiles only.
const NOWHERE: &[&str] = &[];
const VIRGINIA: &[&str] = &["us-east-1"];
const VIRGINIA_OREGON: &[&str] = &["us-east-1", "us-west-2"];
const VIRGINIA_OREGON_TOKYO: &[&str] = &["us-east-1", "us-west-2", "ap-northeast-1"];

pub(super) const SONNET_4_5: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
pub(super) const SONNET_4_6: &str = "anthropic.claude-sonnet-4-6";
pub(super) const HAIKU_4_5: &str = "anthropic.claude-haiku-4-5-20251001-v1:0";
pub(super) const OPUS_4_1: &str = "anthropic.claude-opus-4-1-20250805-v1:0";
pub(super) const OPUS_4_7: &str = "anthropic.claude-opus-4-7";
pub(super) const NOVA_MICRO: &str = "amazon.nova-micro-v1:0";
pub(super) const NOVA_LITE: &str = "amazon.nova-lite-v1:0";
pub(super) const NOVA_PRO: &str = "amazon.nova-pro-v1:0";
pub(super) const NOVA_2_LITE: &str = "amazon.nova-2-lite-v1:0";
pub(super) const LLAMA_3_3_70B: &str = "meta.llama3-3-70b-instruct-v1:0";
pub(super) const LLAMA_4_MAVERICK: &str = "meta.llama4-maverick-17b-instruct-v1:0";

/// The models, those that have ended last.
pub(in crate::services::bedrock) const MODELS: &[Model] = &[
    amazon(NOVA_MICRO, "Nova Micro", "2024-12-03").on_demand(VIRGINIA).reading(TEXT),
    amazon(NOVA_LITE, "Nova Lite", "2024-12-03").on_demand(VIRGINIA),
    amazon(NOVA_PRO, "Nova Pro", "2024-12-03").on_demand(VIRGINIA),
    amazon(NOVA_2_LITE, "Nova 2 Lite", "2025-12-02"),
    anthropic(HAIKU_4_5, "Claude Haiku 4.5", "2025-10-15"),
    anthropic(OPUS_4_1, "Claude Opus 4.1", "2025-08-05").legacy("2026-07-08", "2027-01-08"),
    anthropic(OPUS_4_7, "Claude Opus 4.7", "2026-04-16"),
    anthropic(SONNET_4_5, "Claude Sonnet 4.5", "2025-09-29"),
    anthropic(SONNET_4_6, "Claude Sonnet 4.6", "2026-02-17"),
    model("meta.llama3-8b-instruct-v1:0", "Llama 3 8B Instruct", "Meta", "2024-04-23")
        .on_demand(VIRGINIA_OREGON)
        .reading(TEXT),
    model(LLAMA_3_3_70B, "Llama 3.3 70B Instruct", "Meta", "2024-12-19").reading(TEXT),
    model(LLAMA_4_MAVERICK, "Llama 4 Maverick 17B Instruct", "Meta", "2025-04-28"),
    model("mistral.mistral-large-2402-v1:0", "Mistral Large (24.02)", "Mistral AI", "2024-04-02")
        .on_demand(VIRGINIA_OREGON)
        .reading(TEXT),
    model("mistral.mistral-large-3-675b-instruct", "Mistral Large 3", "Mistral AI", "2025-12-02")
        .on_demand(VIRGINIA_OREGON_TOKYO),
    // What can't drive an agent: embeddings, images, rankings.
    amazon("amazon.titan-embed-text-v2:0", "Titan Text Embeddings V2", "2024-04-30")
        .on_demand(VIRGINIA_OREGON_TOKYO)
        .reading(TEXT)
        .writing(EMBEDDING),
    model("cohere.embed-multilingual-v3", "Embed Multilingual", "Cohere", "2023-11-27")
        .on_demand(VIRGINIA_OREGON_TOKYO)
        .reading(TEXT)
        .writing(EMBEDDING),
    amazon("amazon.nova-canvas-v1:0", "Nova Canvas", "2024-12-03")
        .on_demand(&["us-east-1", "ap-northeast-1"])
        .writing(IMAGE),
    amazon("amazon.rerank-v1:0", "Rerank 1.0", "2024-12-01").on_demand(&["us-west-2", "ap-northeast-1"]).reading(TEXT),
    // What has ended.
    amazon("amazon.nova-premier-v1:0", "Nova Premier", "2025-04-30").ended(),
    amazon("amazon.titan-text-express-v1", "Titan Text G1 - Express", "2023-11-29").ended(),
    amazon("amazon.titan-text-lite-v1", "Titan Text G1 - Lite", "2023-11-29").ended(),
    amazon("amazon.titan-text-premier-v1:0", "Titan Text G1 - Premier", "2024-05-07").ended(),
    anthropic("anthropic.claude-instant-v1", "Claude Instant", "2023-09-28").ended(),
    anthropic("anthropic.claude-v2", "Claude", "2023-09-28").ended(),
    anthropic("anthropic.claude-v2:1", "Claude", "2023-11-29").ended(),
    anthropic("anthropic.claude-3-haiku-20240307-v1:0", "Claude 3 Haiku", "2024-03-13").ended(),
    anthropic("anthropic.claude-3-opus-20240229-v1:0", "Claude 3 Opus", "2024-04-16").ended(),
    anthropic("anthropic.claude-3-sonnet-20240229-v1:0", "Claude 3 Sonnet", "2024-03-04").ended(),
    anthropic("anthropic.claude-3-5-haiku-20241022-v1:0", "Claude 3.5 Haiku", "2024-11-04").ended(),
    anthropic("anthropic.claude-3-5-sonnet-20240620-v1:0", "Claude 3.5 Sonnet", "2024-06-20").ended(),
    anthropic("anthropic.claude-3-5-sonnet-20241022-v2:0", "Claude 3.5 Sonnet v2", "2024-10-22").ended(),
    anthropic("anthropic.claude-3-7-sonnet-20250219-v1:0", "Claude 3.7 Sonnet", "2025-02-24").ended(),
    anthropic("anthropic.claude-opus-4-20250514-v1:0", "Claude Opus 4", "2025-05-22").ended(),
    anthropic("anthropic.claude-sonnet-4-20250514-v1:0", "Claude Sonnet 4", "2025-05-22").ended(),
];

/// A model of today that reads text and images, writes text, and is called through profiles only.
const fn model(id: &'static str, name: &'static str, provider: &'static str, start: &'static str) -> Model {
    Model { id, name, provider, input: TEXT_IMAGE, output: TEXT, on_demand: NOWHERE, start, life: Life::Active }
}

const fn amazon(id: &'static str, name: &'static str, start: &'static str) -> Model {
    model(id, name, "Amazon", start)
}

const fn anthropic(id: &'static str, name: &'static str, start: &'static str) -> Model {
    model(id, name, "Anthropic", start)
}

impl Model {
    const fn on_demand(self, on_demand: &'static [&'static str]) -> Self {
        Self { on_demand, ..self }
    }

    const fn reading(self, input: &'static [&'static str]) -> Self {
        Self { input, ..self }
    }

    const fn writing(self, output: &'static [&'static str]) -> Self {
        Self { output, ..self }
    }

    const fn legacy(self, since: &'static str, end: &'static str) -> Self {
        Self { life: Life::Legacy { since, end }, ..self }
    }

    const fn ended(self) -> Self {
        Self { life: Life::Ended, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Life, MODELS};
    use crate::calendar::midnight;

    #[test]
    fn every_model_has_an_id_of_its_own_and_real_days() {
        let ids: BTreeSet<_> = MODELS.iter().map(|model| model.id).collect();
        assert_eq!(ids.len(), MODELS.len());
        for model in MODELS {
            assert!(midnight(model.start).is_some(), "{}", model.id);
            if let Life::Legacy { since, end } = model.life {
                assert!(midnight(since) < midnight(end) && midnight(since).is_some(), "{}", model.id);
            }
        }
    }
}
