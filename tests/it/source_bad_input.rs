//! Files and repositories that cannot be read, each with its own message.

use gitops_lab::source::{Place, SourceError, read};
use miette::Diagnostic;

use crate::git::Sandbox;
use crate::source::{names, reading, request, revision};

fn messages(problems: &[SourceError]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_bad_file_is_a_failure_and_the_others_are_read() {
    let sandbox = Sandbox::new();
    sandbox.write("good.yaml", "kind: Good\n");
    sandbox.write("binary.yaml", b"kind: X\nname: \xc3\xa9\xff\n");
    sandbox.write("utf16.yaml", b"\xff\xfek\0i\0");
    sandbox.write("large.yaml", vec![b' '; 11 * 1024 * 1024]);
    sandbox.commit("First");
    for place in [revision("HEAD"), Place::Staged, Place::WorkTree] {
        let reading = reading(&sandbox.root(), place, &[]);
        assert_eq!(names(&reading), ["good.yaml"]);
        let expected = [
            "binary.yaml is not UTF-8: the byte at offset 16 (line 2, column 8)",
            "large.yaml is too large: 11534336 bytes, and at most 10485760 are read",
            "utf16.yaml is UTF-16LE, not UTF-8",
        ];
        assert_eq!(messages(&reading.failures), expected);
    }
}

#[cfg(unix)]
#[test]
fn a_link_within_the_tree_is_read_once() {
    let sandbox = Sandbox::new();
    sandbox.write("base/web.yaml", "kind: Web\n");
    std::fs::create_dir(sandbox.root().join("prod")).expect("it is new");
    sandbox.link("prod/web.yaml", "../base/web.yaml");
    sandbox.link("prod/base", "../base");
    sandbox.commit("First");
    for place in [revision("HEAD"), Place::Staged, Place::WorkTree] {
        let all = reading(&sandbox.root(), place.clone(), &[]);
        assert_eq!(names(&all), ["base/web.yaml"], "{place:?}");
        assert_eq!(
            messages(&all.warnings),
            ["left out prod/web.yaml: the symbolic link points at base/web.yaml"]
        );
        let prod = reading(&sandbox.root(), place.clone(), &["prod"]);
        let (_, source) = prod.sources.iter().next().expect("the link is read");
        assert_eq!(
            (source.name.as_str(), source.path.as_str()),
            ("prod/web.yaml", "base/web.yaml")
        );
        assert_eq!(
            messages(&prod.warnings),
            ["left out prod/base: the symbolic link points at base"]
        );
        let named = reading(&sandbox.root(), place.clone(), &["prod/base"]);
        assert_eq!(names(&named), ["prod/base/web.yaml"], "{place:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leaves_the_tree_is_a_failure() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.outside().join("secret.yaml"), "secret\n").expect("writable");
    sandbox.write("good.yaml", "kind: Good\n");
    let outside = sandbox.outside().join("secret.yaml");
    let outside = outside.to_string_lossy();
    sandbox.link("absolute.yaml", &outside);
    sandbox.link("relative.yaml", "../secret.yaml");
    sandbox.link("step", "..");
    sandbox.link("twice.yaml", "step/secret.yaml");
    sandbox.link("gone.yaml", "nothing.yaml");
    sandbox.link("circle.yaml", "circle.yaml");
    sandbox.commit("First");
    for place in [revision("HEAD"), Place::Staged, Place::WorkTree] {
        let reading = reading(&sandbox.root(), place.clone(), &[]);
        assert_eq!(names(&reading), ["good.yaml"]);
        let mut codes: Vec<(String, String)> = reading
            .failures
            .iter()
            .map(|failure| {
                let path = failure.to_string().split(' ').next().map(str::to_owned);
                let code = failure.code().map(|code| code.to_string());
                (path.unwrap_or_default(), code.unwrap_or_default())
            })
            .collect();
        codes.sort();
        let expected = [
            ("absolute.yaml", "source::outside_tree"),
            ("circle.yaml", "source::dangling_symlink"),
            ("gone.yaml", "source::dangling_symlink"),
            ("relative.yaml", "source::outside_tree"),
            ("twice.yaml", "source::outside_tree"),
        ];
        let expected = expected.map(|(path, code)| (path.to_owned(), code.to_owned()));
        assert_eq!(codes, expected, "{place:?}");
    }
    for path in ["absolute.yaml", "step/secret.yaml", "step"] {
        let named = reading(&sandbox.root(), Place::WorkTree, &[path]);
        assert!(named.sources.is_empty(), "{path}");
        assert!(
            matches!(named.failures[..], [SourceError::OutsideTree { .. }]),
            "{path}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_into_gits_own_directory_is_a_failure() {
    let sandbox = Sandbox::new();
    sandbox.link("config.yaml", ".git/config");
    let reading = reading(&sandbox.root(), Place::WorkTree, &[]);
    assert!(reading.sources.is_empty());
    assert!(matches!(
        reading.failures[..],
        [SourceError::OutsideTree { .. }]
    ));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let sandbox = Sandbox::new();
    let made = sandbox
        .command("mkfifo", &sandbox.root())
        .arg("pipe.yaml")
        .status();
    assert!(made.expect("mkfifo is installed").success());
    for paths in [&[][..], &["pipe.yaml"]] {
        let reading = reading(&sandbox.root(), Place::WorkTree, paths);
        assert_eq!(
            messages(&reading.failures),
            ["pipe.yaml is a pipe, not a file"]
        );
    }
    let device = reading(&sandbox.root(), Place::WorkTree, &["/dev/null"]);
    assert_eq!(
        messages(&device.failures),
        ["/dev/null is a device, not a file"]
    );
}

#[test]
fn a_submodule_is_left_out() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "kind: A\n");
    sandbox.commit("First");
    let url = sandbox.root().to_string_lossy().into_owned();
    let protocol = "protocol.file.allow=always";
    sandbox.git(&[
        "-c",
        protocol,
        "submodule",
        "--quiet",
        "add",
        &url,
        "module",
    ]);
    sandbox.commit("Second");
    for place in [revision("HEAD"), Place::Staged, Place::WorkTree] {
        assert_eq!(names(&reading(&sandbox.root(), place, &[])), ["a.yaml"]);
    }
}

#[test]
fn directories_may_be_deep() {
    let sandbox = Sandbox::new();
    let deep = vec!["d"; 400].join("/");
    sandbox.write(&format!("{deep}/a.yaml"), "kind: A\n");
    sandbox.commit("First");
    for place in [revision("HEAD"), Place::Staged, Place::WorkTree] {
        assert_eq!(reading(&sandbox.root(), place, &[]).sources.len(), 1);
    }
}

#[test]
fn sha256_objects_are_named() {
    let sandbox = Sandbox::empty();
    sandbox.git(&["init", "--quiet", "--object-format=sha256"]);
    sandbox.write("a.yaml", "kind: A\n");
    sandbox.commit("First");
    let error = read(&request(&sandbox.root(), revision("HEAD"), &[])).expect_err("SHA-256");
    assert!(
        matches!(error, SourceError::Sha256Repository { .. }),
        "{error}"
    );
    let files = reading(&sandbox.root(), Place::WorkTree, &[]);
    assert_eq!(names(&files), ["a.yaml"]);
    assert!(matches!(
        files.warnings[..],
        [SourceError::Sha256Repository { .. }]
    ));
}

#[test]
fn extensions_of_the_format_are_named() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "core.repositoryFormatVersion", "1"]);
    sandbox.git(&["config", "extensions.refStorage", "reftable"]);
    let error = read(&request(&sandbox.root(), revision("HEAD"), &[])).expect_err("reftable");
    assert!(matches!(error, SourceError::Reftable { .. }), "{error}");
    let config = sandbox.read(".git/config");
    sandbox.write(".git/config", config.replace("refStorage", "future"));
    let error = read(&request(&sandbox.root(), revision("HEAD"), &[])).expect_err("unknown");
    assert!(
        error.to_string().contains("needs extensions.future"),
        "{error}"
    );
}

