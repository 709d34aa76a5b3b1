//! Plans and reports for programs. The form is documented in docs/json.md and carries its version: members may be added
//! within a version, never changed or removed.

use serde_json::{Value, json};

use crate::aws::Site;
use crate::facts::{Change, Difference, Unmanaged};
use crate::plan::{Plan, Step};
use crate::report::{Outcome, Report, created, hidden};

/// The version of the form.
const FORMAT: u32 = 1;

/// A plan.
pub fn plan(stack: &str, site: &Site, plan: &Plan) -> Value {
    let steps: Vec<Value> = plan.steps.iter().map(|step| planned(step, plan)).collect();
    document(stack, site, plan, &steps)
}

fn planned(step: &Step, plan: &Plan) -> Value {
    let mut value = self::step(step);
    if let Some(wanted) = created::wanted(step, plan) {
        value["wanted"] = wanted;
    }
    value
}

/// A report: the plan's steps with their outcomes.
pub fn report(stack: &str, site: &Site, plan: &Plan, report: &Report) -> Value {
    let steps: Vec<Value> = report.outcomes.iter().map(|(planned, outcome)| ended(planned, outcome)).collect();
    document(stack, site, plan, &steps)
}

fn document(stack: &str, site: &Site, plan: &Plan, steps: &[Value]) -> Value {
    let mut document = json!({
        "format": FORMAT,
        "stack": stack,
        "account": site.account,
        "region": site.region,
        "steps": steps,
        "summary": summary(plan),
    });
    if !plan.origins.is_empty() {
        document["origins"] = json!(plan.origins);
    }
    if !plan.warnings.is_empty() {
        document["warnings"] = json!(plan.warnings);
    }
    document
}

fn ended(planned: &Step, outcome: &Outcome) -> Value {
    let mut value = step(planned);
    value["outcome"] = match outcome {
        Outcome::Kept => "kept".into(),
        Outcome::Done => "done".into(),
        Outcome::Spared(_) => "spared".into(),
        Outcome::Failed(_) => "failed".into(),
        Outcome::Abandoned => "begun".into(),
        Outcome::Left => "left".into(),
    };
    match outcome {
        Outcome::Spared(reason) => value["reason"] = reason.as_str().into(),
        Outcome::Failed(error) => value["error"] = format!("{error:#}").into(),
        Outcome::Kept | Outcome::Done | Outcome::Abandoned | Outcome::Left => {}
    }
    value
}

fn summary(plan: &Plan) -> Value {
    let count = |word: &str| plan.steps.iter().filter(|step| step.change.word() == word).count();
    json!({
        "keep": count("keep"),
        "create": count("create") + count("recreate"),
        "update": count("update"),
        "delete": count("delete"),
        "refuse": count("refuse"),
    })
}

fn step(step: &Step) -> Value {
    let key = step.key();
    let mut value = json!({"kind": key.kind, "name": key.name, "change": step.change.word()});
    match &step.change {
        Change::Update(differences) => value["differences"] = differences.iter().map(difference).collect(),
        Change::Recreate { reason, .. } | Change::Refuse(reason) => value["reason"] = reason.as_str().into(),
        Change::Keep | Change::Create | Change::Delete => {}
    }
    if !step.unmanaged.is_empty() {
        value["unmanaged"] = unmanaged(&step.unmanaged);
    }
    if !step.notes.is_empty() {
        value["notes"] = json!(step.notes);
    }
    if !step.unpublished.is_empty() {
        value["unpublished"] = step.unpublished.iter().map(unpublished).collect();
    }
    let why = step.resource.why(&step.change);
    if step.change != Change::Keep && !why.is_empty() {
        value["why"] = json!(why);
    }
    value
}

/// What is there that the manifest does not name.
pub fn unmanaged(unmanaged: &[Unmanaged]) -> Value {
    let member = |Unmanaged { field, value, removal, .. }: &Unmanaged| {
        let mut member = json!({"field": field, "value": value});
        if let Some(removal) = removal {
            member["removal"] = removal.as_str().into();
        }
        member
    };
    unmanaged.iter().map(member).collect()
}

fn unpublished(difference: &Difference) -> Value {
    let Difference { field, seen, wanted } = difference;
    json!({"field": field, "live": seen, "draft": wanted})
}

fn difference(difference: &Difference) -> Value {
    if hidden(&difference.field) {
        return json!({"field": difference.field, "hidden": true});
    }
    json!({"field": difference.field, "seen": difference.seen, "wanted": difference.wanted})
}
