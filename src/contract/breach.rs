//! The ways in which a function breaks the contract, each with what to write instead.

use std::fmt;
use std::time::Duration;

use super::{CHAT_PATIENCE, REPLY_ROOM};

/// What Bedrock takes from a function, as lines of Python.
const ENVELOPE: &str = r#"return {
    "messageVersion": "1.0",
    "response": {
        "actionGroup": event["actionGroup"],
        "function": event["function"],
        "functionResponse": {"responseBody": {"TEXT": {"body": body}}},
    },
}"#;

/// How a handler answers instead of raising or exiting.
const REPROMPT: &str = r#"except Exception:
    logger.exception("failed")
    function_response = {"responseState": "REPROMPT", "responseBody": {"TEXT": {"body": "It failed. Say so."}}}"#;

/// One way in which a function breaks the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breach {
    /// It returned None.
    ReturnedNothing,
    /// It returned something else than an object: a list, a text.
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// What it returned is not JSON at all.
    NotJson,
    /// `messageVersion` is another than Bedrock's.
    MessageVersion {
        /// What stands there, as JSON.
        found: String,
    },
    /// There is no `response`.
    NoEnvelope,
    /// A name in the reply is not the one in the event.
    OtherName {
        /// `actionGroup` or `function`.
        field: &'static str,
        /// What the event said.
        wanted: String,
        /// What the reply says, as JSON; none if it is missing.
        found: Option<String>,
    },
    /// An object on the way to the body is missing.
    NoBody {
        /// The way to what is missing: `response.functionResponse.responseBody`.
        missing: &'static str,
    },
    /// The body does not stand under `TEXT`.
    NotUnderText {
        /// What it stands under.
        found: Vec<String>,
    },
    /// The body is no text.
    BodyNotText {
        /// What it is.
        found: &'static str,
    },
    /// `responseState` is none of the two that there are.
    ResponseState {
        /// What stands there, as JSON.
        found: String,
    },
    /// Session attributes are something else than texts by name.
    Attributes {
        /// `sessionAttributes` or `promptSessionAttributes`.
        field: &'static str,
    },
    /// The reply is larger than Bedrock is sure to take.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// The reply is larger than Lambda lets pass.
    RefusedByLambda {
        /// Lambda's text.
        message: String,
    },
    /// It took longer than the chat application waits.
    TooSlow {
        /// How long it took.
        took: Duration,
    },
    /// It took longer than its own timeout.
    TimedOut {
        /// The timeout, if it is known.
        after: Option<Duration>,
    },
    /// It took more memory than it has, and was killed.
    OutOfMemory,
    /// It ended its process.
    Exited {
        /// `exit code 1`, `signal 9`.
        how: String,
    },
    /// It raised an error.
    Raised {
        /// `KeyError`.
        kind: String,
        /// The error's text.
        message: String,
    },
    /// Lambda could not call it: import, syntax, handler's name.
    Unusable {
        /// `Runtime.ImportModuleError`.
        kind: String,
        /// The error's text.
        message: String,
    },
    /// It was never handed its event.
    NotStarted {
        /// Why.
        reason: String,
    },
}

impl Breach {
    /// Whether the user in the chat sees an error for it, as far as is documented.
    pub fn ends_the_conversation(&self) -> bool {
        !matches!(self, Self::TooLarge { .. } | Self::TooSlow { .. } | Self::NotStarted { .. })
    }

