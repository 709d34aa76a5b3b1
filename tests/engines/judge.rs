//! Other people's tools: skopeo reads what was pushed, umoci unpacks it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::rig::{Rig, is_root, output};

/// Media types that Lambda takes, Docker's dialect.
pub(crate) const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const CONFIG: &str = "application/vnd.docker.container.image.v1+json";
pub(crate) const LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

impl Rig {
    fn skopeo(&self, words: &[&str]) -> String {
        let mut command = Command::new("skopeo");
        command.arg("--policy").arg(self.folder.path().join("policy.json")).args(words);
        command.env("REGISTRY_AUTH_FILE", self.folder.path().join("auth.json"));
        output(command.env("CONTAINERS_REGISTRIES_CONF", self.folder.path().join("registries.conf")))
    }

    fn inspected(&self, tag: &str, what: &str) -> Value {
        let image = format!("docker://{}/openrate:{tag}", self.host);
        serde_json::from_str(&self.skopeo(&["inspect", "--tls-verify=false", what, &image])).unwrap()
    }

    /// The manifest as the registry serves it.
    pub(crate) fn manifest(&self, tag: &str) -> Value {
        self.inspected(tag, "--raw")
    }

    /// The image's configuration, which skopeo checks against the manifest.
    pub(crate) fn config(&self, tag: &str) -> Value {
        self.inspected(tag, "--config")
    }

    /// The digests of the image's layers, after a look at all that Lambda asks of a manifest.
    pub(crate) fn layers(&self, tag: &str) -> Vec<String> {
        let manifest = self.manifest(tag);
        assert_eq!(manifest["mediaType"], MANIFEST, "one manifest, no index");
        assert_eq!(manifest["config"]["mediaType"], CONFIG);
        let layers = manifest["layers"].as_array().unwrap();
        assert!(layers.iter().all(|layer| layer["mediaType"] == LAYER), "{manifest}");
        layers.iter().map(|layer| layer["digest"].as_str().unwrap().to_owned()).collect()
    }

    /// The image's files, unpacked by umoci, which checks every digest on its way.
    pub(crate) fn unpacked(&self, tag: &str) -> PathBuf {
        let (layout, bundle) = (self.folder.path().join("layout"), self.folder.path().join(format!("bundle-{tag}")));
        if bundle.exists() {
            return bundle.join("rootfs");
        }
        let (image, target) =
            (format!("docker://{}/openrate:{tag}", self.host), format!("oci:{}:{tag}", layout.display()));
        self.skopeo(&["copy", "--src-tls-verify=false", &image, &target]);
        let mut command = Command::new("umoci");
        command.args(["unpack", "--image", &format!("{}:{tag}", layout.display())]);
        if !is_root() {
            command.arg("--rootless");
        }
        output(command.arg(&bundle));
        bundle.join("rootfs")
    }
}