#[test]
fn a_sparse_index_says_how_to_rewrite_it() {
    let sandbox = Sandbox::new();
    sandbox.write("a/a.yaml", "kind: A\n");
    sandbox.write("b/b.yaml", "kind: B\n");
    sandbox.commit("First");
    sandbox.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "a"]);
    let error = read(&request(&sandbox.root(), Place::Staged, &[])).expect_err("sparse index");
    assert!(
        matches!(error, SourceError::UnsupportedIndex { .. }),
        "{error}"
    );
    let files = reading(&sandbox.root(), Place::WorkTree, &[]);
    assert_eq!(names(&files), ["a/a.yaml"]);
    sandbox.git(&["sparse-checkout", "reapply", "--no-sparse-index"]);
    assert_eq!(
        names(&reading(&sandbox.root(), Place::Staged, &[])),
        ["a/a.yaml", "b/b.yaml"]
    );
}

#[test]
fn a_blob_that_a_partial_clone_lacks_is_a_failure() {
    let sandbox = Sandbox::new();
    sandbox.write("a.yaml", "kind: A\n");
    sandbox.commit("First");
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = sandbox.outside().join("clone.git");
    let url = format!("file://{}", sandbox.root().display());
    let path = clone.to_string_lossy();
    sandbox.git(&[
        "clone",
        "--quiet",
        "--bare",
        "--filter=blob:none",
        &url,
        &path,
    ]);
    let reading = reading(&clone, revision("HEAD"), &[]);
    assert!(matches!(
        reading.failures[..],
        [SourceError::MissingObject { .. }]
    ));
}
