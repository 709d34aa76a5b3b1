//! Plans and reports for people.

use anstyle::{AnsiColor, Style};

use crate::aws::Site;
use crate::facts::{Change, Difference, Key, Kind, Unmanaged, shown};
use crate::plan::{Plan, Step};
use crate::report::{Outcome, Report, created, difference};
use crate::resources::alias::publishes;
use crate::sanitize::Clean;

/// What stands before the details of a step.
const MARGIN: &str = "      ";

pub(super) const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(super) const RED: Style = AnsiColor::Red.on_default();

/// What stands before a line below "also published".
const UNPUBLISHED: &str = "        ";

/// Characters of an unmanaged value that are displayed.
const UNMANAGED: usize = 120;

/// The plan: every step with what it changes, and the totals.
pub fn plan(stack: &str, site: &Site, plan: &Plan) -> Clean {
    let mut text = Clean::default();
    text.line(format!("{stack} in {}", site.shown()));
    for origin in &plan.origins {
        text.text("  ").paint(RED, format!("! this stack was deployed from {origin}"));
        text.line(", not from this manifest's repository and path");
    }
    for step in plan.changes() {
        step_lines(&mut text, step, plan);
    }
    unmanaged_lines(&mut text, plan);
    for step in &plan.steps {
        for note in &step.notes {
            text.line(format!("  note: {}: {note}", step.key()));
        }
    }
    for warning in &plan.warnings {
        text.text("  ").paint(YELLOW, "warning:").line(format!(" {warning}"));
    }
    text.line(totals(plan));
    text
}

/// The plan of a destruction. What goes with its parent (images, action groups, versions) is not listed by itself.
pub fn destruction(stack: &str, site: &Site, plan: &Plan) -> Clean {
    if plan.is_empty() {
        return Clean::from(format!("nothing to do: nothing of {stack} is left in {}", site.shown()));
    }
    self::plan(stack, site, plan)
}

/// One line that counts what the plan does.
pub fn totals(plan: &Plan) -> String {
    if plan.is_empty() {
        return "nothing to do: AWS matches the manifest".to_owned();
    }
    let count = |word: &str| plan.changes().filter(|step| step.change.word() == word).count();
    let mut text = format!(
        "{} to create, {} to update, {} to delete",
        count("create") + count("recreate"),
        count("update"),
        count("delete")
    );
    if count("refuse") > 0 {
        text = format!("{text}, {} REFUSED", count("refuse"));
    }
    text
}

/// What a stopped run leaves behind: what is done, what failed, what was not begun.
pub fn stopped(report: &Report) -> Clean {
    let mut text = Clean::default();
    for (step, outcome) in &report.outcomes {
        let word = step.change.word();
        let key = step.key();
        match outcome {
            Outcome::Done => text.line(format!("  done:   {word} {key}")),
            Outcome::Failed(_) => text.line(format!("  failed: {word} {key}")),
            Outcome::Abandoned => text.line(format!("  begun:  {word} {key} (AWS may still be working on it)")),
            Outcome::Left if step.change != Change::Keep => text.line(format!("  left:   {word} {key}")),
            _ => &mut text,
        };
    }
    text
}

fn step_lines(text: &mut Clean, step: &Step, plan: &Plan) {
    let key = step.key();
    let (sign, style) = match &step.change {
        Change::Keep => return,
        Change::Create => ("+", GREEN),
        Change::Recreate { .. } => ("±", YELLOW),
        Change::Update(_) => ("~", YELLOW),
        Change::Delete => ("-", RED),
        Change::Refuse(_) => ("!", RED),
    };
    text.text("  ").paint(style, format!("{sign} {key}")).line(consequence(step, plan));
    match &step.change {
        Change::Recreate { reason, .. } | Change::Refuse(reason) => {
            text.text(MARGIN).quote(MARGIN, reason);
        }
        Change::Update(differences) => {
            let told = tells_itself(step, plan);
            let held = |difference: &&Difference| publishes(std::slice::from_ref(difference));
            for difference in differences.iter().filter(|difference| !(told && held(difference))) {
                difference::lines(text, MARGIN, difference, &plan.known.site);
            }
        }
        Change::Keep | Change::Create | Change::Delete => {}
    }
    for line in created::lines(step, plan) {
        text.line(format!("{MARGIN}{line}"));
    }
    if !step.unpublished.is_empty() {
        text.line(format!("{MARGIN}also published, though not in the manifest:"));
        for difference in &step.unpublished {
            difference::lines(text, UNPUBLISHED, difference, &plan.known.site);
        }
    }
    for reason in step.resource.why(&step.change) {
        text.text(MARGIN).quote(MARGIN, reason);
    }
}

