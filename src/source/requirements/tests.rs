//! What is read of requirements files, and what is refused.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use super::Requirements;

fn read_in(folder: &Path, files: &[(&str, &[u8])]) -> Result<Option<Requirements>, String> {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Requirements::read(folder).map_err(|error| error.to_string().replace(&folder.display().to_string(), "FOLDER"))
}

fn read(text: &str) -> Result<Option<Requirements>, String> {
    let folder = tempfile::tempdir().unwrap();
    read_in(folder.path(), &[("requirements.txt", text.as_bytes())])
}

#[test]
fn a_file_without_requirements_asks_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(read_in(folder.path(), &[]), Ok(None));
    assert_eq!(read("# none yet\n\n--index-url https://example.com/simple\n"), Ok(None));
}

#[test]
fn included_files_count_too() {
    let folder = tempfile::tempdir().unwrap();
    let files: [(&str, &[u8]); 3] = [
        ("requirements.txt", b"-r more/all.txt\n"),
        ("more/all.txt", b"# why\n-c pins.txt\nsix\n--find-links wheels"),
        ("more/pins.txt", b"six==1.16.0"),
    ];
    let read = read_in(folder.path(), &files).unwrap().unwrap();
    let names: Vec<&str> = read.parts().map(|(name, _)| name).collect();
    assert_eq!(names, ["more/all.txt", "more/pins.txt", "requirements.txt"]);
    fs::create_dir(folder.path().join("more/wheels")).unwrap();
    let wheels = folder.path().join("more/wheels");
    assert_eq!(
        read.staged(folder.path()),
        [
            ("2-requirements.txt".to_owned(), "-r 0-requirements.txt\n".to_owned()),
            ("1-requirements.txt".to_owned(), "six==1.16.0\n".to_owned()),
            (
                "0-requirements.txt".to_owned(),
                format!("\n-c 1-requirements.txt\nsix\n--find-links {}\n", wheels.display())
            ),
        ]
    );
    assert_eq!(read.original("0-requirements.txt"), Some("more/all.txt"));
}

#[test]
fn texts_are_decoded_as_pip_decodes_them() {
    let text = "six==1.16.0\r\nコメント不可\r\n".replace("コメント不可", "# コメント");
    let little: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let wide: Vec<u8> =
        [0xff, 0xfe, 0, 0].into_iter().chain(text.chars().flat_map(|c| u32::from(c).to_le_bytes())).collect();
    let marked: Vec<u8> = [0xef, 0xbb, 0xbf].into_iter().chain(text.bytes()).collect();
    for bytes in [little, big, wide, marked] {
        let folder = tempfile::tempdir().unwrap();
        let read = read_in(folder.path(), &[("requirements.txt", &bytes)]).unwrap().unwrap();
        assert_eq!(read.staged(folder.path())[0].1, "six==1.16.0\n");
        assert_eq!(read.parts().next().unwrap().1, text);
    }
    let folder = tempfile::tempdir().unwrap();
    let error = read_in(folder.path(), &[("requirements.txt", b"six\n# caf\xe9\n")]).unwrap_err();
    assert_eq!(error, "FOLDER/requirements.txt is not UTF-8: the first bad byte is in line 2; save it as UTF-8");
}

#[test]
fn lines_are_joined_and_comments_left_out() {
    let text = "six==1.16.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb # why\nidna # ok\n  # no\nx @ https://e.com/x.whl#sha256=1\n";
    let read = read(text).unwrap().unwrap();
    let staged = &read.staged(Path::new("/source"))[0].1;
    assert_eq!(
        *staged,
        "six==1.16.0 --hash=sha256:aa --hash=sha256:bb\n\n\nidna\n\nx @ https://e.com/x.whl#sha256=1\n"
    );
}

#[test]
fn what_the_text_does_not_pin_down_is_not_cached() {
    for (line, cacheable) in [
        ("six==1.16.0 # pinned", true),
        ("requests[socks]>=2; python_version > '3.8'", true),
        ("six @ https://example.com/six.whl", false),
        ("six @ https://example.com/six.whl#sha256=aa", true),
        ("https://example.com/six.whl --hash=sha256:aa", true),
    ] {
        assert_eq!(read(line).unwrap().unwrap().is_cacheable(), cacheable, "{line}");
    }
}

