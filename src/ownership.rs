//! Whose a thing is: the tags that every taggable thing of a stack carries.

use std::collections::BTreeMap;

/// The tag that says to which stack a thing belongs.
pub const STACK_TAG: &str = "bedrock-ops:stack";

/// The tag that says which manifest, in which repository, the stack was deployed from.
pub const ORIGIN_TAG: &str = "bedrock-ops:origin";

/// Whose a thing is, told by its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// It carries this stack's tag, or belongs to something that does.
    Ours,
    /// The manifest names it, but it is not a stack's to change (a Pinpoint application, a ready image).
    Given,
    /// It carries no stack's tag: somebody made it by hand or with another tool.
    Nobody,
    /// It carries another stack's tag.
    Stack(String),
}

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// The stack's name and the tags that its things carry.
#[derive(Debug, Clone)]
pub struct Ownership {
    tags: Tags,
}

impl Ownership {
    /// The ownership of the named stack, with the manifest's own tags and, where it is known, its origin.
    pub fn new(stack: &str, tags: &Tags, origin: Option<&str>) -> Self {
        let mut tags = tags.clone();
        tags.insert(STACK_TAG.to_owned(), stack.to_owned());
        tags.extend(origin.map(|origin| (ORIGIN_TAG.to_owned(), origin.to_owned())));
        Self { tags }
    }

    /// The same with one more tag, which says what a thing is for.
    #[must_use]
    pub fn with(&self, key: &str, value: &str) -> Self {
        let mut tags = self.tags.clone();
        tags.insert(key.to_owned(), value.to_owned());
        Self { tags }
    }

    /// The stack's tag as most commands of the AWS CLI take it: `bedrock-ops:stack=NAME`.
    pub fn tag(&self) -> String {
        format!("{STACK_TAG}={}", self.stack())
    }

    /// The stack's tag in the CLI's shorthand for lists of tags.
    pub fn tag_item(&self) -> String {
        format!("Key={STACK_TAG},Value={}", self.stack())
    }

    fn stack(&self) -> &str {
        self.tags.get(STACK_TAG).map_or("", String::as_str)
    }

    /// Every tag that is wanted.
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// Whose a thing with these tags is.
    pub fn owner(&self, seen: &Tags) -> Owner {
        match seen.get(STACK_TAG) {
            None => Owner::Nobody,
            Some(stack) if self.tags.get(STACK_TAG) == Some(stack) => Owner::Ours,
            Some(stack) => Owner::Stack(stack.clone()),
        }
    }

    /// The seen tags that we say something of. Others (cost allocation, an organisation's policy) are left alone.
    pub fn of_ours(&self, seen: &Tags) -> Tags {
        let ours = |(key, _): &(&String, &String)| self.tags.contains_key(*key);
        seen.iter().filter(ours).map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}
