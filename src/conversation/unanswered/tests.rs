//! Every way in which a question is not answered, as it is told.

use std::error::Error as _;

use aws_sdk_bedrockagentruntime::error::ErrorMetadata;
use aws_sdk_bedrockagentruntime::types::error as sdk;
use aws_sdk_bedrockagentruntime::types::error::ResponseStreamError as Streamed;

use super::{Agent, Failure, Reason, Unanswered};
use crate::aws::Site;

fn agent() -> Agent {
    let text = str::to_owned;
    let site = Site {
        partition: text("aws"),
        account: text("123456789012"),
        region: text("ap-northeast-1"),
        emulated: true,
        endpoint: None,
    };
    Agent { site, id: text("AGENT00001"), alias: text("ALIAS00001"), version: text("3"), flags: text(" --local") }
}

/// As `error` prints it.
fn printed(unanswered: &Unanswered) -> String {
    let caused = unanswered.source().map(|cause| format!("\n  caused by: {cause}")).unwrap_or_default();
    format!("error: {unanswered}{caused}\n  hint: {}", unanswered.hint())
}

/// The error in the stream, as it is printed.
fn told(error: &Streamed) -> String {
    let reason = Reason::of(error);
    let failure = reason.failure("bedrock:InvokeAgent", error, Some("r-1"));
    printed(&Unanswered::new(reason, Some(failure), &agent()))
}

/// What the stream carries beside the exception's name.
fn words() -> ErrorMetadata {
    ErrorMetadata::builder().message("AWS's own words.").build()
}

macro_rules! exception {
    ($name:ident) => {
        Streamed::$name(sdk::$name::builder().meta(words()).build())
    };
}

#[test]
fn access_denied() {
    insta::assert_snapshot!(told(&exception!(AccessDeniedException)));
}

#[test]
fn bad_gateway() {
    insta::assert_snapshot!(told(&exception!(BadGatewayException)));
}

#[test]
fn conflict() {
    insta::assert_snapshot!(told(&exception!(ConflictException)));
}

#[test]
fn dependency_failed() {
    let error = sdk::DependencyFailedException::builder().meta(words()).resource_name("Lambda");
    insta::assert_snapshot!(told(&Streamed::DependencyFailedException(error.build())));
}

#[test]
fn internal_server() {
    insta::assert_snapshot!(told(&exception!(InternalServerException)));
}

#[test]
fn model_not_ready() {
    insta::assert_snapshot!(told(&exception!(ModelNotReadyException)));
}

#[test]
fn resource_not_found() {
    insta::assert_snapshot!(told(&exception!(ResourceNotFoundException)));
}

#[test]
fn service_quota_exceeded() {
    insta::assert_snapshot!(told(&exception!(ServiceQuotaExceededException)));
}

#[test]
fn throttling() {
    insta::assert_snapshot!(told(&exception!(ThrottlingException)));
}

#[test]
fn validation() {
    insta::assert_snapshot!(told(&exception!(ValidationException)));
}

#[test]
fn an_exception_that_came_later() {
    insta::assert_snapshot!(told(&Streamed::unhandled("what is this?")));
}

#[test]
fn a_break_in_the_middle() {
    let failure = Failure::in_stream("bedrock:InvokeAgent", "UnreadableAnswer", "unexpected end of stream", None);
    let unanswered = Unanswered::new(Reason::BrokenOff, Some(failure), &agent()).after(12);
    insta::assert_snapshot!(printed(&unanswered));
}

#[test]
fn silence() {
    insta::assert_snapshot!(printed(&Unanswered::new(Reason::Silent, None, &agent())));
}

#[test]
fn work_that_is_given_back() {
    insta::assert_snapshot!(printed(&Unanswered::new(Reason::ReturnControl, None, &agent())));
}

#[test]
fn credentials_that_may_not_ask() {
    insta::assert_snapshot!(printed(&Unanswered::new(Reason::NotAllowed, None, &agent())));
}
