//! `logs`: the function's log, in time order, each line told by the request it belongs to.

mod shown;

use std::ops::ControlFlow;

use anyhow::{Error, Result};

use super::open;
use super::output::{self, note};
use crate::aws::{Access, Aws, Site};
use crate::cli::{Common, Logs};
use crate::image::Host;
use crate::logs::{self, Entry, Filter, Joiner, Look, News, Place, Query};
use crate::manifest::Manifest;
use crate::moment::Moment;
use crate::refused::{Exit, Refused};
use crate::sanitize::Clean;
use crate::session::Session;
use shown::Shown;

pub(super) async fn run(common: &Common, args: &Logs) -> Result<Exit> {
    let manifest = open::manifest(common)?;
    let door = open::door(common, &manifest, Access::Read).await?;
    let site = door.site(&manifest).await?;
    let session = Session::new(manifest.clone(), door, Host::default(), open::progress());
    let query = Query { group: session.stack.log_group.name.clone(), filter: args.filter.clone() };
    let since = args.since.from(Moment::now());
    note(Clean::block(headed(&query, &site, since)));
    let mut shown = Shown::new(args.json);
    if args.follow {
        // The emulated account is read again for each look: other commands change it meanwhile.
        let kept = (!common.local).then(|| session.clients(Access::Read));
        drop(session);
        return follow(common, &manifest, kept, &query, since, &mut shown).await;
    }
    if !read(common, &session.clients(Access::Read), &query, since, &mut shown).await? {
        note(nothing(args, since));
    }
    Ok(Exit::Done)
}

/// Reads to the log's end and prints each page as it comes. Answers whether there was anything.
async fn read(common: &Common, aws: &Aws, query: &Query, since: Moment, shown: &mut Shown) -> Result<bool> {
    let (mut joiner, mut place) = (Joiner::default(), Some(Place::from(since)));
    let mut last = None;
    while let Some(at) = place {
        let (events, next) = match logs::look(aws, query, &at).await {
            Ok(Look::Events { events, next }) => (events, next),
            Ok(Look::NoGroup) => return Err(no_group(common, query)),
            Ok(Look::Unanswered(error)) | Err(error) => return Err(broken_off(error, last)),
        };
        let entries = joiner.join(events);
        last = entries.last().map(|entry| entry.event.at).or(last);
        // Who reads no further has read enough.
        if print(shown, &entries)?.is_break() {
            break;
        }
        place = next;
    }
    Ok(last.is_some())
}

/// What was printed stays true.
fn broken_off(error: Error, last: Option<Moment>) -> Error {
    match last {
        Some(last) => error.context(format!("the log goes on after {}, but the rest could not be read", last.shown())),
        None => error,
    }
}

/// Follows until Ctrl-C, or until nobody reads what is printed.
async fn follow(
    common: &Common,
    manifest: &Manifest,
    kept: Option<Aws>,
    query: &Query,
    since: Moment,
    shown: &mut Shown,
) -> Result<Exit> {
    let look = async |place| {
        let aws = match &kept {
            Some(aws) => aws.clone(),
            None => open::door(common, manifest, Access::Read).await?.clients(Access::Read),
        };
        logs::look(&aws, query, &place).await
    };
    let tell = |news| match news {
        News::Entries(entries) => print(shown, &entries),
        News::NoGroup => {
            let deploy = common.typed("deploy");
            note(format!("the log group {} is not there; waiting for it (`{deploy}` makes it)", query.group));
            Ok(ControlFlow::Continue(()))
        }
        News::Unanswered(error) => {
            note(format!("no answer now, going on: {error:#}"));
            Ok(ControlFlow::Continue(()))
        }
    };
    tokio::select! {
        // It is listened for before anything is told.
        biased;
        _ = tokio::signal::ctrl_c() => note(Clean::block("\nstopped following")),
        ended = logs::follow(since, look, tell) => ended?,
    }
    Ok(Exit::Done)
}

fn print(shown: &mut Shown, entries: &[Entry]) -> Result<ControlFlow<()>> {
    for entry in entries {
        if !output::piece(&shown.entry(entry))? {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn headed(query: &Query, site: &Site, since: Moment) -> String {
    let head = format!("{} in {}, since {}", query.group, site.shown(), since.shown());
    match &query.filter {
        Some(filter) => format!("{head}\nonly lines that hold `{}` as it stands, capitals included", filter.text()),
        None => head,
    }
}

fn nothing(args: &Logs, since: Moment) -> String {
    let what = args.filter.as_ref().map_or("nothing was written", |_: &Filter| "no line holds that");
    format!("{what} since {}; look further back with --since 1h or --since 1d", since.shown())
}

fn no_group(common: &Common, query: &Query) -> Error {
    Refused::no_log_group(&query.group, &common.typed("deploy")).into()
}
