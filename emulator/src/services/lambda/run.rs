//! Runs a function for real: the code out of its image, as a process on this machine, and Lambda's account of it.

mod container;
mod ending;
mod log;
mod order;
mod start;

use std::time::Duration;

use bytes::Bytes;

use crate::call::Call;
use crate::emulator::Emulator;
use crate::refusal::Refusal;
use crate::runtime::{Held, Invocation, request_id};
use crate::services::lambda::idle::PENDING;
use crate::services::lambda::name::Home;
use crate::world::World;
use ending::Ending;
use order::Order;

/// Bytes that an event may have when its sender waits for the answer.
const LARGEST_EVENT: usize = 6_291_456;

/// One event, and what Lambda answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// What the function returned, or the error.
    pub(crate) payload: Bytes,
    /// `Unhandled` if the payload is an error.
    pub(crate) error: Option<&'static str>,
    /// The version that ran: `$LATEST`, or a number.
    pub(crate) version: String,
    /// What stands of it in the log, from `START` to `REPORT`.
    pub(crate) log: Vec<u8>,
    /// From the moment that the function had the event.
    pub(crate) took: Duration,
    /// Lambda's id of the request.
    pub(crate) request_id: String,
}

/// Hands the function (a name or an ARN, with or without a qualifier) this event. A refusal is Lambda's own; what goes
/// wrong in the function is an answer.
pub(crate) async fn run(emulator: &Emulator, region: &str, function: &str, event: Bytes) -> Result<Run, Refusal> {
    if event.len() > LARGEST_EVENT {
        return Err(too_large(LARGEST_EVENT));
    }
    let _held = Held::now();
    let (account, timing) = (&emulator.settings().account, &emulator.settings().timing);
    let look =
        |world: &World, now| Order::of(world, (account, timing), region, function, now).map(|order| (order, now));
    let found = emulator.look(|world, _, now| look(world, now));
    if found.as_ref().is_err_and(|refusal| refusal.code == PENDING) {
        let home = Home { account, region };
        emulator.visit(|world, _, now| order::wake(world.region(region), &home, function, now, timing));
    }
    let (order, began) = found?;
    let stream = log::stream(&order.version, began);
    let invocation = match container::ready(emulator, &order, &stream).await {
        Ok(ready) => ready.invoke(event).await,
        Err(reason) => Invocation::stillborn(reason, request_id()),
    };
    let lines = log::lines(&order, &invocation, began);
    let log = lines.iter().flat_map(|(_, line)| line.bytes()).collect();
    log::write(emulator, &order, &stream, lines);
    let Ending { payload, error } = Ending::of(&order, &invocation);
    let Invocation { took, request_id, .. } = invocation;
    Ok(Run { payload, error, version: order.version, log, took, request_id })
}

/// Refuses what [`run`] would refuse, but for the size of the event.
pub(super) fn check(call: &mut Call<'_>, function: &str) -> Result<(), Refusal> {
    let (account, region, now, timing) = (call.account, call.region, call.now, call.timing);
    let found = Order::of(call.world, (account, timing), region, function, now).map(|_| ());
    if found.as_ref().is_err_and(|refusal| refusal.code == PENDING) {
        order::wake(call.region(), &Home { account, region }, function, now, timing);
    }
    found
}

/// An event that is larger than Lambda takes, `limit` bytes.
pub(super) fn too_large(limit: usize) -> Refusal {
    let text = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
    Refusal::new(413, "RequestTooLargeException", text)
}
