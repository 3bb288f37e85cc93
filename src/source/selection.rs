//! Which files a request means: named paths, globs, extensions.

use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::{Request, SourceError};

/// One path of a request.
#[derive(Clone, Debug)]
pub(super) struct Root {
    /// As it was asked for.
    pub(super) asked: PathBuf,
    /// What names of files beneath it start with; empty for the directory itself.
    pub(super) name: String,
}

impl Root {
    /// The name that people see of a file beneath this root; `rest` is empty when the root is the file.
    pub(super) fn name_of(&self, rest: &str) -> String {
        join(&self.name, rest)
    }
}

/// The paths of a request; without any the directory itself, which need not exist in the place that is read.
pub(super) fn roots(request: &Request) -> Vec<Root> {
    if request.paths.is_empty() {
        return vec![Root {
            asked: PathBuf::new(),
            name: String::new(),
        }];
    }
    request
        .paths
        .iter()
        .map(|path| Root {
            asked: path.clone(),
            name: slashes(&normal(path)),
        })
        .collect()
}

/// Two paths with `/` between them.
pub(super) fn join(parent: &str, child: &str) -> String {
    match (parent, child) {
        ("", path) | (path, "") => path.to_owned(),
        ("/", child) => format!("/{child}"),
        (parent, child) => format!("{parent}/{child}"),
    }
}

/// A path with `/` between its components on every system.
pub(super) fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        return text.into_owned();
    }
    text.replace(std::path::MAIN_SEPARATOR, "/")
}

/// A path without `.`, and without `..` where a directory precedes it. Links are not looked at: the path may be in a
/// revision only.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for component in path.components() {
        match (component, parts.last()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            _ => parts.push(component),
        }
    }
    parts.iter().collect()
}

/// An absolute path with the links of the part that exists resolved, so that it can be compared to a root.
pub(super) fn absolute(directory: &Path, asked: &Path) -> PathBuf {
    let path = normal(&directory.join(asked));
    if asked.is_relative() {
        return path;
    }
    let existing = path
        .ancestors()
        .skip(1)
        .find_map(|ancestor| Some((ancestor, ancestor.canonicalize().ok()?)));
    match existing {
        Some((ancestor, canonical)) => {
            let rest = path.strip_prefix(ancestor).unwrap_or(Path::new(""));
            canonical.join(rest)
        }
        None => path,
    }
}

/// The path beneath a root, with `/`; `None` outside of it.
pub(super) fn beneath(root: &Path, path: &Path) -> Option<String> {
    path.strip_prefix(root).ok().map(slashes)
}

/// Whether a file is read without being named: by its extension.
pub(super) fn is_manifest_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(_, extension)| {
        ["yaml", "yml", "json"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// The globs of a request.
#[derive(Debug)]
pub(super) struct Filter {
    include: Option<GlobSet>,
    exclude: GlobSet,
}

impl Filter {
    /// Compiles the globs.
    pub(super) fn new(request: &Request) -> Result<Self, SourceError> {
        let include = match request.include.as_slice() {
            [] => None,
            globs => Some(glob_set(globs)?),
        };
        Ok(Self {
            include,
            exclude: glob_set(&request.exclude)?,
        })
    }

    /// Whether a file of this repository path is wanted.
    pub(super) fn admits(&self, path: &str) -> bool {
        let included = self.include.as_ref().is_none_or(|set| set.is_match(path));
        included && !self.exclude.is_match(path)
    }
}

/// As in .gitignore: a glob without a slash matches a name in every directory, and one that matches a directory matches
/// everything beneath it.
fn glob_set(globs: &[String]) -> Result<GlobSet, SourceError> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        let bad = |cause| SourceError::BadGlob {
            glob: glob.clone(),
            cause,
        };
        let trimmed = glob.trim_end_matches('/');
        let anchored = match trimmed.trim_start_matches("./").strip_prefix('/') {
            Some(anchored) => anchored.to_owned(),
            None if trimmed.contains('/') => trimmed.trim_start_matches("./").to_owned(),
            None => format!("**/{trimmed}"),
        };
        for pattern in [format!("{anchored}/**"), anchored] {
            let compiled = GlobBuilder::new(&pattern)
                .literal_separator(true)
                .build()
                .map_err(bad)?;
            builder.add(compiled);
        }
    }
    builder.build().map_err(|cause| SourceError::BadGlob {
        glob: globs.join(" "),
        cause,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let owned = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
        Filter::new(&Request {
            place: super::super::Place::WorkTree,
            directory: PathBuf::new(),
            paths: Vec::new(),
            include: owned(include),
            exclude: owned(exclude),
        })
        .expect("the globs are valid")
    }

    #[test]
    fn a_name_matches_in_every_directory() {
        let filter = filter(&[], &["*.tpl.yaml", "vendor"]);
        assert!(!filter.admits("a/b.tpl.yaml"));
        assert!(!filter.admits("x/vendor/y/z.yaml"));
        assert!(filter.admits("x/vendored.yaml"));
    }

    #[test]
    fn a_path_is_anchored_and_covers_what_is_beneath() {
        let filter = filter(&["overlays/*", "/base/"], &[]);
        assert!(filter.admits("overlays/prod/a.yaml"));
        assert!(filter.admits("base/a.yaml"));
        assert!(!filter.admits("x/overlays/prod/a.yaml"));
        assert!(!filter.admits("x/base/a.yaml"));
    }

    #[test]
    fn a_bad_glob_is_named() {
        let error = glob_set(&["a[".to_owned()]).expect_err("unclosed class");
        assert_eq!(error.to_string(), "cannot read the glob `a[`");
    }

    #[test]
    fn normal_keeps_leading_parents_only() {
        assert_eq!(normal(Path::new("./a/../../b/./c")), Path::new("../b/c"));
        assert_eq!(normal(Path::new("/../a")), Path::new("/a"));
    }

    #[test]
    fn extensions_of_manifests() {
        assert!(is_manifest_name("a/b.YML"));
        assert!(is_manifest_name("b.json"));
        assert!(!is_manifest_name("yaml"));
        assert!(!is_manifest_name("a.yaml/b"));
    }
}
