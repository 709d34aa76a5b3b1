//! Finds a folder on this machine that holds Terraform's AWS provider, so that nothing has to be fetched.

use std::path::{Path, PathBuf};

/// Names the folder, when it is none of the usual ones.
pub(crate) const SETTING: &str = "TF_PLUGIN_MIRROR";

/// Where the mirror keeps the provider.
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// Places below which people and distributions put such folders, by whatever name.
const PLACES: [&str; 4] = ["/opt", "/usr/share", "/usr/local/share", "/var/lib"];

/// The mirror that holds this version of the provider.
pub(crate) fn find(version: &str) -> Option<PathBuf> {
    let set = [SETTING, "TF_PLUGIN_CACHE_DIR"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let home = std::env::home_dir().unwrap_or_default();
    let of_user = [".terraform.d/plugins", ".terraform.d/plugin-cache", ".local/share/terraform/plugins"];
    let of_user = of_user.into_iter().map(|name| home.join(name));
    let of_system = PLACES.into_iter().flat_map(|place| two_levels(Path::new(place)));
    set.chain(of_user).chain(of_system).find(|folder| holds(folder, version))
}

/// The place itself, the folders in it, and the folders in those.
fn two_levels(place: &Path) -> Vec<PathBuf> {
    let first = folders(place);
    let second = first.iter().flat_map(|folder| folders(folder)).collect();
    [vec![place.to_owned()], first, second].concat()
}

fn folders(place: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// Whether the version is there: as a folder, or packed into `terraform-provider-aws_VERSION_PLATFORM.zip`.
fn holds(folder: &Path, version: &str) -> bool {
    let entries = std::fs::read_dir(folder.join(PROVIDER)).into_iter().flatten().filter_map(Result::ok);
    let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let packed = format!("terraform-provider-aws_{version}_");
    names.any(|name| name == version || name.starts_with(&packed))
}