/// What is inside the stack's resources that the manifest does not name, and what of it is not live yet.
fn unmanaged_lines(text: &mut Clean, plan: &Plan) {
    let mut said = plan.steps.iter().filter(|step| !step.unmanaged.is_empty()).peekable();
    if said.peek().is_some() {
        text.line("  not in the manifest, preserved:");
    }
    for step in said {
        text.line(format!("    {}", step.key()));
        for unmanaged in &step.unmanaged {
            text.line(format!("{MARGIN}{}", unmanaged_line(unmanaged)));
            if let Some(removal) = &unmanaged.removal {
                text.line(format!("{MARGIN}  remove it with: {removal}"));
            }
        }
    }
    let kept = |step: &&Step| step.change == Change::Keep && !step.unpublished.is_empty();
    for step in plan.steps.iter().filter(kept) {
        text.line(format!("  not in the manifest, and published with the next version of the {}:", step.key()));
        for difference in &step.unpublished {
            difference::lines(text, UNPUBLISHED, difference, &plan.known.site);
        }
    }
}

/// One unmanaged value on one line.
pub fn unmanaged_line(Unmanaged { field, value, .. }: &Unmanaged) -> String {
    let value = shown(Some(value)).split_whitespace().collect::<Vec<_>>().join(" ");
    match value.char_indices().nth(UNMANAGED) {
        Some((end, _)) => format!("{field}: {} ...", &value[..end]),
        None => format!("{field}: {value}"),
    }
}

/// What an alias step means for those who talk to the agent.
fn consequence(step: &Step, plan: &Plan) -> String {
    let publishes = match &step.change {
        Change::Create => true,
        Change::Update(differences) => publishes(differences),
        _ => false,
    };
    let needs = |step: &Step, of: &dyn Fn(&Key) -> bool| step.resource.needs().iter().any(|need| of(&need.key));
    let is_candidate =
        plan.steps.iter().any(|other| other.key().kind == Kind::Alias && needs(other, &|key| *key == step.key()));
    let is_asked = needs(step, &|key| key.kind == Kind::Alias);
    match (step.key().kind, publishes, &step.change) {
        (Kind::Alias, true, _) if is_candidate => ": cut a version, to be asked".to_owned(),
        (Kind::Alias, true, Change::Create) if is_asked => ": if it answers, route the alias to it".to_owned(),
        (Kind::Alias, true, Change::Create) => ": cut a version, route the alias to it".to_owned(),
        (Kind::Alias, true, _) => {
            let version = Key::new(Kind::AgentVersion, step.key().name);
            let now = plan.known.identities.get(&version).map_or("no version", String::as_str);
            let first = if is_asked { "if it answers" } else { "cut a version" };
            format!(": {first}, move the alias to it from {now} (its id stays, Slack needs nothing)")
        }
        (Kind::Draft, ..) => ": prepare".to_owned(),
        (Kind::Function, _, Change::Update(_)) if step.resource.renews(differences(step)) => ": new version".to_owned(),
        _ => String::new(),
    }
}

fn differences(step: &Step) -> &[Difference] {
    match &step.change {
        Change::Update(differences) => differences,
        _ => &[],
    }
}

/// Whether what the alias's version is to hold is shown at the agent and the action groups already.
fn tells_itself(step: &Step, plan: &Plan) -> bool {
    // What a failed creation left is deleted without a change of what a version holds.
    let told = |other: &Step| match other.key().kind {
        Kind::Agent => other.change != Change::Delete,
        kind => kind == Kind::ActionGroup,
    };
    step.key().kind == Kind::Alias && plan.changes().any(told)
}
