//! What stands of a run in Logs: the function's lines between `START` and `REPORT`.

use std::time::Duration;

use super::ending::{Ending, timed_out};
use super::order::Order;
use crate::calendar::{iso_millis, iso_seconds};
use crate::clock::Millis;
use crate::emulator::Emulator;
use crate::runtime::{Invocation, Outcome, unique};
use crate::services::lambda::idle;

/// The log stream of a new environment of the function: each run has its own here.
pub(super) fn stream(version: &str, now: Millis) -> String {
    let day = iso_seconds(now).split('T').next().unwrap_or_default().replace('-', "/");
    format!("{day}/[{version}]{}", unique())
}

/// The lines of a run that began at this moment, each with its time and its end of line.
pub(super) fn lines(order: &Order, invocation: &Invocation, began: Millis) -> Vec<(Millis, String)> {
    let id = &invocation.request_id;
    let after = |time: Duration| began + Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX / 2);
    let init = invocation.init.unwrap_or_default();
    let end = after(init + invocation.took);
    let start = (after(init), format!("START RequestId: {id} Version: {}\n", order.version));
    // What a function prints while it is imported comes before its event does.
    let (before, during): (Vec<_>, Vec<_>) = written(invocation).into_iter().partition(|(time, _)| *time < init);
    let timed = |lines: Vec<(Duration, String)>| lines.into_iter().map(|(time, line)| (after(time).min(end), line));
    let mut lines = Vec::new();
    if invocation.log_lost > 0 {
        lines.push((began, format!("[emulator] {} bytes of the log before this are not kept\n", invocation.log_lost)));
    }
    lines.extend(timed(before));
    lines.push(start);
    lines.extend(timed(during));
    lines.extend(complaint(order, invocation, end).map(|text| (end, text)));
    lines.push((end, format!("END RequestId: {id}\n")));
    lines.push((end, report(order, invocation)));
    lines
}

/// The function's own lines, and when each came. A carriage return is a line's end within an event.
fn written(invocation: &Invocation) -> Vec<(Duration, String)> {
    let text = String::from_utf8_lossy(&invocation.log);
    let lines = text.split_inclusive('\n').zip(&invocation.times);
    lines
        .map(|(line, time)| (*time, format!("{}\n", line.trim_end_matches(['\r', '\n']).replace('\r', "\n"))))
        .collect()
}

/// What Lambda itself says of a bad end.
fn complaint(order: &Order, invocation: &Invocation, at: Millis) -> Option<String> {
    let id = &invocation.request_id;
    match &invocation.outcome {
        Outcome::Returned(_) | Outcome::Failed { .. } => None,
        Outcome::TimedOut | Outcome::NeverAsked(_) => Some(format!("{} {id} {}\n\n", iso_millis(at), timed_out(order))),
        Outcome::Exited(_) | Outcome::OutOfMemory | Outcome::NotStarted(_) => {
            let Ending { payload, .. } = Ending::of(order, invocation);
            let error: serde_json::Value = serde_json::from_slice(&payload).unwrap_or_default();
            let text = |member: &str| error[member].as_str().unwrap_or_default().to_owned();
            Some(format!("{}\n{}\n", text("errorMessage"), text("errorType")))
        }
    }
}

fn report(order: &Order, invocation: &Invocation) -> String {
    let Invocation { outcome, took, init, memory, request_id, .. } = invocation;
    let init = init.unwrap_or_default();
    let limit = Duration::from_secs(order.settings.configuration.timeout.unsigned_abs());
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let took = if matches!(outcome, Outcome::TimedOut | Outcome::NeverAsked(_)) { limit } else { *took };
    // An image's start is billed too.
    let billed = (took + init).as_micros().div_ceil(1000);
    let status = match outcome {
        Outcome::Returned(_) | Outcome::Failed { .. } => "",
        Outcome::TimedOut | Outcome::NeverAsked(_) => "\tStatus: timeout",
        Outcome::OutOfMemory => "\tStatus: error\tError Type: Runtime.OutOfMemory",
        Outcome::Exited(_) => "\tStatus: error\tError Type: Runtime.ExitError",
        Outcome::NotStarted(_) => "\tStatus: error\tError Type: Runtime.InvalidEntrypoint",
    };
    let size = order.settings.configuration.memory;
    // What a function takes beyond its memory it never had.
    let used = memory.div_ceil(1024 * 1024).min(size.unsigned_abs());
    format!(
        "REPORT RequestId: {request_id}\tDuration: {:.2} ms\tBilled Duration: {billed} ms\tMemory Size: {size} MB\t\
         Max Memory Used: {used} MB\tInit Duration: {:.2} ms{status}\t\n",
        ms(took),
        ms(init),
    )
}

/// Writes the lines where the function logs to, if its role may: the group too is made only if it may.
pub(super) fn write(emulator: &Emulator, order: &Order, stream: &str, lines: Vec<(Millis, String)>) {
    let account = emulator.settings().account.clone();
    let timing = &emulator.settings().timing;
    let (role, group) = (&order.settings.configuration.role, &order.log_group);
    let arn = format!("arn:aws:logs:{}:{account}:log-group:{group}:log-stream:", order.region);
    emulator.visit(|world, _, now| {
        idle::called(world.region(&order.region), &order.name, &order.version, now);
        let may = |action: &str, resource: &str| world.iam.allows(role, action, resource, now, timing);
        let in_stream = format!("{arn}{stream}");
        let there = world.regions.get(&order.region).is_some_and(|region| region.logs.has(group));
        let allowed = may("logs:CreateLogStream", &in_stream)
            && may("logs:PutLogEvents", &in_stream)
            && (there || may("logs:CreateLogGroup", &arn));
        if allowed {
            world.region(&order.region).logs.write(group, stream, now, lines);
        }
    });
}
