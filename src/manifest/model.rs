//! The model an agent thinks with: a foundation model, or an inference profile in front of one.

mod ends;

use super::field::Field;
use crate::moment::Moment;

pub use ends::{EndOfLife, end_of_life};

/// What stands in `agent.model`. An agent takes either; the IAM statements and the preflight differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Model {
    /// A foundation model, called in the agent's own region: `anthropic.claude-…` or its ARN.
    Foundation(String),
    /// An inference profile, which spreads calls over regions: `jp.anthropic.claude-…` or a profile's ARN.
    Profile(String),
}

/// Prefixes of the profiles that AWS defines, each a geography that calls stay in.
const GEOGRAPHIES: [&str; 8] = ["us-gov.", "us.", "ca.", "eu.", "apac.", "jp.", "au.", "global."];

/// ARN resource types of inference profiles: those that AWS defines, and those that an account makes.
const PROFILE_RESOURCES: [&str; 2] = ["inference-profile", "application-inference-profile"];

/// An id without the geography in front of it: that of the model behind a profile.
pub fn without_geography(id: &str) -> &str {
    GEOGRAPHIES.iter().find_map(|geography| id.strip_prefix(geography)).unwrap_or(id)
}

impl Model {
    /// The id or ARN as `foundationModel` of the agent API takes it.
    pub fn id(&self) -> &str {
        match self {
            Self::Foundation(id) | Self::Profile(id) => id,
        }
    }

    /// Tells a foundation model from a profile by its geography prefix or by its ARN; `None` if it is neither.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(arn) = text.strip_prefix("arn:") {
            return Self::parse_arn(text, arn);
        }
        let id_characters = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(&b));
        let profile = GEOGRAPHIES.iter().find_map(|geography| text.strip_prefix(geography));
        let model = profile.unwrap_or(text);
        let (provider, name) = model.split_once('.')?;
        if !id_characters || provider.is_empty() || name.is_empty() {
            return None;
        }
        Some(if profile.is_some() { Self::Profile(text.to_owned()) } else { Self::Foundation(text.to_owned()) })
    }

    /// `arn:PARTITION:bedrock:REGION:ACCOUNT:TYPE/ID`.
    fn parse_arn(text: &str, arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(5, ':');
        let (_partition, service) = (parts.next()?, parts.next()?);
        let (_region, account) = (parts.next()?, parts.next()?);
        let (resource, id) = parts.next()?.split_once('/')?;
        if service != "bedrock" || id.is_empty() {
            return None;
        }
        match resource {
            "foundation-model" if account.is_empty() => Some(Self::Foundation(text.to_owned())),
            _ if PROFILE_RESOURCES.contains(&resource) => Some(Self::Profile(text.to_owned())),
            _ => None,
        }
    }
}

/// Reads `agent.model`.
pub(super) fn read(field: &Field<'_>) -> Option<Model> {
    let text = field.text()?;
    let model = Model::parse(text);
    if model.is_none() {
        field.error(
            format!("{} is `{text}`, which is neither a model nor an inference profile", field.called()),
            cure(text),
        );
    } else if let Some(end) = end_of_life(text) {
        let what = if end.has_come(&Moment::now().date()) {
            format!("`{text}` ended {}: Bedrock refuses every call to it", end.shown())
        } else {
            format!("`{text}` ends {}: from then on Bedrock refuses every call to it", end.shown())
        };
        let successor = end.successor;
        field.warning(
            what,
            format!(
                "use `{successor}` behind a geography: `global.{successor}`, or one that keeps calls in, like `jp.`"
            ),
        );
    }
    model
}

/// What to write instead of a text that names no model.
fn cure(text: &str) -> String {
    let example =
        "write an id like `jp.anthropic.claude-sonnet-4-6`, or the ARN of a foundation model or inference profile";
    match text.strip_prefix("anthropic/").unwrap_or(text) {
        name if name.starts_with("claude-") && !name.contains(['.', ' ']) => format!(
            "the ids of Anthropic's models on Bedrock begin with `anthropic.`, those of their inference profiles with a \
             geography: `global.anthropic.{name}`; `aws bedrock list-inference-profiles` lists them"
        ),
        _ => example.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Model;

    #[test]
    fn a_geography_makes_a_profile() {
        for id in ["jp.anthropic.claude-x-v1:0", "us-gov.anthropic.claude-x", "global.amazon.nova-2-lite-v1:0"] {
            assert_eq!(Model::parse(id), Some(Model::Profile(id.to_owned())));
        }
    }

    #[test]
    fn without_a_geography_it_is_a_foundation_model() {
        let id = "anthropic.claude-3-5-sonnet-20240620-v1:0";
        assert_eq!(Model::parse(id), Some(Model::Foundation(id.to_owned())));
    }

    #[test]
    fn an_arn_says_what_it_is() {
        let foundation = "arn:aws:bedrock:ap-northeast-1::foundation-model/anthropic.claude-x-v1:0";
        assert_eq!(Model::parse(foundation), Some(Model::Foundation(foundation.to_owned())));
        for kind in ["inference-profile/jp.anthropic.claude-x-v1:0", "application-inference-profile/abcdefghijkl"] {
            let arn = format!("arn:aws:bedrock:ap-northeast-1:123456789012:{kind}");
            assert_eq!(Model::parse(&arn), Some(Model::Profile(arn.clone())));
        }
    }

    #[test]
    fn other_texts_are_no_models() {
        let lambda = "arn:aws:lambda:ap-northeast-1:123456789012:function:x";
        let provisioned = "arn:aws:bedrock:ap-northeast-1:123456789012:provisioned-model/abc";
        for text in ["", "claude", "anthropic.", "jp.claude", "anthropic claude.x", lambda, provisioned] {
            assert_eq!(Model::parse(text), None, "{text}");
        }
    }
}
