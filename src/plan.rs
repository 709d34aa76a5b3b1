//! What is wanted against what is seen, and so what is to be done. Pure: no call is made from here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::aws::Site;
use crate::facts::{Change, Difference, Key, Known, Unmanaged, differences, shown, unmanaged_differences};
use crate::ownership::{ORIGIN_TAG, Owner};
use crate::resource::{Present, Resource, Seen};

/// What is there, by key.
pub type Snapshot = BTreeMap<Key, Seen>;

/// One resource with what is to be done to it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The resource.
    pub resource: Arc<dyn Resource>,
    /// What is done.
    pub change: Change,
    /// What is in it that the manifest does not name and that is preserved.
    pub unmanaged: Vec<Unmanaged>,
    /// The unmanaged values that differ between what is live and what would be published.
    pub unpublished: Vec<Difference>,
    /// What is worth knowing of it, though no deploy changes it.
    pub notes: Vec<String>,
}

impl Step {
    /// A step that knows of nothing unmanaged.
    pub fn new(resource: Arc<dyn Resource>, change: Change) -> Self {
        let (unmanaged, unpublished, notes) = Default::default();
        Self { resource, change, unmanaged, unpublished, notes }
    }

    /// The resource's key.
    pub fn key(&self) -> Key {
        self.resource.key()
    }
}

/// Every resource's change, needs before what needs them.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The steps, kept resources among them.
    pub steps: Vec<Step>,
    /// What is known before the first step.
    pub known: Known,
    /// The other origins that resources of this stack were deployed from.
    pub origins: BTreeSet<String>,
    /// What the user should know before it is carried out, a sentence each.
    pub warnings: Vec<String>,
}

impl Plan {
    /// The steps that do something.
    pub fn changes(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.change != Change::Keep)
    }

    /// The resource without whose creation nothing else may be changed, if this plan creates it.
    pub fn first(&self) -> Option<Key> {
        let creates = |step: &&Step| matches!(step.change, Change::Create | Change::Recreate { .. });
        self.steps.iter().filter(|step| step.resource.goes_first()).find(creates).map(Step::key)
    }

    /// Whether AWS matches the manifest already.
    pub fn is_empty(&self) -> bool {
        self.changes().next().is_none()
    }

    /// Whether this resource is left as it is.
    pub fn keeps(&self, key: &Key) -> bool {
        self.steps.iter().any(|step| step.key() == *key && step.change == Change::Keep)
    }

    /// The resources that can't be made to match, with the reasons.
    pub fn refusals(&self) -> Vec<(Key, String)> {
        let reason = |step: &Step| match &step.change {
            Change::Refuse(reason) => Some((step.key(), reason.clone())),
            _ => None,
        };
        self.steps.iter().filter_map(reason).collect()
    }
}

/// The plan that makes AWS match the stack. `accept_unmanaged` lets it publish unmanaged changes that it else refuses.
pub fn deploy(wanted: &[Arc<dyn Resource>], snapshot: &Snapshot, site: &Site, accept_unmanaged: bool) -> Plan {
    let mut known = identities(snapshot, site);
    let mut changed = BTreeSet::new();
    let mut steps: Vec<Step> = Vec::new();
    for resource in strays(snapshot).into_iter().chain(wanted.iter().cloned()) {
        let key = resource.key();
        let seen = snapshot.get(&key).unwrap_or(&Seen::Absent);
        let mut change = if wanted.iter().any(|resource| resource.key() == key) {
            converge(resource.as_ref(), seen, &known)
        } else {
            Change::Delete
        };
        if change == Change::Keep && resource.follows().iter().any(|key| changed.contains(key)) {
            change = Change::Update(Vec::new());
        }
        if change != Change::Keep && !only_tags(&change) {
            changed.insert(key.clone());
        }
        if change == Change::Delete {
            changed.extend(resource.looked_up_by());
        }
        let renewed = match &change {
            Change::Create | Change::Recreate { .. } => true,
            Change::Update(differences) => resource.renews(differences),
            Change::Keep | Change::Delete | Change::Refuse(_) => false,
        };
        if renewed {
            known.identities.remove(&key);
        }
        let unpublished = unpublished(snapshot, resource.as_ref());
        if let (Some(reason), false) = (resource.protects(&change, &unpublished), accept_unmanaged) {
            change = Change::Refuse(reason);
        }
        let unmanaged = unmanaged(snapshot, &key);
        let notes = seen.as_present().map(|present| present.notes.clone()).unwrap_or_default();
        steps.push(Step { resource, change, unmanaged, unpublished, notes });
    }
    rest(&mut steps);
    redo(&mut steps);
    Plan { steps, known, origins: BTreeSet::new(), warnings: warnings(wanted, snapshot) }
}

