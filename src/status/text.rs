//! The status for people: one screen, no wider than 100 columns but for the line that is pasted into Slack.

mod width;

use anstyle::{AnsiColor, Style};

use super::release::short;
use super::{Draft, Image, Model, Release, Row, State, Status};
use crate::facts::Kind;
use crate::lifecycle::Lifecycle;
use crate::moment::Moment;
use crate::report::text::unmanaged_line;
use crate::sanitize::{self, Clean};
use width::{cut, listed, wrap};

const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
const RED: Style = AnsiColor::Red.on_default();

/// Columns of the screen.
const SCREEN: usize = 100;
/// Columns of the longest kind: `pinpoint application`.
const KIND: usize = 20;
/// Columns before a resource's name: its state and its kind.
const NAMES: usize = 14 + KIND;
/// Columns before what is said of the release.
const SAYINGS: usize = 12;
/// Digits of a Git commit: as many as Git shows in a large repository.
const COMMIT: usize = 10;

/// The screen. `typed` gives a command as it is typed with the same flags.
pub fn status(status: &Status, typed: impl Fn(&str) -> String) -> Clean {
    let Status { stack, site, deployed, resources, release, draft, model, connector } = status;
    if !deployed {
        let mut text = Clean::default();
        text.line(format!("{stack} is not deployed in {}; `{}` does it", site.shown(), typed("deploy")));
        // What is in the way is worth knowing before.
        let in_the_way = resources.iter().filter(|row| !matches!(row.state, State::Absent | State::Ok));
        for row in in_the_way {
            resource(&mut text, row);
        }
        return text;
    }
    let mut text = Clean::default();
    text.line(format!("{stack} in {}", site.shown())).end();
    for row in resources {
        resource(&mut text, row);
    }
    text.end().line(format!("  {}", counted(resources, &typed))).end();
    match release {
        Some(release) => {
            let told = resources.iter().any(|row| row.key.kind == Kind::Image && row.state != State::Ok);
            released(&mut text, release, told);
        }
        None => saying(&mut text, "alias", &format!("none that Slack could talk to; `{}` goes on", typed("deploy"))),
    }
    if let Some(draft) = draft {
        saying(&mut text, "draft", &drafted(draft, release.as_ref()));
    }
    modelled(&mut text, model);
    if let Some(line) = connector {
        text.end().line(line);
    }
    text
}

fn resource(text: &mut Clean, row: &Row) {
    let Row { key, state, details, unmanaged, notes } = row;
    let style = match state {
        State::Ok => GREEN,
        State::Differs | State::Absent | State::Stray | State::Changing | State::Unknown => YELLOW,
        State::Broken | State::NotOurs => RED,
    };
    let word = state.word().replace('_', " ");
    let name = cut(&sanitize::line(&key.name), SCREEN - NAMES);
    text.text("  ").paint(style, format!("{word:<8}")).line(format!("  {:<KIND$}  {name}", key.kind.noun()));
    match details.as_slice() {
        [] => {}
        // A reason says at its end what to do.
        [reason] => wrapped(text, reason),
        fields => {
            text.line(format!("{:NAMES$}{}", "", list(fields, SCREEN - NAMES)));
        }
    }
    for note in notes {
        wrapped(text, note);
    }
    for unmanaged in unmanaged {
        wrapped(text, &format!("not in the manifest: {}", unmanaged_line(unmanaged)));
        if let Some(removal) = &unmanaged.removal {
            wrapped(text, &format!("remove it with: {removal}"));
        }
    }
}

/// As many of the items as fit, as they are displayed.
fn list(items: &[String], room: usize) -> String {
    listed(&items.iter().map(|item| sanitize::line(item)).collect::<Vec<_>>(), room)
}

/// A sentence below a resource, whole, on as many lines as it takes.
fn wrapped(text: &mut Clean, sentence: &str) {
    for line in wrap(&sanitize::line(sentence), SCREEN - NAMES) {
        text.line(format!("{:NAMES$}{line}", ""));
    }
}

