//! What keeps an image from being built on this machine, found out before anything is made: no installer, no engine.

use crate::image::Source;
use crate::image::base::Base;
use crate::image::blocking::blocking;
use crate::image::dependencies;
use crate::image::engine;
use crate::image::error::ImageError;
use crate::image::host::Host;
use crate::manifest::Builder;
use crate::source::Requirements;

/// Why the image can't be built here, if it can't. Nothing is built or installed: programs are asked whether they are there.
pub async fn obstacle(source: &Source, base: &Base, host: &Host) -> Option<ImageError> {
    match source.builder {
        Builder::Engine { engine, .. } => engine::obstacle(source, engine).await.map(ImageError::from),
        Builder::Native => {
            let folder = source.folder.clone();
            // What can't be read was told when the source was hashed.
            let requirements = blocking(move || Ok::<_, ImageError>(Requirements::read(&folder)?)).await.ok()??;
            dependencies::obstacle(&requirements, base, host).await
        }
    }
}
