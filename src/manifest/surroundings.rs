//! What a section of the manifest needs to know of the rest to be checked.

use super::pinpoint::Pinpoint;
use super::reach::Files;
use crate::name::RegionName;

/// The parts of the manifest, already read, that others are checked against; what could not be read is absent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'m> {
    /// The files that it may name.
    pub(super) files: &'m Files,
    /// Where it is deployed.
    pub(super) region: Option<&'m RegionName>,
    /// The application whose id the tool hands to the handler.
    pub(super) pinpoint: Option<&'m Pinpoint>,
    /// Whether the files that the manifest names are looked through, too.
    pub(super) examines: bool,
}
