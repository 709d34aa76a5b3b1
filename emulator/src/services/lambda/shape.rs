//! Functions and versions as Lambda shows them: `FunctionConfiguration`.

use serde_json::{Value, json};

use super::function::{Function, LATEST, Settings};
use super::idle::Activity;
use super::name::FunctionName;
use super::passage::{Passage, Standing};
use crate::calendar::iso_millis;
use crate::call::Call;
use crate::clock::{Millis, Timing};

const BEING_CREATED: &str = "The function is being created.";

/// How the versions of one function are shown.
pub(super) struct Shape<'f> {
    function: &'f Function,
    name: &'f str,
    /// The ARN without a qualifier.
    arn: String,
    now: Millis,
    timing: &'f Timing,
}

impl<'f> Shape<'f> {
    pub(super) fn new<'c: 'f>(call: &Call<'c>, name: &'f str, function: &'f Function) -> Self {
        let bare = FunctionName { region: None, account: None, name, qualifier: None };
        Self { function, name, arn: bare.arn(call), now: call.now, timing: call.timing }
    }

    /// `$LATEST`, under the ARN without a qualifier.
    pub(super) fn latest(&self) -> Value {
        let Function { latest, revision, modified_at, .. } = self.function;
        let mut shown = self.settings(latest, "$LATEST", revision, *modified_at);
        self.put_state(&mut shown, &self.function.creation, LATEST);
        self.put_update(&mut shown);
        shown
    }

    /// A published version, under its own ARN.
    pub(super) fn version(&self, number: u64) -> Option<Value> {
        let version = self.function.versions.get(&number)?;
        let number = number.to_string();
        let mut shown = self.settings(&version.settings, &number, &version.revision, version.modified_at);
        shown["FunctionArn"] = format!("{}:{number}", self.arn).into();
        if let Some(description) = &version.description {
            shown["Description"] = description.as_str().into();
        }
        self.put_state(&mut shown, &version.creation, &number);
        put_status(&mut shown, "LastUpdateStatus", version.creation.standing(self.now), ["InProgress", "Successful"]);
        self.put_restoration(&mut shown, &number);
        Some(shown)
    }

    /// What the qualifier names, `$LATEST` too under an ARN that says so.
    pub(super) fn qualified(&self, qualifier: Option<&str>) -> Option<Value> {
        match qualifier {
            None => Some(self.latest()),
            Some("$LATEST") => {
                let mut shown = self.latest();
                shown["FunctionArn"] = format!("{}:$LATEST", self.arn).into();
                Some(shown)
            }
            Some(qualifier) => self.version(self.function.number(qualifier)?),
        }
    }

    fn settings(&self, settings: &Settings, version: &str, revision: &str, modified_at: Millis) -> Value {
        let configuration = &settings.configuration;
        let mut shown = json!({
            "FunctionName": self.name,
            "FunctionArn": self.arn,
            "Role": configuration.role,
            "CodeSize": 0,
            "Description": configuration.description,
            "Timeout": configuration.timeout,
            "MemorySize": configuration.memory,
            "LastModified": format!("{}+0000", iso_millis(modified_at).trim_end_matches('Z')),
            "CodeSha256": settings.image.code_sha256(),
            "Version": version,
            "TracingConfig": { "Mode": configuration.tracing },
            "RevisionId": revision,
            "PackageType": "Image",
            "Architectures": [settings.architecture],
            "EphemeralStorage": { "Size": configuration.storage },
            "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
            "LoggingConfig": configuration.logging,
        });
        if let Some(variables) = &configuration.environment {
            shown["Environment"] = json!({ "Variables": variables });
        }
        if let Some(config) = &configuration.image_config {
            shown["ImageConfigResponse"] = json!({ "ImageConfig": config });
        }
        shown
    }

    fn put_state(&self, shown: &mut Value, creation: &Passage, qualifier: &str) {
        let standing = creation.standing(self.now);
        let broken = self.function.broken.as_ref().filter(|_| qualifier == LATEST);
        match (broken, self.function.activity(qualifier, self.now, self.timing)) {
            _ if self.function.deleting_until.is_some() => shown["State"] = "Deleting".into(),
            (Some(broken), _) => put_status(shown, "State", Standing::Failed(&broken.failure), ["Pending", "Active"]),
            (None, Activity::Inactive(_)) if standing == Standing::Done => {
                put(shown, "State", "Inactive", "The function is idle.", "Idle");
            }
            (None, Activity::Restoring) if standing == Standing::Done => {
                put(shown, "State", "Pending", "The function is being restored.", "Restoring");
            }
            _ => put_status(shown, "State", standing, ["Pending", "Active"]),
        }
    }

    /// What became of the last attempt to restore a version, which Lambda shows as an update.
    fn put_restoration(&self, shown: &mut Value, qualifier: &str) {
        if let Activity::Inactive(Some(failure)) = self.function.activity(qualifier, self.now, self.timing) {
            put(shown, "LastUpdateStatus", "Failed", &failure.reason, &failure.code);
        }
    }

    fn put_update(&self, shown: &mut Value) {
        let standing = match (&self.function.update, self.function.creation.standing(self.now)) {
            (Some(update), Standing::Done) => update.standing(self.now),
            (_, creation) => creation,
        };
        put_status(shown, "LastUpdateStatus", standing, ["InProgress", "Successful"]);
        if self.function.update.is_some() && standing == Standing::Underway {
            // Of an update Lambda gives no reason while it lasts.
            if let Some(shown) = shown.as_object_mut() {
                shown.shift_remove("LastUpdateStatusReason");
                shown.shift_remove("LastUpdateStatusReasonCode");
            }
        }
        self.put_restoration(shown, LATEST);
    }
}

/// Writes a status, and its reason where there is one, under `member`; `names` are those of the two good standings.
fn put_status(shown: &mut Value, member: &str, standing: Standing<'_>, names: [&str; 2]) {
    let (status, reason) = match standing {
        Standing::Underway => (names[0], Some((BEING_CREATED, "Creating"))),
        Standing::Done => (names[1], None),
        Standing::Failed(failure) => ("Failed", Some((failure.reason.as_str(), failure.code.as_str()))),
    };
    shown[member] = status.into();
    if let Some((reason, code)) = reason {
        shown[format!("{member}Reason")] = reason.into();
        shown[format!("{member}ReasonCode")] = code.into();
    }
}

/// Writes a status with its reason.
fn put(shown: &mut Value, member: &str, status: &str, reason: &str, code: &str) {
    shown[member] = status.into();
    shown[format!("{member}Reason")] = reason.into();
    shown[format!("{member}ReasonCode")] = code.into();
}

/// Takes out what Lambda shows of one function but not in lists.
pub(super) fn for_list(shown: Value) -> Value {
    without(shown, &["State", "LastUpdateStatus"])
}

/// Takes out `LastUpdateStatus`, which the answer to `CreateFunction` lacks.
pub(super) fn for_creation(shown: Value) -> Value {
    without(shown, &["LastUpdateStatus"])
}

/// Takes out the members that begin with one of these.
fn without(mut shown: Value, beginnings: &[&str]) -> Value {
    if let Some(members) = shown.as_object_mut() {
        members.retain(|name, _| !beginnings.iter().any(|beginning| name.starts_with(beginning)));
    }
    shown
}
