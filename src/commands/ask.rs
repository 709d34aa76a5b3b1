//! `ask`: asks the deployed agent and shows its answer as it comes; without a question, a conversation.

mod dialogue;
mod editor;
mod line;
mod question;
mod shown;
mod shown_json;
mod shown_text;
mod whom;

use anyhow::Result;

use super::open;
use super::output::note;
use super::signals::{Stop, unless_stopped};
use crate::aws::{Access, Aws};
use crate::cli::{Ask, Common};
use crate::conversation::{self, Agent, Question, Reason, Unanswered};
use crate::error::Printed;
use crate::moment::Moment;
use crate::refused::Exit;
use crate::sanitize::Clean;
use crate::session::Session;
use shown::Shown;
use whom::Whom;

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// It is complete.
    Answered,
    /// The work was given back: there is no answer.
    GivenBack,
    /// Nobody reads any more.
    Unread,
}

pub(super) async fn run(common: &Common, args: &Ask) -> Result<Exit> {
    let opened = async {
        // What is asked comes first: a wrong command line makes no call.
        let question = question::of(args).await?;
        let session = open::session(common).await?;
        let whom = whom::find(common, &session, args, &this_run()).await?;
        anyhow::Ok((question, session, whom))
    };
    let opened = match unless_stopped(Box::pin(opened)).await {
        Ok(opened) => opened,
        Err(stop) => return Ok(stopped(stop)),
    };
    let (question, session, Whom { mut agent, temporary, called }) = opened?;
    let aws = session.clients(Access::Write);
    let Some(temporary) = temporary else {
        return closed(&session, speak(&aws, &agent, question, &called, args).await);
    };

    let context = session.context(Access::Write, agent.site.clone());
    let spoken = match unless_stopped(temporary.make(&context, Moment::now().0 / 1000)).await {
        Ok(Ok(id)) => {
            agent.alias = id;
            speak(&aws, &agent, question, &called, args).await
        }
        Ok(Err(error)) => Err(error),
        Err(stop) => Ok(stopped(stop)),
    };
    match unless_stopped(temporary.remove(&context)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            note(&Printed(&error.context("deleting the alias that was made for this question")));
            note(left(common, &temporary.name));
        }
        Err(_) => note(left(common, &temporary.name)),
    }
    closed(&session, spoken)
}

/// An answer with `--local` is complete when the function's log is saved.
fn closed(session: &Session, spoken: Result<Exit>) -> Result<Exit> {
    let exit = spoken?;
    open::close(session)?;
    Ok(exit)
}

/// The question that was given, or a conversation.
async fn speak(aws: &Aws, agent: &Agent, question: Option<String>, called: &str, args: &Ask) -> Result<Exit> {
    let session = args.session.clone().unwrap_or_else(new_session);
    let Some(text) = question else { return dialogue::run(aws, agent, called, session, args.trace).await };
    let mut shown = Shown::new(args.json);
    let question = Question { text, session, trace: args.trace, at: Moment::now().0 };
    match unless_stopped(exchange(aws, agent, &question, &mut shown)).await {
        Err(stop) => {
            shown.broken()?;
            Ok(stopped(stop))
        }
        Ok(Ok(Ended::GivenBack)) => Ok(Exit::Failed),
        Ok(Ok(Ended::Answered | Ended::Unread)) => Ok(Exit::Done),
        Ok(Err(error)) => Err(error),
    }
}

/// One question and its answer, shown as it comes.
async fn exchange(aws: &Aws, agent: &Agent, question: &Question, shown: &mut Shown) -> Result<Ended> {
    let told = told(aws, agent, question, shown).await;
    if let Err(error) = &told {
        shown.failed(error)?;
    }
    told
}

async fn told(aws: &Aws, agent: &Agent, question: &Question, shown: &mut Shown) -> Result<Ended> {
    shown.asked(agent, question)?;
    let mut answering = conversation::ask(aws, agent, question).await?;
    let mut ended = Ended::Answered;
    while let Some(event) = answering.next().await? {
        if !shown.event(&event)? {
            return Ok(Ended::Unread);
        }
        if matches!(event, conversation::Event::ReturnControl(_)) {
            note(&Printed(&Unanswered::new(Reason::ReturnControl, None, agent).into()));
            ended = Ended::GivenBack;
        }
    }
    Ok(ended)
}

fn stopped(stop: Stop) -> Exit {
    note(Clean::block(format!("\n{}", stop.text())));
    stop.exit()
}

/// An alias is left behind.
fn left(common: &Common, name: &str) -> String {
    format!(
        "the alias {name} may still be there: `destroy` deletes it, and so does, when it is a day old, the next `{}` that \
         makes one",
        common.typed("ask --release")
    )
}

/// A session that nobody has begun yet.
fn new_session() -> String {
    format!("ask-{}", this_run())
}

/// What no other run has.
fn this_run() -> String {
    format!("{:x}-{:x}", Moment::now().0, std::process::id())
}
