//! The guards on the clients: `plan` can't send a call that changes anything, and what changed something is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// How the names of AWS's reading operations begin. `Filter` is there for `FilterLogEvents`: no other operation of the
/// services here begins so.
const READS: [&str; 5] = ["Get", "List", "Describe", "BatchGet", "Filter"];

/// Lets reading calls pass alone.
#[derive(Debug)]
pub(super) struct ReadOnly;

/// Counts the calls that changed something, or may have: those that AWS did not plainly refuse.
#[derive(Debug, Clone, Default)]
pub(super) struct Writes(Arc<AtomicUsize>);

impl Writes {
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts a change that was not made by a call of the SDK.
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[dyn_dispatch_hint]
impl Intercept for ReadOnly {
    fn name(&self) -> &'static str {
        "ReadOnly"
    }

    fn read_before_serialization(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if is_read(config) {
            return Ok(());
        }
        Err(format!("{} would change something, and this command only reads", operation(config)).into())
    }
}

#[dyn_dispatch_hint]
impl Intercept for Writes {
    fn name(&self) -> &'static str {
        "Writes"
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let refused =
            context.output_or_error().and_then(Result::err).is_some_and(OrchestratorError::is_operation_error);
        if !is_read(config) && !refused {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn operation(config: &ConfigBag) -> &str {
    config.load::<Metadata>().map_or("an unnamed call", Metadata::name)
}

fn is_read(config: &ConfigBag) -> bool {
    READS.iter().any(|verb| operation(config).starts_with(verb))
}