/// What is worth knowing of the resources that are there, whether they change or not.
fn warnings(wanted: &[Arc<dyn Resource>], snapshot: &Snapshot) -> Vec<String> {
    let seen = wanted.iter().filter_map(|resource| snapshot.get(&resource.key())?.as_present());
    seen.flat_map(|present| present.warnings.clone()).collect()
}

/// What is inside a resource of ours that the manifest does not name.
fn unmanaged(snapshot: &Snapshot, key: &Key) -> Vec<Unmanaged> {
    match snapshot.get(key).and_then(Seen::as_present) {
        Some(present) if present.owner == Owner::Ours => present.unmanaged.clone(),
        _ => Vec::new(),
    }
}

/// What would go live with the next version, though the manifest says nothing of it.
fn unpublished(snapshot: &Snapshot, resource: &dyn Resource) -> Vec<Difference> {
    let sources = resource.publishes();
    let Some(live) = snapshot.get(&resource.key()).and_then(Seen::as_present).filter(|_| !sources.is_empty()) else {
        return Vec::new();
    };
    let next: Vec<Unmanaged> = sources.iter().flat_map(|key| unmanaged(snapshot, key)).collect();
    unmanaged_differences(&live.live, &next)
}

/// Whether nothing but tags changes: what follows the resource need not follow that.
fn only_tags(change: &Change) -> bool {
    let is_tag = |difference: &Difference| difference.field.starts_with("tags");
    matches!(change, Change::Update(differences) if !differences.is_empty() && differences.iter().all(is_tag))
}

/// What only serves something that is kept is kept with it.
fn rest(steps: &mut [Step]) {
    let kept = steps.iter().filter(|step| step.change == Change::Keep).map(Step::key);
    let kept: BTreeSet<Key> = kept.collect();
    for step in steps.iter_mut().filter(|step| step.resource.serves().is_some_and(|served| kept.contains(&served))) {
        step.change = Change::Keep;
    }
}

fn redo(steps: &mut [Step]) {
    let redone: BTreeSet<Key> = steps.iter().filter_map(|step| step.resource.redoes(&step.change)).collect();
    for step in steps.iter_mut().filter(|step| step.change == Change::Keep && redone.contains(&step.key())) {
        step.change = Change::Update(Vec::new());
    }
}

/// The plan that leaves nothing of the stack. What goes with its parent (an action group with its agent) has no step.
/// What can't be deleted keeps all that it stands on, and all that is in it: half of it would be of no use to anybody.
pub fn destroy(
    standing: &[Arc<dyn Resource>],
    snapshot: &Snapshot,
    obstacles: &BTreeMap<Key, String>,
    site: &Site,
) -> Plan {
    let known = identities(snapshot, site);
    let step = |resource: &Arc<dyn Resource>| {
        let key = resource.key();
        let change = match (snapshot.get(&key), obstacles.get(&key)) {
            (None | Some(Seen::Absent | Seen::Unusable { .. }), _) => Change::Keep,
            (Some(_), Some(obstacle)) => Change::Refuse(obstacle.clone()),
            (Some(Seen::Present(present)), None) => {
                refusal(resource.as_ref(), present, &known).map_or(Change::Delete, Change::Refuse)
            }
            (Some(Seen::Broken { .. }), None) => Change::Delete,
        };
        Step::new(resource.clone(), change)
    };
    let mut steps: Vec<Step> = standing.iter().map(step).collect();
    while let Some((place, reason)) = steps.iter().enumerate().find_map(|(place, step)| held(place, step, &steps)) {
        steps[place].change = Change::Refuse(reason);
    }
    Plan { steps, known, origins: BTreeSet::new(), warnings: Vec::new() }
}

