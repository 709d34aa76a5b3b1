//! The native image, unpacked, answers an event from nothing but its own files.

use bedrock_ops::manifest::Builder;
use emulator::{Exit, Outcome};

use crate::article;
use crate::confined::obstacle;
use crate::rig::{Rig, has, skipped};

const TOOLS: [&str; 8] = ["docker-registry", "htpasswd", "skopeo", "umoci", "python3", "ldd", "unshare", "sh"];

#[tokio::test]
async fn the_unpacked_native_image_answers_the_articles_event_under_a_chroot() {
    let test = "the_unpacked_native_image_answers_the_articles_event_under_a_chroot";
    if !has(test, &TOOLS) {
        return;
    }
    if let Some(obstacle) = obstacle() {
        return skipped(test, obstacle);
    }
    let rig = Rig::start();
    let base = match rig.put_python_base().await {
        Ok(base) => base,
        Err(reason) => return skipped(test, &reason),
    };
    let (_kept, source) = article::folder(&base, article::DOCKERFILE, Builder::Native);
    let (tag, pushed) = rig.deploy(&source).await.unwrap();
    assert_eq!(pushed.uploaded_layers, 3, "the base's, the requirements', the handler's");
    let told = article::told_by(&rig, &tag).await;
    assert!(told["response"].as_array().unwrap().len() > 1, "{told}");

    // Without the image's own interpreter nothing runs: this machine's is out of its reach.
    std::fs::remove_file(rig.unpacked(&tag).join("var/lang/bin/python3")).unwrap();
    let outcome = rig.invoke(&tag, &article::event()).await.invocation.outcome;
    assert_eq!(outcome, Outcome::Exited(Exit::Code(127)), "`exec` finds no program");
}
