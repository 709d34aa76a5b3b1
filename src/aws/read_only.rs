//! The guard of `plan`: a client that carries it can't send a call that changes anything.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// How the names of AWS's reading operations begin.
const READS: [&str; 4] = ["Get", "List", "Describe", "BatchGet"];

/// Lets reading calls pass alone.
#[derive(Debug)]
pub(super) struct ReadOnly;

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
        let operation = config.load::<Metadata>().map_or("an unnamed call", Metadata::name);
        if READS.iter().any(|verb| operation.starts_with(verb)) {
            return Ok(());
        }
        Err(format!("{operation} would change something, and this command only reads").into())
    }
}
