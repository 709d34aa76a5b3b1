//! `tags:` — tags for everything in the stack that can have them.

use std::collections::BTreeMap;

use super::field::Field;
use crate::name::{TagKey, TagValue};

/// Reads `tags`: each key and value within the rules of the strictest service.
pub(super) fn read(field: &Field<'_>) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for member in field.members() {
        let key = member.key_as::<TagKey>();
        let value = member.name::<TagValue>();
        if let (Some(key), Some(value)) = (key, value) {
            tags.insert(key.to_string(), value.to_string());
        }
    }
    tags
}