fn counted(resources: &[Row], typed: &impl Fn(&str) -> String) -> String {
    let ok = resources.iter().filter(|row| row.state == State::Ok).count();
    if ok == resources.len() {
        return format!("all {ok} as the manifest wants them");
    }
    let unknown = resources.iter().filter(|row| row.state == State::Unknown).count();
    if ok + unknown == resources.len() {
        return format!(
            "{ok} as the manifest wants them, {unknown} unknown; `{}` needs what is unknown",
            typed("deploy")
        );
    }
    format!("{ok} of {} as the manifest wants them; `{}` shows what is to do", resources.len(), typed("plan"))
}

fn saying(text: &mut Clean, name: &str, said: &str) {
    text.line(format!("  {name:<8}  {}", cut(&sanitize::line(said), SCREEN - SAYINGS)));
}

/// What Slack talks to; `told` if the image's resource has said already why another one is wanted.
fn released(text: &mut Clean, release: &Release, told: bool) {
    let Release { agent_id: _, alias, alias_id, agent_version, functions, image, deployed_at } = release;
    let version = agent_version.as_ref().map_or("nothing".to_owned(), |version| format!("version {version}"));
    let calls = if functions.is_empty() { String::new() } else { format!(", which calls {}", functions.join(", ")) };
    saying(text, "alias", &format!("{alias} ({alias_id}) routes to {version}{calls}"));
    match image {
        Some(image) => running(text, image, told),
        None if functions.is_empty() => {}
        None => saying(text, "image", "none: the function that the version calls is gone"),
    }
    if let Some(at) = deployed_at {
        saying(text, "deployed", &at.shown());
    }
}

fn running(text: &mut Clean, image: &Image, told: bool) {
    let mut said = short(image.digest());
    if let Some(commit) = &image.commit {
        said = format!("{said}, commit {}", commit.get(..COMMIT).unwrap_or(commit));
    }
    said.push_str(match image.current {
        Some(true) => ", as the manifest wants it",
        Some(false) => "; the next deploy brings another",
        None => "",
    });
    saying(text, "image", &said);
    if !told && !image.why.is_empty() {
        text.line(format!("{:SAYINGS$}{}", "", list(&image.why, SCREEN - SAYINGS)));
    }
}

fn drafted(draft: &Draft, release: Option<&Release>) -> String {
    let prepared = if draft.is_prepared() { "prepared".to_owned() } else { format!("not prepared ({})", draft.state) };
    let version = release.and_then(|release| release.agent_version.as_deref()).unwrap_or_default();
    match &draft.differs {
        None => format!("{prepared}, no version cut from it"),
        Some(fields) if fields.is_empty() => format!("{prepared}, same as version {version}"),
        Some(fields) => {
            let said = format!("{prepared}, differs from version {version} in ");
            let room = (SCREEN - SAYINGS).saturating_sub(said.len());
            said + &list(fields, room)
        }
    }
}

fn modelled(text: &mut Clean, model: &Model) {
    let Model { id, behind } = model;
    let alone = matches!(behind.as_slice(), [(behind, _)] if id.ends_with(behind.as_str()));
    let last = |ends: &Option<Moment>, else_: &str| match ends {
        Some(ends) => format!("last day {}", ends.date()),
        None => else_.to_owned(),
    };
    let told = |lifecycle: &Result<Lifecycle, String>| match lifecycle {
        Ok(Lifecycle::Active { ends }) => format!("active, {}", last(ends, "no end announced")),
        Ok(Lifecycle::Legacy { ends }) => format!("LEGACY, {}", last(ends, "its end is not announced")),
        Ok(Lifecycle::Gone { ended: Some(end) }) => format!("GONE: it ended {}", end.shown()),
        Ok(Lifecycle::Gone { ended: None }) => "GONE: Bedrock does not have it in this region".to_owned(),
        Err(reason) => format!("can't be told: {reason}"),
    };
    saying(text, "model", id);
    for (behind, lifecycle) in behind {
        let told = told(lifecycle);
        saying(text, "", &if alone { told } else { format!("{behind} {told}") });
    }
}