/// Why a step that would delete must not: something that stays stands on it, or it is in something that stays.
fn held(place: usize, step: &Step, steps: &[Step]) -> Option<(usize, String)> {
    if step.change != Change::Delete {
        return None;
    }
    let key = step.key();
    let holds = |other: &&Step| {
        let stays = matches!(other.change, Change::Refuse(_));
        stays && (other.resource.stands_on().contains(&key) || step.resource.looked_up_by().contains(&other.key()))
    };
    let holder = steps.iter().find(holds)?;
    Some((place, format!("it stays with the {}", holder.key())))
}

/// What one resource needs to match, given what is known of the others.
pub fn converge(resource: &dyn Resource, seen: &Seen, known: &Known) -> Change {
    let present = match seen {
        Seen::Absent => return resource.absent(),
        Seen::Broken { reason, identity } => {
            return Change::Recreate { reason: reason.clone(), identity: identity.clone() };
        }
        Seen::Unusable { reason, .. } => return Change::Refuse(reason.clone()),
        Seen::Present(present) => present,
    };
    if let Some(reason) = refusal(resource, present, known) {
        return Change::Refuse(reason);
    }
    let differences = differences(&resource.wanted(known), &present.facts);
    let fixed = differences.iter().find(|difference| resource.fixed().contains(&difference.field.as_str()));
    match fixed {
        Some(Difference { field, seen, wanted }) => Change::Refuse(format!(
            "its {field} is {} and AWS can't change that to {}; delete it by hand, or use another name in the manifest",
            shown(seen.as_ref()),
            shown(wanted.as_ref()),
        )),
        None if differences.is_empty() => Change::Keep,
        None => Change::Update(differences),
    }
}

/// Why a resource that exists is not this stack's to change, with the ways out.
fn refusal(resource: &dyn Resource, present: &Present, known: &Known) -> Option<String> {
    let field = resource.named_by();
    match &present.owner {
        Owner::Ours | Owner::Given => None,
        Owner::Nobody => {
            let tag = resource.tagged_by(known, &present.identity).map(|command| {
                format!(
                    ". If it belongs to this stack (its tag was lost, or another tool made it), this command hands it over: {command}"
                )
            });
            Some(format!(
                "it exists and carries no tag bedrock-ops:stack; it is left untouched. Choose another `{field}` in the \
                 manifest, or delete it by hand if nobody needs it{}",
                tag.unwrap_or_default()
            ))
        }
        Owner::Stack(name) => Some(format!(
            "it belongs to the stack `{name}` (tag bedrock-ops:stack); it is left untouched. Choose another `{field}` in \
             the manifest, or set `name: {name}` if this is that stack's manifest"
        )),
    }
}

/// The origins, other than this one, that resources of the stack carry. Where either side has none, nothing is compared.
pub fn other_origins(snapshot: &Snapshot, origin: Option<&str>) -> BTreeSet<String> {
    let Some(origin) = origin else { return BTreeSet::new() };
    let of = |seen: &Seen| match seen {
        Seen::Present(present) if present.owner == Owner::Ours => {
            present.facts["tags"][ORIGIN_TAG].as_str().map(str::to_owned)
        }
        _ => None,
    };
    snapshot.values().filter_map(of).filter(|other| other != origin).collect()
}

/// What is known of a snapshot.
pub fn identities(snapshot: &Snapshot, site: &Site) -> Known {
    let mut identities: BTreeMap<Key, String> = BTreeMap::new();
    for (key, seen) in snapshot {
        identities.extend(seen.identity().map(|identity| (key.clone(), identity.to_owned())));
        if let Seen::Present(present) = seen {
            identities.extend(present.leads_to.clone());
        }
    }
    Known { site: site.clone(), identities }
}

fn strays(snapshot: &Snapshot) -> Vec<Arc<dyn Resource>> {
    let of = |seen: &Seen| match seen {
        Seen::Present(present) if present.owner == Owner::Ours => present.strays.clone(),
        _ => Vec::new(),
    };
    snapshot.values().flat_map(of).collect()
}
