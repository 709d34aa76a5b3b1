//! What every command takes: the manifest, the account, and how far the manifest is trusted.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::manifest::Reach;
use crate::shell::quoted;

/// The manifest that is taken when none is named.
pub const MANIFEST: &str = "agent.yaml";

/// What every command takes.
#[derive(Debug, Args)]
pub struct Common {
    /// The manifest; paths in it are relative to its folder
    #[arg(short, long, global = true, value_name = "FILE", default_value = MANIFEST)]
    pub file: PathBuf,
    /// Work on the emulator in this program instead of AWS; its world is kept in .bedrock-ops/ beside the manifest
    #[arg(long, global = true)]
    pub local: bool,
    /// Let the manifest name files outside its folder and its Git repository: only for a manifest that you trust
    #[arg(long, global = true)]
    pub allow_outside: bool,
    #[arg(long, global = true, value_name = "NAME", help = "The AWS profile [else AWS_PROFILE, as in every AWS tool]")]
    #[allow(missing_docs, reason = "the help says it")]
    pub profile: Option<String>,
}

impl Common {
    /// Which files the manifest may name.
    pub fn reach(&self) -> Reach {
        if self.allow_outside { Reach::Anywhere } else { Reach::Inside }
    }

    /// A command as it is typed with the same flags.
    pub fn typed(&self, command: &str) -> String {
        format!("bedrock-ops {command}{}", self.flags())
    }

    /// The same flags, each with a space before it.
    pub fn flags(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.local.then(|| " --local".to_owned()));
        words.extend(
            (self.file != Path::new(MANIFEST)).then(|| format!(" -f {}", quoted(&self.file.to_string_lossy()))),
        );
        words.extend(self.allow_outside.then(|| " --allow-outside".to_owned()));
        words.extend(self.profile.iter().map(|profile| format!(" --profile {}", quoted(profile))));
        words.concat()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::Parser as _;

    use crate::cli::Cli;

    #[test]
    fn a_command_in_a_hint_can_be_pasted_whatever_the_paths_name() {
        let words = ["bedrock-ops", "plan", "-f", "エージェント (1)/it's.yaml", "--profile", "my work"];
        let typed = Cli::try_parse_from(words).unwrap().common.typed("deploy");
        let pasted = shlex::split(&typed).unwrap();
        assert_eq!(pasted, ["bedrock-ops", "deploy", "-f", "エージェント (1)/it's.yaml", "--profile", "my work"]);
    }
}
