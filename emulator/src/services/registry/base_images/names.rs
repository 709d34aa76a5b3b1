//! The names under which AWS publishes Lambda's base images: registries, repositories, and what their tags mean.

/// The base images of one runtime.
pub(super) struct Runtime {
    /// `python`, the end of the repository's name.
    pub(super) name: &'static str,
    /// The tags that move with each patch.
    pub(super) tags: &'static [&'static str],
    /// The tag that `latest` is another name for.
    pub(super) latest: &'static str,
}

/// AWS's runtimes. `latest` of Python and of `provided` is recorded (aws/aws-lambda-base-images#437: not the newest
/// Python); that of the others is taken to be as old.
pub(super) const RUNTIMES: [Runtime; 6] = [
    Runtime { name: "python", tags: &["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"], latest: "3.13" },
    Runtime { name: "nodejs", tags: &["18", "20", "22", "24"], latest: "22" },
    Runtime { name: "java", tags: &["8.al2", "11", "17", "21", "25"], latest: "21" },
    Runtime { name: "dotnet", tags: &["6", "8", "9", "10"], latest: "8" },
    Runtime { name: "ruby", tags: &["3.2", "3.3", "3.4"], latest: "3.4" },
    Runtime { name: "provided", tags: &["al2", "al2023"], latest: "al2023" },
];

/// Where AWS publishes them: hosts, and how the repository's name begins there.
const REGISTRIES: [(&str, &str); 3] =
    [("public.ecr.aws", "lambda/"), ("ecr-public.aws.com", "lambda/"), ("registry-1.docker.io", "amazon/aws-lambda-")];

/// The runtime that a repository holds, by its name in any of AWS's registries.
pub(super) fn runtime(repository: &str) -> Option<&'static Runtime> {
    REGISTRIES.iter().find_map(|(_, prefix)| named(repository.strip_prefix(prefix)?))
}

/// Whether this registry's repository holds base images.
pub(super) fn is_published(host: &str, repository: &str) -> bool {
    let prefixes = REGISTRIES.iter().filter(|(registry, _)| *registry == host).map(|(_, prefix)| prefix);
    prefixes.filter_map(|prefix| repository.strip_prefix(prefix)).any(|name| named(name).is_some())
}

fn named(name: &str) -> Option<&'static Runtime> {
    RUNTIMES.iter().find(|runtime| runtime.name == name)
}

/// What a tag stands for: one of the runtime's tags, and the one processor (by its OCI name) if the tag names one.
///
/// AWS's forms are `3.12`, `3.12-arm64`, `3.12.2024.01.05.15` (the image of that hour), both together, and `latest`. No
/// emulator can have what stood under a tag at some hour of the past: the image of today stands for it.
pub(super) fn meaning(runtime: &Runtime, tag: &str) -> Option<(&'static str, Option<&'static str>)> {
    let (tag, architecture) = match (tag.strip_suffix("-x86_64"), tag.strip_suffix("-arm64")) {
        (Some(tag), _) => (tag, Some("amd64")),
        (_, Some(tag)) => (tag, Some("arm64")),
        _ => (tag, None),
    };
    let tag = if tag == "latest" { runtime.latest } else { undated(tag) };
    runtime.tags.iter().find(|known| **known == tag).map(|known| (*known, architecture))
}

/// The tag without `.YYYY.MM.DD.HH` at its end.
fn undated(tag: &str) -> &str {
    let parts: Vec<&str> = tag.rsplitn(5, '.').collect();
    let [hour, day, month, year, undated] = parts[..] else { return tag };
    let is_number = |part: &str, digits: usize| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
    let dated = is_number(year, 4) && [month, day, hour].into_iter().all(|part| is_number(part, 2));
    if dated { undated } else { tag }
}

#[cfg(test)]
mod tests {
    use super::{is_published, meaning, runtime};

    #[test]
    fn a_tag_is_read_in_all_of_awss_forms() {
        for (repository, tag, expected) in [
            ("lambda/python", "3.12", Some(("3.12", None))),
            ("lambda/python", "3.14", Some(("3.14", None))),
            ("lambda/python", "latest", Some(("3.13", None))),
            ("lambda/python", "3.12-arm64", Some(("3.12", Some("arm64")))),
            ("lambda/python", "3.12-x86_64", Some(("3.12", Some("amd64")))),
            ("lambda/python", "3.12.2024.01.05.15", Some(("3.12", None))),
            ("lambda/python", "3.12.2024.01.05.15-arm64", Some(("3.12", Some("arm64")))),
            ("lambda/java", "8.al2.2024.01.05.15", Some(("8.al2", None))),
            ("lambda/provided", "al2023.2026.04.22.11-x86_64", Some(("al2023", Some("amd64")))),
            ("amazon/aws-lambda-nodejs", "24.2026.04.22.11", Some(("24", None))),
            ("lambda/python", "2.7", None),
            ("lambda/python", "3.12.2024.01.05", None),
            ("lambda/python", "3.12-riscv64", None),
            ("lambda/python", "2024.01.05.15", None),
        ] {
            assert_eq!(meaning(runtime(repository).expect(repository), tag), expected, "{repository}:{tag}");
        }
    }

    #[test]
    fn base_images_are_published_under_awss_own_names_alone() {
        for (host, repository, expected) in [
            ("public.ecr.aws", "lambda/python", true),
            ("ecr-public.aws.com", "lambda/nodejs", true),
            ("registry-1.docker.io", "amazon/aws-lambda-java", true),
            ("public.ecr.aws", "amazon/aws-lambda-java", false),
            ("public.ecr.aws", "docker/library/python", false),
            ("registry-1.docker.io", "library/python", false),
            ("ghcr.io", "lambda/python", false),
        ] {
            assert_eq!(is_published(host, repository), expected, "{host}/{repository}");
        }
    }
}