    /// What to do about it, often lines of Python.
    pub fn cure(&self) -> String {
        match self {
            Self::ReturnedNothing => format!(
                "end the handler with `return`; a response that is built but not returned is lost:\n\
                 return {{\"messageVersion\": \"1.0\", \"response\": response}}\n\
                 where the whole of it is\n{ENVELOPE}"
            ),
            Self::NotAnObject { .. } | Self::NoEnvelope | Self::NoBody { .. } => {
                format!("put what you have into `body`, as text (`body = json.dumps(...)`), and write\n{ENVELOPE}")
            }
            Self::NotJson => "return an object that `json.dumps` takes, not bytes".to_owned(),
            Self::MessageVersion { .. } => "write `\"messageVersion\": \"1.0\"`, a text beside `response`".to_owned(),
            Self::OtherName { field, .. } => format!("repeat the event's: `\"{field}\": event[\"{field}\"]`"),
            Self::NotUnderText { .. } => {
                "functions know this one type alone: `\"responseBody\": {\"TEXT\": {\"body\": body}}`".to_owned()
            }
            Self::BodyNotText { .. } => "make it text: `\"body\": json.dumps(result, ensure_ascii=False)`".to_owned(),
            Self::ResponseState { .. } => {
                "leave it out when all went well; else write `\"responseState\": \"REPROMPT\"` \
                 (the model reads the body and goes on) or `\"FAILURE\"` (the conversation ends)"
                    .to_owned()
            }
            Self::Attributes { field } => {
                format!("give back what came: `\"{field}\": event.get(\"{field}\") or {{}}`; values are texts")
            }
            Self::TooLarge { .. } => "return less: the newest entries, fewer fields, sums instead of rows".to_owned(),
            Self::RefusedByLambda { .. } => {
                format!("return less: stay below {REPLY_ROOM} bytes, which Bedrock is sure to take")
            }
            Self::TooSlow { .. } => {
                "ask for less at a time, in parallel, or stop early: `context.get_remaining_time_in_millis()` tells \
                 how long is left"
                    .to_owned()
            }
            Self::TimedOut { .. } => format!(
                "give every call a timeout (`botocore.config.Config(read_timeout=5)`), stop early by \
                 `context.get_remaining_time_in_millis()`, or raise `lambda.timeout` (the chat application waits \
                 {CHAT_PATIENCE} seconds)"
            ),
            Self::OutOfMemory => "raise `lambda.memory`, or hold less at a time: read page by page, keep the sums and \
                 not the rows"
                .to_owned(),
            Self::Exited { .. } => format!(
                "never call `sys.exit` in a handler: it ends the process, and the next call waits for a new one. \
                 Raise, catch it in the handler, and answer\n{REPROMPT}"
            ),
            Self::Raised { kind, message } | Self::Unusable { kind, message } if kind == "Runtime.MarshalError" => {
                if message.contains("coroutine") {
                    "write `def handler(event, context):`, not `async def`, and run what must be awaited with \
                     `return asyncio.run(...)`: Lambda does not await a handler"
                        .to_owned()
                } else {
                    "return text where JSON has no such type: `json.dumps(result, ensure_ascii=False, default=str)`"
                        .to_owned()
                }
            }
            Self::Raised { .. } => format!("catch it in the handler, and answer\n{REPROMPT}"),
            Self::Unusable { .. } => "mend the file, name it in `lambda.handler` (`file.function`), and list what it \
                 imports in requirements.txt"
                .to_owned(),
            Self::NotStarted { .. } => "mend what is named, and run the same command again".to_owned(),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReturnedNothing => write!(f, "the handler returned nothing"),
            Self::NotAnObject { found } => write!(f, "the handler returned {found} instead of an object"),
            Self::NotJson => write!(f, "the handler returned what is not JSON"),
            Self::MessageVersion { found } => write!(f, "`messageVersion` is {found} instead of \"1.0\""),
            Self::NoEnvelope => write!(f, "the reply is no envelope: it has no object `response`"),
            Self::OtherName { field, wanted, found: None } => {
                write!(f, "the reply does not say `response.{field}`, which was \"{wanted}\"")
            }
            Self::OtherName { field, wanted, found: Some(found) } => {
                write!(f, "`response.{field}` is {found}, but \"{wanted}\" was called")
            }
            Self::NoBody { missing } => write!(f, "the reply has no `{missing}`"),
            Self::NotUnderText { found } if found.is_empty() => write!(f, "`responseBody` is empty"),
            Self::NotUnderText { found } => {
                write!(f, "the body stands under `{}` instead of `TEXT`", found.join("`, `"))
            }
            Self::BodyNotText { found } => write!(f, "`body` is {found} instead of text"),
            Self::ResponseState { found } => {
                write!(f, "`responseState` is {found}; there are \"REPROMPT\" and \"FAILURE\" alone")
            }
            Self::Attributes { field } => write!(f, "`{field}` is not an object of texts"),
            Self::TooLarge { bytes } => {
                write!(f, "the reply has {bytes} bytes; Bedrock is sure to take {REPLY_ROOM}")
            }
            Self::RefusedByLambda { message } => write!(f, "Lambda refused the reply: {message}"),
            Self::TooSlow { took } => write!(
                f,
                "the handler took {:.1} seconds; the chat application waits {CHAT_PATIENCE} for the whole answer",
                took.as_secs_f64()
            ),
            Self::TimedOut { after: Some(after) } => {
                write!(f, "the handler was not done after its timeout of {} seconds", after.as_secs())
            }
            Self::TimedOut { after: None } => write!(f, "the handler was not done within its timeout"),
            Self::OutOfMemory => write!(f, "the handler took more memory than it has, and was killed"),
            Self::Exited { how } => write!(f, "the handler ended its process ({how})"),
            Self::Raised { kind, message } => write!(f, "the handler raised {kind}: {message}"),
            Self::Unusable { kind, message } => write!(f, "the handler can't be called: {message} ({kind})"),
            Self::NotStarted { reason } => write!(f, "the function was not started: {reason}"),
        }
    }
}
