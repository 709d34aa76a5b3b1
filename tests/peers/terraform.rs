//! Terraform with the AWS provider makes the article's stack, finds it as it made it, and takes it away; in between,
//! the product refuses to touch what Terraform made.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::peer::Peer;
use crate::process::{self, Ended};
use crate::provider_mirror;
use crate::stage::{ACCOUNT, REGION, Stage, peers};

/// The provider takes ten seconds to start and as long to poll what is ready at once.
const PATIENCE: Duration = Duration::from_mins(4);

/// The repository that the stack of both is named for.
const REPOSITORY: &str = "push-openrate";

/// Terraform on a stage, in a folder of its own.
struct Terraform<'a> {
    stage: &'a Stage,
    folder: PathBuf,
    image: String,
}

impl<'a> Terraform<'a> {
    /// A folder with the article's configuration, and settings that name the mirror alone.
    fn new(stage: &'a Stage, mirror: &Path) -> Self {
        let folder = stage.folder().join("terraform");
        std::fs::create_dir(&folder).unwrap();
        std::fs::copy(peers("terraform/main.tf"), folder.join("main.tf")).unwrap();
        let mirror = mirror.display();
        let settings = format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{mirror}\"\n  }}\n}}\n");
        std::fs::write(folder.join("settings.tfrc"), settings).unwrap();
        let mut terraform = Self { stage, folder, image: String::new() };
        // Terraform wants every variable at every run; this one names no image that is there yet.
        terraform.name_image(&format!("sha256:{}", "0".repeat(64)));
        terraform
    }

    fn name_image(&mut self, digest: &str) {
        self.image = format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{REPOSITORY}@{digest}");
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        process::run(self.command().args(arguments).args(["-input=false", "-no-color"]), PATIENCE)
    }

    fn command(&self) -> Command {
        let mut command = self.stage.command("terraform");
        command
            .current_dir(&self.folder)
            .env("TF_CLI_CONFIG_FILE", self.folder.join("settings.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_VAR_endpoint", self.stage.url())
            .env("TF_VAR_image_uri", &self.image)
            // This emulator sees a new role at once.
            .env("TF_VAR_role_seconds", "0");
        command
    }

    /// The first of the two runs that it takes: the repository, for the image to go to.
    fn make_repository(&self) {
        self.run(&["init"]).expect_code(0);
        self.run(&["apply", "-auto-approve", "-target=aws_ecr_repository.function"]).expect_code(0);
    }

    /// Terraform can't push an image.
    fn push_image(&mut self) {
        let mut command = self.stage.command("python3");
        command.arg(peers("push.py")).args(["--endpoint-url", self.stage.url(), "--repository", REPOSITORY]);
        let pushed = process::run(&mut command, PATIENCE).expect_code(0);
        self.name_image(pushed.stdout.trim());
    }

    /// Insists that all is as Terraform made it: with this flag, a plan that holds changes exits with 2.
    fn finds_no_changes(&self) {
        self.run(&["plan", "-detailed-exitcode"]).expect_code(0);
    }
}

#[test]
fn terraform_comes_and_goes_and_bedrock_ops_leaves_alone_what_it_made() {
    let stage = Stage::new();
    if !Peer::Terraform.is_there(&stage) {
        return;
    }
    let version = provider_version();
    let Some(mirror) = provider_mirror::find(&version) else {
        let cure = format!("set {} to a folder with registry.terraform.io/ in it", provider_mirror::SETTING);
        return Peer::Terraform.skip(&format!("Terraform's AWS provider {version} is in no filesystem mirror"), &cure);
    };
    let mut terraform = Terraform::new(&stage, &mirror);
    terraform.make_repository();
    terraform.push_image();
    let applied = terraform.run(&["apply", "-auto-approve"]).expect_code(0);
    assert!(applied.stdout.contains("@aws connector add openrate arn:aws:bedrock:"), "{}", applied.stdout);
    terraform.finds_no_changes();

    for command in ["deploy", "destroy"] {
        let refused = stage.bedrock_ops(&[command, "--yes"]).expect_code(5);
        assert_eq!(refused.stdout, "");
        for thing in ["repository push-openrate", "function push-openrate", "agent push-openrate-agent", "alias v1"] {
            let refusal = format!("\n  ! {thing}\n      it exists and carries no tag bedrock-ops:stack");
            assert!(refused.stderr.contains(&refusal), "{thing}: {}", refused.stderr);
        }
    }
    terraform.finds_no_changes();

    let destroyed = terraform.run(&["destroy", "-auto-approve"]).expect_code(0);
    assert!(destroyed.stdout.contains("Destroy complete! Resources: 12 destroyed."), "{}", destroyed.stdout);
    // What Terraform left, or the refused deploy made, would be found here: the names are free again.
    let planned = stage.bedrock_ops(&["plan"]).expect_code(0);
    assert!(planned.stdout.contains("11 to create, 0 to update, 0 to delete\n"), "{}", planned.stdout);
}

/// The version of the provider that the configuration asks for.
fn provider_version() -> String {
    let configuration = std::fs::read_to_string(peers("terraform/main.tf")).unwrap();
    let (_, after) = configuration.split_once("version = \"").expect("main.tf names a version of the provider");
    after.split('"').next().unwrap_or_default().to_owned()
}
