//! Turns YAML into a tree in which every key and value knows its place; duplicates and odd YAML are noted on the way.

use std::collections::HashMap;

use serde_yaml::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle, Tag, options};

use super::findings::{Findings, Place};
use super::syntax;
use super::vocabulary::is_field;

/// Values that YAML aliases may add in all: far above any manifest, far below what a bomb of aliases needs to hurt.
const ALIASED_VALUES: usize = 10_000;

/// A value of the manifest and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) place: Place,
    /// The last line that it reaches.
    pub(super) last: usize,
}

/// What stands in the manifest. Scalars keep their text: `1.10` and `007` are what the user wrote, and only a field
/// that asks for a number reads one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// A scalar; `plain` when without quotes, so that it may also be read as a number or a truth value.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// Something already complained about: readers keep silent.
    Broken,
}

/// A key and its value in a map.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) key: Place,
    pub(super) name: String,
    pub(super) node: Node,
}

impl Node {
    /// How many values the tree holds, itself included.
    fn size(&self) -> usize {
        1 + match &self.value {
            Value::List(items) => items.iter().map(Self::size).sum::<usize>(),
            Value::Map(entries) => entries.iter().map(|entry| entry.node.size()).sum(),
            Value::Null | Value::Scalar { .. } | Value::Broken => 0,
        }
    }
}

/// Reads the one document of a manifest. `None` after a syntax error or without a document, both noted.
pub(super) fn read(source: &str, findings: &Findings<'_>) -> Option<Node> {
    let options = options! { emit_comments: false, emit_unresolved_aliases: true };
    let parser = Parser::new_from_str_with_options(source, options);
    let mut reader = Reader { parser, source, findings, anchors: HashMap::new(), aliased: 0 };
    match reader.document() {
        Ok(node) => node,
        Err(error) => {
            syntax::note(&error, source, findings);
            None
        }
    }
}

struct Reader<'s, 'f> {
    parser: Parser<'s, StrInput<'s>>,
    source: &'s str,
    findings: &'f Findings<'s>,
    anchors: HashMap<usize, Node>,
    aliased: usize,
}

