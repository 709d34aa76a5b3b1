//! Registries that fail in passing: the deploy goes on, whichever call they refuse.

use emulator::{Fault, FaultAt, FaultKind};

use crate::stage::{MANIFEST, Stage};

/// The registry's calls, as the emulator names them when it counts them.
const CALLS: [&str; 6] =
    ["GetManifest", "GetBlob", "HeadBlob", "InitiateLayerUpload", "CompleteLayerUpload", "PutImage"];

/// Deploys with each call of the registry refused so, one after the other; how many calls that were.
async fn refused_at_every_call(kind: FaultKind, times: usize) -> usize {
    let mut struck = 0;
    for call in CALLS {
        for nth in 1.. {
            let stage = Stage::new();
            let at = |nth| Fault { at: FaultAt::Operation(call.to_owned(), nth), kind };
            stage.emulator.set_faults((nth..nth + times).map(at).collect());
            stage.deploy(MANIFEST).await;
            let refusals = stage.calls().into_iter().filter(|it| it.service == "registry" && it.status >= 429).count();
            if refusals == 0 {
                break;
            }
            struck += 1;
        }
    }
    struck
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_throttles_any_call_is_asked_again() {
    let calls = refused_at_every_call(FaultKind::Throttle, 1).await;
    assert!(calls >= 12, "{calls}");
}

#[tokio::test(start_paused = true)]
async fn a_registry_that_fails_at_any_call_twice_is_asked_again() {
    let calls = refused_at_every_call(FaultKind::ServerError, 2).await;
    assert!(calls >= 12, "{calls}");
}
