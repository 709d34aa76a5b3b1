//! What of a source folder goes into the image, under which paths, and whether the handler is among it. Nothing is built.

mod error;
mod examine;
mod ignored;
mod listing;
mod python;
mod requirements;
mod secrets;

pub use error::SourceError;
pub(crate) use examine::{Examined, Language, NamedBy};
pub(crate) use ignored::Reader;
pub(crate) use listing::{Entry, Kind, Listed, folders, of_folder, of_source};
pub(crate) use python::Module;
pub(crate) use requirements::{RULE, Requirements};