impl<'s> Reader<'s, '_> {
    fn document(&mut self) -> Result<Option<Node>, ScanError> {
        let mut root = None;
        while let Some((event, span)) = self.parser.next().transpose()? {
            match event {
                Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_none() => {}
                Event::DocumentStart(..) => {
                    let place = self.place(span);
                    self.findings.error(&place, "a second YAML document begins here", "keep one agent to a file");
                    return Ok(root);
                }
                event => root = Some(self.node(event, span)?),
            }
        }
        if root.is_none() {
            let cure = "`bedrock-ops init` writes a first manifest";
            self.findings.error(&Place::start(), "the manifest is empty", cure);
        }
        Ok(root)
    }

    /// The value that begins with `event`.
    fn node(&mut self, event: Event<'s>, span: Span) -> Result<Node, ScanError> {
        let place = self.place(span);
        let mut last = last_line(span);
        let (value, anchor, tag) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.as_ref().is_none_or(|tag| !is_text(tag));
                (scalar(text.into_owned(), plain), anchor, tag)
            }
            Event::SequenceStart(style, anchor, tag) => {
                let (items, end) = self.items()?;
                last = end_of(style, end, items.iter().map(|item| item.last).max(), last);
                (Value::List(items), anchor, tag)
            }
            Event::MappingStart(style, anchor, tag) => {
                let (entries, end) = self.entries()?;
                last = end_of(style, end, entries.iter().map(|entry| entry.node.last).max(), last);
                return Ok(self.finished(map_at(style, place, entries, last), anchor, tag.as_deref(), span));
            }
            Event::Alias(anchor) => return Ok(self.aliased(anchor, place)),
            Event::UnresolvedAlias(_) => {
                // Its name is not said: a secret that begins with a star is read as an alias, too.
                let cure = "put the text in quotes; or, if an alias is meant, define its anchor above with `&`";
                self.findings.error(
                    &place,
                    "an unquoted text that begins with `*` is a YAML alias, and this one refers to nothing",
                    cure,
                );
                (Value::Broken, 0, None)
            }
            _ => (Value::Broken, 0, None),
        };
        Ok(self.finished(Node { value, place, last }, anchor, tag.as_deref(), span))
    }

    /// The items of a list, and the line of its end.
    fn items(&mut self) -> Result<(Vec<Node>, usize), ScanError> {
        let (mut items, mut end) = (Vec::new(), 0);
        while let Some((event, span)) = self.parser.next().transpose()? {
            if event == Event::SequenceEnd {
                end = span.end.line();
                break;
            }
            items.push(self.node(event, span)?);
        }
        Ok((items, end))
    }

    /// The entries of a map, and the line of its end.
    fn entries(&mut self) -> Result<(Vec<Entry>, usize), ScanError> {
        let (mut entries, mut end): (Vec<Entry>, usize) = (Vec::new(), 0);
        while let Some((event, span)) = self.parser.next().transpose()? {
            if event == Event::MappingEnd {
                end = span.end.line();
                break;
            }
            let key = self.node(event, span)?;
            let Some((event, span)) = self.parser.next().transpose()? else { break };
            let node = self.node(event, span)?;
            if let Some(entry) = self.entry(key, node, &entries) {
                entries.push(entry);
            }
        }
        Ok((entries, end))
    }

    /// The entry of a key and its value, unless the key is none, or is already there.
    fn entry(&self, key: Node, node: Node, before: &[Entry]) -> Option<Entry> {
        let Value::Scalar { text: name, .. } = key.value else {
            if key.value != Value::Broken {
                self.findings.error(&key.place, "a key must be text", "put text before the `:`, in quotes if need be");
            }
            return None;
        };
        let key = key.place;
        if key.text == "<<" {
            let cure = "write the fields out; `field: *name` repeats a whole value";
            self.findings.hide_behind(&key, node.last);
            self.findings.error(&key, "YAML merge keys (`<<`) are not part of a manifest", cure);
            return None;
        }
        if let Some(first) = before.iter().find(|entry| entry.name == name) {
            if !is_field(&name) {
                self.findings.hide_behind(&key, node.last);
            }
            let what = format!("`{name}` is given twice, first on line {}", first.key.line);
            self.findings.error(&key, what, "keep one of the two");
            return None;
        }
        Some(Entry { key, name, node })
    }

    /// A copy of the value that the alias names, where it was defined: that is where the text to mend stands.
    fn aliased(&mut self, anchor: usize, place: Place) -> Node {
        let last = place.line;
        let Some(node) = self.anchors.get(&anchor) else {
            self.findings.error(
                &place,
                format!("`{}` is part of what it refers to", place.text),
                "write the value out",
            );
            return Node { value: Value::Broken, place, last };
        };
        self.aliased += node.size();
        if self.aliased > ALIASED_VALUES {
            let what = format!("aliases repeat more than {ALIASED_VALUES} values");
            self.findings.error(&place, what, "write the values out");
            return Node { value: Value::Broken, place, last };
        }
        node.clone()
    }

    /// A value read to its end: remembered if it has an anchor, refused if it has a tag of somebody else's.
    fn finished(&mut self, mut node: Node, anchor: usize, tag: Option<&Tag>, span: Span) -> Node {
        if tag.is_some_and(|tag| !tag.is_yaml_core_schema()) {
            let place = self.place(span.tag_span().unwrap_or(span));
            let what = format!("the tag `{}` means nothing in a manifest", place.text);
            self.findings.error(&place, what, "remove it; quotes make a text that begins with `!`");
            node.value = Value::Broken;
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        node
    }

    fn place(&self, span: Span) -> Place {
        let text = span.slice(self.source).and_then(|text| text.lines().next()).unwrap_or_default();
        Place { line: span.start.line(), column: span.start.col() + 1, text: text.trim_end().to_owned() }
    }
}

/// The last line of a scalar: a text in block style ends at the beginning of the line below.
fn last_line(span: Span) -> usize {
    let (start, end) = (span.start.line(), span.end.line());
    if span.end.col() == 0 && end > start { end - 1 } else { end }
}

/// The last line of a list or map: its bracket's, or that of its last part.
fn end_of(style: StructureStyle, end: usize, parts: Option<usize>, start: usize) -> usize {
    let end = if style == StructureStyle::Block { start } else { end };
    end.max(parts.unwrap_or(start))
}

/// A map stands where its first key stands, if it is written in block style; `{` marks the others.
fn map_at(style: StructureStyle, place: Place, entries: Vec<Entry>, last: usize) -> Node {
    let place = match entries.first() {
        Some(first) if style == StructureStyle::Block => first.key.clone(),
        _ => place,
    };
    Node { value: Value::Map(entries), place, last }
}

/// YAML 1.2's ways to write nothing.
fn scalar(text: String, plain: bool) -> Value {
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" if plain => Value::Null,
        _ => Value::Scalar { text, plain },
    }
}

/// Whether the tag is `!!str`, which makes text of anything.
fn is_text(tag: &Tag) -> bool {
    tag.is_yaml_core_schema_tag("str")
}
