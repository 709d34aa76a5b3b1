//! A base of a gigabyte, from one registry into another: what has to travel is never held.

use std::process::Command;

use bedrock_ops::image::{Host, Registry as _, build_and_push, resolve_base, tag};
use bedrock_ops::manifest::Builder;
use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::stream;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::judge::{CONFIG, LAYER, MANIFEST};
use crate::rig::{Rig, digest, door_of, door_within, has, output, skipped, source};

const MIB: usize = 1024 * 1024;
/// Four layers of 256 MiB, which travel side by side.
const LAYERS: u64 = 4;
const PIECES: u64 = 256;
/// What the process may hold at most, in KiB: issue 3's 100 MB.
const MOST_KIB: u64 = 100_000_000 / 1024;
/// On the disk of the temporary folder, in KiB: the base twice, and room to breathe.
const DISK_KIB: u64 = 4 * 1024 * 1024;

#[tokio::test]
async fn a_gigabyte_goes_from_one_registry_to_another_within_100_mb() {
    let test = "a_gigabyte_goes_from_one_registry_to_another_within_100_mb";
    if !has(test, &["docker-registry", "htpasswd", "df"]) {
        return;
    }
    let (from, into) = (Rig::start(), Rig::start());
    let free = output(Command::new("df").args(["--output=avail", "-k"]).arg(into.folder.path()));
    if free.lines().last().and_then(|line| line.trim().parse().ok()).is_none_or(|free: u64| free < DISK_KIB) {
        return skipped(test, "less than 4 GiB are free for temporary files");
    }
    let base = put_gigabyte(&from).await;
    into.within("large::within_a_process_of_its_own", &base, &[("ENGINES_FROM", from.host.clone())]);
    let peak: u64 = std::fs::read_to_string(into.folder.path().join("peak")).unwrap().parse().unwrap();
    assert!(peak < MOST_KIB, "the process held {peak} KiB");
}

#[tokio::test]
#[ignore = "the inner half of the test above, which runs it"]
async fn within_a_process_of_its_own() {
    let (into, base_image, folder) = door_within();
    let from = door_of(&std::env::var("ENGINES_FROM").unwrap());
    let (_kept, source) = source(&[("lambda_function.py", "")], &base_image, Builder::Native);
    let base = resolve_base(&from, &base_image, "amd64").await.unwrap();
    let tag = tag(&source, &base).await.unwrap();
    let pushed = build_and_push(&source, &base, &from, &into, "openrate", &tag, &Host::default(), &()).await.unwrap();
    assert_eq!((pushed.uploaded_layers, pushed.skipped_layers), (5, 0), "{pushed:?}");
    assert!(pushed.uploaded_bytes > LAYERS * PIECES * MIB as u64, "{pushed:?}");
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")).unwrap();
    std::fs::write(folder.join("peak"), peak.trim()).unwrap();
}

/// Puts the base into the registry; its name.
async fn put_gigabyte(rig: &Rig) -> String {
    let noise = noise();
    let mut layers = Vec::new();
    for layer in 0..LAYERS {
        let pieces = || (0..PIECES).map(|piece| numbered(&noise, layer * PIECES + piece));
        let mut hash = Sha256::new();
        pieces().for_each(|piece| hash.update(&piece));
        let (digest, size) = (format!("sha256:{:x}", hash.finalize()), PIECES * MIB as u64);
        let noise = noise.clone();
        let content = stream::iter((0..PIECES).map(move |piece| Ok(numbered(&noise, layer * PIECES + piece))));
        rig.door().push_blob("large", &digest, size, Box::pin(content)).await.unwrap();
        layers.push(json!({"mediaType": LAYER, "size": size, "digest": digest}));
    }
    // Nobody unpacks it here: any digests do, one a layer.
    let diff_ids: Vec<&Value> = layers.iter().map(|layer| &layer["digest"]).collect();
    let config = json!({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": diff_ids}});
    let config = Bytes::from(config.to_string());
    let (of_config, size) = (digest(&config), config.len() as u64);
    let content = Box::pin(stream::iter([Ok(config)]));
    rig.door().push_blob("large", &of_config, size, content).await.unwrap();
    let config = json!({"mediaType": CONFIG, "size": size, "digest": of_config});
    let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers});
    rig.door().push_manifest("large", "1", MANIFEST, manifest.to_string().into()).await.unwrap();
    format!("{}/large:1", rig.host)
}

/// A mebibyte that no compression makes smaller.
fn noise() -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = BytesMut::with_capacity(MIB);
    while bytes.len() < MIB {
        // Marsaglia's xorshift64.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.put_u64(state);
    }
    bytes.freeze()
}

/// The noise with a number before it, so that no piece is like another.
fn numbered(noise: &Bytes, number: u64) -> Bytes {
    let mut bytes = BytesMut::from(&noise[..]);
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    bytes.freeze()
}
