//! docs/manifest.md names every field there is, and its examples are manifests.

use std::collections::BTreeSet;
use std::path::Path;

use bedrock_ops::manifest::{self, Problem};

use crate::page;
use crate::sample::Sample;

/// A manifest in which every map holds a field that does not exist. The complaint about it names those that do.
const EVERYTHING_WRONG: &str = "
zzzzzz: 1
agent: {zzzzzz: 1, instruction: {zzzzzz: 1}, alias: {zzzzzz: 1}}
lambda: {zzzzzz: 1, permissions: [{zzzzzz: 1}]}
pinpoint: {zzzzzz: 1}
action_groups: [{zzzzzz: 1, functions: [{zzzzzz: 1, parameters: {NAME: {zzzzzz: 1}}}]}]
smoke: {zzzzzz: 1}
connector: {zzzzzz: 1}
";

/// How many maps of known fields a manifest has.
const MAPS: usize = 12;

/// The fields that a complaint about an unknown one names, with their way from the root.
fn known(problem: &Problem) -> Vec<String> {
    let owner = page::code(&problem.what).next().filter(|owner| *owner != "zzzzzz");
    let owner = owner.map(|owner| format!("{}.", owner.replace("[0]", "[]"))).unwrap_or_default();
    page::code(&problem.cure).map(|field| format!("{owner}{field}")).collect()
}

#[test]
fn every_field_is_on_the_page_and_no_other() {
    let refused = manifest::parse(EVERYTHING_WRONG, Path::new("agent.yaml")).expect_err("it is all wrong");
    let unknown = |problem: &&Problem| problem.what.ends_with("has no field `zzzzzz`");
    let complaints: Vec<&Problem> = refused.problems.iter().filter(unknown).collect();
    assert_eq!(complaints.len(), MAPS, "{refused}");
    let known: BTreeSet<String> = complaints.into_iter().flat_map(known).collect();
    let page = page::read("manifest");
    let first = |row: Vec<&str>| row[0].strip_prefix('`')?.strip_suffix('`').map(str::to_owned);
    let named: BTreeSet<String> = page::rows(&page).into_iter().filter_map(first).collect();
    assert_eq!(named, known, "left: on the page; right: known");
}

#[test]
fn the_examples_are_manifests_without_a_warning() {
    let sample = Sample::new();
    for text in page::blocks(&page::read("manifest"), "yaml") {
        let loaded = manifest::parse(text, &sample.path()).unwrap_or_else(|refused| panic!("{refused}"));
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    }
}
