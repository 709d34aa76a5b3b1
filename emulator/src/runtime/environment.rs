//! The variables of a function's process: Lambda's, and nothing of whoever started it but where programs are found.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;

use super::Process;

/// Taken over from this process: without them programs, their libraries and their temporary files are not found.
const TAKEN_OVER: [&str; 8] =
    ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "PYENV_ROOT", "PYENV_VERSION", "VIRTUAL_ENV", "SYSTEMROOT"];

/// All variables. Nobody's settings for AWS are among them: a function must not reach a real account by mistake.
pub(super) fn of(process: &Process, runtime_api: SocketAddr) -> BTreeMap<String, OsString> {
    let taken_over = TAKEN_OVER.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var_os(name)?)));
    let mut all: BTreeMap<String, OsString> = taken_over.collect();
    let Process { name, version, handler, log, region, env, cwd, memory_mb, .. } = process;
    let lambdas = [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", version.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory_mb.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", log.0.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", log.1.clone()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("_HANDLER", handler.clone()),
        ("AWS_REGION", region.clone()),
        ("AWS_DEFAULT_REGION", region.clone()),
        ("AWS_ACCESS_KEY_ID", "EMULATOR".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "emulator".to_owned()),
        ("AWS_SESSION_TOKEN", "emulator".to_owned()),
        // HOME is taken over, and with it would come the profiles in it.
        ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
    ];
    all.extend(lambdas.map(|(name, value)| (name.to_owned(), value.into())));
    // The process starts in that folder: told from here, its way would lead astray.
    let task_root = std::path::absolute(cwd).unwrap_or_else(|_| cwd.clone());
    all.insert("LAMBDA_TASK_ROOT".to_owned(), task_root.into());
    all.extend(env.iter().map(|(name, value)| (name.clone(), value.into())));
    all
}
