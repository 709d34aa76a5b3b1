//! The folder in which an image is made, gone with the run that made it.

use tempfile::{Builder, TempDir};

use crate::image::error::ImageError;

/// How its name begins. A run that is killed leaves it behind, and by this whoever cleans up knows whose it was. No later
/// run deletes it: it can't tell it from that of a build that still runs.
const PREFIX: &str = "bedrock-ops-";

/// A new one, where the system keeps temporary files.
pub(crate) fn folder() -> Result<TempDir, ImageError> {
    Builder::new().prefix(PREFIX).tempdir().map_err(ImageError::Temporary)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    #[test]
    fn its_name_tells_whose_it_is_and_it_goes_with_the_run() {
        let folder = super::folder().unwrap();
        let path = folder.path().to_owned();
        assert!(path.is_dir() && path.file_name().unwrap().to_str().unwrap().starts_with("bedrock-ops-"), "{path:?}");
        drop(folder);
        assert!(!path.exists());
    }
}
