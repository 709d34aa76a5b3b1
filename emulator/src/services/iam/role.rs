//! A role as the account holds it, and documents that others see a while later than they were written.

use std::collections::BTreeMap;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::calendar::iso_seconds;
use crate::clock::Millis;
use crate::xml::element;

/// One role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Role {
    pub(super) name: String,
    pub(super) path: String,
    /// `AROA…`.
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) created: Millis,
    pub(super) trust: Written,
    pub(super) description: Option<String>,
    /// Seconds.
    pub(super) max_session: u64,
    /// The ARN of a policy.
    pub(super) boundary: Option<String>,
    pub(super) tags: Vec<(String, String)>,
    /// By name.
    pub(super) inline: BTreeMap<String, Written>,
    /// ARNs, in the order of attaching.
    pub(super) attached: Vec<String>,
}

/// A policy document: the writer sees it at once, the services a while later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) document: String,
    at: Millis,
    /// What the services go on seeing until then; none if there was no document.
    before: Option<String>,
}

impl Written {
    pub(super) fn new(document: String, at: Millis) -> Self {
        Self { document, at, before: None }
    }

    /// Overwrites the document. The same text again changes nothing, so nothing has to spread.
    pub(super) fn rewrite(&mut self, document: String, at: Millis, delay: Duration) {
        if document != self.document {
            self.before = self.visible(at, delay).map(str::to_owned);
            self.document = document;
            self.at = at;
        }
    }

    /// What the services see of it now.
    pub(super) fn visible(&self, now: Millis, delay: Duration) -> Option<&str> {
        if now >= later(self.at, delay) { Some(&self.document) } else { self.before.as_deref() }
    }
}

/// A moment, and a while after it.
pub(super) fn later(at: Millis, delay: Duration) -> Millis {
    at + u64::try_from(delay.as_millis()).unwrap_or(u64::MAX / 2)
}

impl Role {
    /// The members of AWS's `Role`, without those that only some answers carry.
    pub(super) fn xml(&self) -> String {
        self.xml_created() + &element("MaxSessionDuration", &self.max_session.to_string())
    }

    /// The members that `CreateRole` answers: those without the length of sessions.
    pub(super) fn xml_created(&self) -> String {
        [
            element("Path", &self.path),
            element("RoleName", &self.name),
            element("RoleId", &self.id),
            element("Arn", &self.arn),
            element("CreateDate", &iso_seconds(self.created)),
            element("AssumeRolePolicyDocument", &url_encoded(&self.trust.document)),
            self.description.as_ref().map(|text| element("Description", text)).unwrap_or_default(),
        ]
        .concat()
    }

    /// The permissions boundary and the tags, if there are any.
    pub(super) fn xml_details(&self) -> String {
        let boundary = self.boundary.as_ref().map(|arn| {
            let kind = element("PermissionsBoundaryType", "Policy");
            format!("<PermissionsBoundary>{kind}{}</PermissionsBoundary>", element("PermissionsBoundaryArn", arn))
        });
        let members: Vec<String> = self.xml_tags().iter().map(|tag| format!("<member>{tag}</member>")).collect();
        let tags = (!members.is_empty()).then(|| format!("<Tags>{}</Tags>", members.concat()));
        [boundary, tags].into_iter().flatten().collect()
    }

    /// Its tags, each as the content of an element.
    pub(super) fn xml_tags(&self) -> Vec<String> {
        let tag = |(key, value): &(String, String)| element("Key", key) + &element("Value", value);
        self.tags.iter().map(tag).collect()
    }
}

/// A document as IAM answers it: encoded after RFC 3986.
pub(super) fn url_encoded(document: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(document, ENCODED).to_string()
}
