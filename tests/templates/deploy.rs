//! Each template deploys as it is, on an account as slow as AWS, and a second plan finds nothing to do.

use bedrock_ops::aws::Door;
use bedrock_ops::image::Host;
use bedrock_ops::progress::Progress;
use bedrock_ops::session::Session;
use bedrock_ops::templates::DEFAULT;
use emulator::{Emulator, Settings};

use crate::written::Written;

#[tokio::test(start_paused = true)]
async fn every_template_deploys_and_then_there_is_nothing_to_do() {
    for (template, written) in Written::all() {
        if template.name != DEFAULT {
            // pip would fetch them from the network; the default has none.
            std::fs::write(written.path().join("lambda/requirements.txt"), "").unwrap();
        }
        let manifest = written.manifest();
        let door = Door::local(Emulator::new(Settings::for_tests()), &manifest);
        let session = Session::new(manifest, door, Host::default(), Progress::silent());

        let (_, plan) = session.plan().await.unwrap();
        assert!(plan.refusals().is_empty(), "{}: {:?}", template.name, plan.refusals());
        let report = session.apply(&plan).await;
        assert!(report.errors().is_empty(), "{}: {:?}", template.name, report.errors());

        let (_, again) = session.plan().await.unwrap();
        assert_eq!(again.changes().count(), 0, "{}", template.name);
    }
}
