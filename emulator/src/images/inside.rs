//! Paths of an image: they begin at its root and never lead out of its folder, whatever links lie on the way.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Links that one path may lead over; Linux has the same limit.
const MOST_LINKS: usize = 40;

/// The path from the root, without `.` and the leading `/`; none if it climbs with `..`.
pub(super) fn relative(path: &Path) -> Option<PathBuf> {
    path.components()
        .filter(|part| !matches!(part, Component::CurDir | Component::RootDir))
        .map(|part| matches!(part, Component::Normal(_)).then_some(part))
        .collect()
}

/// Where an entry of the image lies in its folder: its directory's links are followed, it itself is not.
pub(super) fn place(root: &Path, relative: &Path) -> io::Result<PathBuf> {
    match (relative.parent(), relative.file_name()) {
        (Some(parent), Some(name)) => Ok(followed(root, parent)?.join(name)),
        _ => Ok(root.to_owned()),
    }
}

/// Where the path leads when every link is followed as in the image, whose `/` is the folder.
pub(super) fn followed(root: &Path, relative: &Path) -> io::Result<PathBuf> {
    let mut left: Vec<PathBuf> = steps(relative);
    let (mut here, mut links) = (PathBuf::new(), 0);
    while let Some(step) = left.pop() {
        if step == Path::new("..") {
            // Above the root there is the root again.
            here.pop();
            continue;
        }
        let next = here.join(&step);
        match fs::read_link(root.join(&next)) {
            Ok(target) => {
                links += 1;
                if links > MOST_LINKS {
                    return Err(io::Error::other(format!("{} leads over too many links", relative.display())));
                }
                if target.is_absolute() {
                    here = PathBuf::new();
                }
                left.extend(steps(&target));
            }
            Err(_) => here = next,
        }
    }
    Ok(root.join(here))
}

/// The names of a path, the last one first.
fn steps(path: &Path) -> Vec<PathBuf> {
    let named = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
    let mut steps: Vec<PathBuf> = named.map(|part| PathBuf::from(part.as_os_str())).collect();
    steps.reverse();
    steps
}

/// What a link at `relative` is to hold in the folder. A target that begins with `/` is the image's own root; one that
/// climbs above it would leave the folder.
pub(super) fn link_target(relative: &Path, target: &Path) -> Option<PathBuf> {
    let depth = relative.components().count().saturating_sub(1);
    let mut height = if target.is_absolute() { 0 } else { depth };
    for part in target.components() {
        match part {
            Component::Normal(_) => height += 1,
            Component::ParentDir => height = height.checked_sub(1)?,
            _ => {}
        }
    }
    if !target.is_absolute() {
        return Some(target.to_owned());
    }
    let up = std::iter::repeat_n(Component::ParentDir, depth);
    let down = target.components().filter(|part| !matches!(part, Component::RootDir));
    let found: PathBuf = up.chain(down).collect();
    Some(if found.as_os_str().is_empty() { PathBuf::from(".") } else { found })
}

/// What a link at `relative` was told to hold: the contrary of [`link_target`]. One that climbs just to the root says the
/// same as one that begins there.
pub(super) fn told(relative: &Path, held: &Path) -> PathBuf {
    let depth = relative.components().count().saturating_sub(1);
    let climbs = held.components().take_while(|part| matches!(part, Component::ParentDir)).count();
    if depth == 0 || climbs != depth {
        return held.to_owned();
    }
    Path::new("/").join(held.components().skip(depth).collect::<PathBuf>())
}