#[test]
fn a_wheel_in_the_source_is_known_by_its_bytes_and_found_from_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"./vendor/a-1-py3-none-any.whl ; python_version > '3'\nb @ file://vendor/b.whl\n";
    let read = |wheel: &[u8]| {
        let files: [(&str, &[u8]); 3] =
            [("requirements.txt", text), ("vendor/a-1-py3-none-any.whl", wheel), ("vendor/b.whl", b"b")];
        read_in(folder.path(), &files).unwrap().unwrap()
    };
    let (one, other) = (read(b"1"), read(b"2"));
    assert!(one.is_cacheable() && one.parts().collect::<Vec<_>>() != other.parts().collect::<Vec<_>>());
    let vendor = folder.path().join("./vendor");
    let staged = format!(
        "{}/a-1-py3-none-any.whl; python_version > '3'\nb @ file://{}/b.whl\n",
        vendor.display(),
        folder.path().join("vendor").display()
    );
    assert_eq!(one.staged(folder.path())[0].1.replace(" ; ", "; "), staged);
    fs::remove_file(folder.path().join("vendor/b.whl")).unwrap();
    let error = read_in(folder.path(), &[]).unwrap_err();
    assert!(error.starts_with("cannot read FOLDER/vendor/b.whl: "), "{error}");
}

#[test]
fn what_would_have_to_be_built_is_refused_by_name() {
    for (line, requirement, what) in [
        ("-e .", ".", "is editable"),
        ("--editable=./lib", "./lib", "is editable"),
        ("./libs/mytools", "./libs/mytools", "is a folder"),
        ("libs/mytools", "libs/mytools", "is a folder"),
        ("mytools @ ./libs/mytools", "./libs/mytools", "is a folder"),
        (".", ".", "is a folder"),
        ("vendor/a-1.tar.gz", "vendor/a-1.tar.gz", "is a source distribution"),
        ("a @ https://example.com/a.zip", "https://example.com/a.zip", "is a source distribution"),
        ("git+https://example.com/a.git@v1#egg=a", "git+https://example.com/a.git@v1#egg=a", "is a repository"),
        ("a @ git+ssh://git@example.com/a.git", "git+ssh://git@example.com/a.git", "is a repository"),
        ("x @ file:///croot/x_1", "file:///croot/x_1", "is a path of the machine that wrote it"),
        ("--no-binary :all:", "--no-binary :all:", "asks for source distributions to be built"),
        ("--no-binary=docopt", "--no-binary docopt", "asks for source distributions to be built"),
        ("docopt --global-option=x", "docopt", "has options for building it"),
    ] {
        let error = read(&format!("six\n{line}\n")).unwrap_err();
        let start = format!(
            "FOLDER/requirements.txt: line 2: `{requirement}` {what}, and only ready-made wheels are installed"
        );
        assert!(error.starts_with(&start), "{line}: {error}");
    }
    let cure =
        "build its wheel once (`pip wheel --no-deps --wheel-dir vendor \"./libs/mytools\"`) and write the wheel's path";
    assert!(read("./libs/mytools").unwrap_err().contains(cure));
    for line in [
        "--only-binary :all:",
        "--no-binary :none:",
        "--pre",
        "zope.interface==5",
        "-i https://example.com/simple\nsix",
    ] {
        assert!(read(&format!("six\n{line}")).is_ok(), "{line}");
    }
}

#[test]
fn variables_and_indexes_that_a_text_names_are_known() {
    let read =
        read("--extra-index-url=https://${USER_1}:${TOKEN}@example.com/simple\nsix==${lower}\n").unwrap().unwrap();
    assert_eq!(read.variables().collect::<Vec<_>>(), ["TOKEN", "USER_1"]);
    assert_eq!(read.indexes().collect::<Vec<_>>(), ["https://${USER_1}:${TOKEN}@example.com/simple"]);
}
