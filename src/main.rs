//! Arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match bedrock_ops::cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return bedrock_ops::commands::usage(&error),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(bedrock_ops::commands::run(cli));
            // An interrupted run does not wait for what it was reading or packing.
            runtime.shutdown_background();
            exit
        }
        Err(error) => bedrock_ops::commands::failed(&anyhow::Error::new(error).context("starting the runtime")),
    }
}
