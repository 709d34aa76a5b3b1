//! The request shape of `InvokeAgent`, transcribed from botocore's model of 2023-07-26.
//!
//! What stands in the model and not here is answered with 501: memory, files, the conversation's history, knowledge
//! bases, results of API schemas, and settings of the model's prompt.

use crate::services::bedrock_agent::check::{Member, Shape, Text};
use crate::services::bedrock_agent::pattern::Pattern;

const fn required(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, required: true, shape }
}

const fn optional(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, required: false, shape }
}

const ID_PATTERN: Pattern = Pattern { text: "^[0-9a-zA-Z]+$", holds: |text| made_of(text, "") };
const SESSION_PATTERN: Pattern = Pattern { text: "^[0-9a-zA-Z._:-]+$", holds: |text| made_of(text, "._:-") };

fn made_of(text: &str, others: &str) -> bool {
    !text.is_empty() && text.chars().all(|each| each.is_ascii_alphanumeric() || others.contains(each))
}

pub(super) static ID: Text = Text::like(ID_PATTERN).within(0, 10);
pub(super) static SESSION_ID: Text = Text::like(SESSION_PATTERN).within(2, 100);

static FLAG: Shape = Shape::Flag;
static ANY: Shape = Shape::Text(Text::long(0, usize::MAX));
static ANY_KEY: Text = Text::long(0, usize::MAX);
static ATTRIBUTES: Shape = Shape::Map(&ANY_KEY, &ANY);
static INPUT_TEXT: Shape = Shape::Text(Text::long(0, 25_000_000).secret());
static AT_LEAST_ONE: Shape = Shape::Whole(1, i64::MAX);

static STREAMING: Shape = Shape::Structure(&[
    optional("streamFinalResponse", &FLAG),
    // Nothing here has a guardrail, so that the interval changes nothing.
    optional("applyGuardrailInterval", &AT_LEAST_ONE),
]);
static SESSION_STATE: Shape = Shape::Structure(&[
    optional("sessionAttributes", &ATTRIBUTES),
    optional("promptSessionAttributes", &ATTRIBUTES),
    optional("invocationId", &ANY),
    optional("returnControlInvocationResults", &RESULTS),
]);
static RESULTS: Shape = Shape::List(&RESULT, 1, 5);
static RESULT: Shape = Shape::Union(&[optional("functionResult", &FUNCTION_RESULT)]);
static FUNCTION_RESULT: Shape = Shape::Structure(&[
    required("actionGroup", &ANY),
    optional("function", &ANY),
    optional("agentId", &ANY),
    optional("confirmationState", &CONFIRMATION),
    optional("responseState", &RESPONSE_STATE),
    optional("responseBody", &RESPONSE_BODY),
]);
static CONFIRMATION: Shape = Shape::OneOf(&["CONFIRM", "DENY"]);
static RESPONSE_STATE: Shape = Shape::OneOf(&["FAILURE", "REPROMPT"]);
static RESPONSE_BODY: Shape = Shape::Map(&ANY_KEY, &CONTENT_BODY);
static CONTENT_BODY: Shape = Shape::Structure(&[optional("body", &ANY)]);

pub(super) static INVOKE_AGENT: &[Member] = &[
    optional("inputText", &INPUT_TEXT),
    optional("enableTrace", &FLAG),
    optional("endSession", &FLAG),
    optional("sessionState", &SESSION_STATE),
    optional("streamingConfigurations", &STREAMING),
];
