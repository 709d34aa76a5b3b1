//! Lambda: functions that run container images, their versions, policies and tags, and the states they pass through.

mod aliases;
mod answers;
mod concurrency;
mod configuration;
mod create;
mod delete;
mod environment;
mod function;
pub(crate) mod idle;
mod image;
pub(crate) mod invokable;
mod invoke;
mod layers;
mod name;
mod passage;
mod permissions;
mod reading;
pub(crate) mod run;
mod shape;
mod tags;
mod update;
mod versions;

use std::collections::BTreeMap;

use http::Method;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Reply};
use crate::clock::Millis;
use crate::refusal::Refusal;
use function::{Broken, Function};
use passage::Failure;

/// The functions of one region.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    functions: BTreeMap<String, Function>,
}

impl State {
    /// One line for each thing that is there.
    pub(crate) fn inventory(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, function) in &self.functions {
            lines.push(format!("lambda function {name}"));
            lines.extend(function.versions.keys().map(|number| format!("lambda version {name}:{number}")));
            for (qualifier, statements) in &function.policies {
                let resource = if qualifier.is_empty() { name.clone() } else { format!("{name}:{qualifier}") };
                lines.extend(
                    statements.iter().map(|statement| format!("lambda permission {resource} {}", statement.id)),
                );
            }
        }
        lines.sort();
        lines
    }

    /// Makes `$LATEST` of a function fail.
    pub(crate) fn break_function(&mut self, name: &str, reason: &str, heals: bool) {
        if let Some(function) = self.functions.get_mut(name) {
            let failure = Failure { code: "InternalError".to_owned(), reason: reason.to_owned() };
            function.broken = Some(Broken { failure, heals });
        }
    }

    /// The digests of the images that the functions run.
    pub(crate) fn images(&self) -> impl Iterator<Item = &str> {
        self.functions.values().flat_map(Function::images)
    }

    /// Forgets the functions whose deletion has ended.
    pub(crate) fn settle(&mut self, now: Millis) {
        self.functions.retain(|_, function| function.deleting_until.is_none_or(|until| now < until));
    }
}

/// Answers one call.
pub(crate) fn handle(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let now = call.now;
    call.region().lambda.settle(now);
    let path = call.path.clone();
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    match (call.method, segments.as_slice()) {
        (&Method::POST, ["2015-03-31", "functions"]) => create::create(call),
        (&Method::GET, ["2015-03-31", "functions"]) => reading::list(call),
        (&Method::GET, ["2015-03-31", "functions", name]) => reading::get(call, name),
        (&Method::DELETE, ["2015-03-31", "functions", name]) => delete::delete(call, name),
        (&Method::GET, ["2015-03-31", "functions", name, "configuration"]) => reading::get_configuration(call, name),
        (&Method::PUT, ["2015-03-31", "functions", name, "configuration"]) => update::configuration(call, name),
        (&Method::PUT, ["2015-03-31", "functions", name, "code"]) => update::code(call, name),
        (&Method::POST, ["2015-03-31", "functions", name, "aliases"]) => aliases::create(call, name),
        (&Method::GET, ["2015-03-31", "functions", name, "aliases"]) => aliases::list(call, name),
        (&Method::GET, ["2015-03-31", "functions", name, "aliases", alias]) => aliases::get(call, name, alias),
        (&Method::PUT, ["2015-03-31", "functions", name, "aliases", alias]) => aliases::update(call, name, alias),
        (&Method::DELETE, ["2015-03-31", "functions", name, "aliases", alias]) => aliases::delete(call, name, alias),
        (&Method::PUT, ["2017-10-31", "functions", name, "concurrency"]) => concurrency::put(call, name),
        (&Method::GET, ["2019-09-30", "functions", name, "concurrency"]) => concurrency::get(call, name),
        (&Method::DELETE, ["2017-10-31", "functions", name, "concurrency"]) => concurrency::delete(call, name),
        (&Method::POST, ["2015-03-31", "functions", name, "versions"]) => versions::publish(call, name),
        (&Method::GET, ["2015-03-31", "functions", name, "versions"]) => versions::list(call, name),
        (&Method::POST, ["2015-03-31", "functions", name, "policy"]) => permissions::add(call, name),
        (&Method::GET, ["2015-03-31", "functions", name, "policy"]) => permissions::get(call, name),
        (&Method::DELETE, ["2015-03-31", "functions", name, "policy", id]) => permissions::remove(call, name, id),
        (&Method::POST, ["2015-03-31", "functions", name, "invocations"]) => invoke::invoke(call, name),
        (&Method::POST, ["2017-03-31", "tags", arn]) => tags::add(call, arn),
        (&Method::DELETE, ["2017-03-31", "tags", arn]) => tags::remove(call, arn),
        (&Method::GET, ["2017-03-31", "tags", arn]) => tags::list(call, arn),
        _ => Err(Refusal::not_emulated(format!("Lambda's {} /{}", call.method, path.join("/")))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::State;
    use super::configuration::Configuration;
    use super::function::{Function, Settings};
    use super::passage::Passage;

    fn with_version() -> State {
        let image = json!({ "uri": "u", "repository_uri": "r", "digest": "sha256:d" });
        let settings = Settings {
            image: serde_json::from_value(image).expect("a source"),
            architecture: "arm64".to_owned(),
            configuration: Configuration::defaults("f", "role"),
        };
        let creation = Passage { until: 0, failure: None };
        let mut function = Function::new(settings, String::new(), 0, creation.clone(), BTreeMap::new());
        function.publish(None, String::new(), 0, creation);
        State { functions: BTreeMap::from([("f".to_owned(), function)]) }
    }

    #[test]
    fn a_function_goes_with_its_versions_when_its_deletion_ends() {
        let mut state = with_version();
        assert_eq!(state.inventory(), ["lambda function f", "lambda version f:1"]);
        state.functions.values_mut().for_each(|function| function.deleting_until = Some(5));
        state.settle(4);
        assert_eq!(state.functions.len(), 1);
        state.settle(5);
        assert!(state.inventory().is_empty());
    }
}
