//! What can go wrong when bytes are read.

use std::path::PathBuf;

/// A failure to read a source. One bad file never hides the others: those are returned beside the rest.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum SourceError {
    /// A path that was named does not exist or cannot be read.
    #[error("cannot read {}", path.display())]
    #[diagnostic(
        code(source::unreadable),
        help("check that the path exists and that you may read it")
    )]
    Unreadable {
        /// The path as it was asked for.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        cause: std::io::Error,
    },

    /// A path that was named is not in the place that was asked.
    #[error("{} is not {place}", path.display())]
    #[diagnostic(code(source::no_such_path))]
    NoSuchPath {
        /// The path as it was asked for.
        path: PathBuf,
        /// Where it was looked for: "in the index", "on disk".
        place: String,
        /// A near name, or how to find one.
        #[help]
        help: String,
    },

    /// A path that was named lies outside the repository whose objects are read.
    #[error("{} is outside the repository {}", path.display(), root.display())]
    #[diagnostic(
        code(source::outside_repository),
        help("name a path in the repository, or start in the repository that holds it")
    )]
    OutsideRepository {
        /// The path as it was asked for.
        path: PathBuf,
        /// The repository's root.
        root: PathBuf,
    },

    /// A symbolic link that leaves the tree; what it points at is no part of the repository.
    #[error("{path} is a symbolic link that leaves the tree: it points at {target}")]
    #[diagnostic(
        code(source::outside_tree),
        help("put the file itself into the repository, or exclude the link")
    )]
    OutsideTree {
        /// The link.
        path: String,
        /// What it says.
        target: String,
    },

    /// A symbolic link to nothing, or in a circle.
    #[error("{path} is a symbolic link to nothing: it points at {target}")]
    #[diagnostic(
        code(source::dangling_symlink),
        help("restore the file that the link points at, or remove the link")
    )]
    DanglingSymlink {
        /// The link.
        path: String,
        /// What it says.
        target: String,
    },

    /// A symbolic link that was left out: what it points at is read under its own name, or is a directory.
    #[error("left out {path}: the symbolic link points at {target}")]
    #[diagnostic(
        code(source::symlink_left_out),
        severity(Warning),
        help(
            "files are read once, under their own names; to read through the link, name it as a path"
        )
    )]
    SymlinkLeftOut {
        /// The link.
        path: String,
        /// What it says.
        target: String,
    },

    /// Something that is no file: reading it could wait forever.
    #[error("{path} is {kind}, not a file")]
    #[diagnostic(
        code(source::not_a_file),
        help("write the manifests to a file, or pipe them to standard input")
    )]
    NotAFile {
        /// The path as it was asked for.
        path: String,
        /// What it is.
        kind: &'static str,
    },

    /// A file larger than any manifest.
    #[error("{path} is too large: {size} bytes, and at most {limit} are read")]
    #[diagnostic(
        code(source::too_large),
        help("the API server takes at most 1.5 MiB an object: split the file, or exclude it")
    )]
    TooLarge {
        /// The file.
        path: String,
        /// Its size.
        size: u64,
        /// The most that is read.
        limit: u64,
    },

    /// A file that is not UTF-8.
    #[error("{path} is not UTF-8: the byte at offset {offset} (line {line}, column {column})")]
    #[diagnostic(
        code(source::not_utf8),
        help("manifests are UTF-8: convert the file, or exclude it if it is no manifest")
    )]
    NotUtf8 {
        /// The file.
        path: String,
        /// The first byte that is wrong.
        offset: usize,
        /// Its line, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },

    /// A file that says by its byte order mark that it is UTF-16 or UTF-32.
    #[error("{path} is {encoding}, not UTF-8")]
    #[diagnostic(
        code(source::not_utf8_but_utf16),
        help("convert it: `iconv -f {encoding} -t UTF-8 {path}`")
    )]
    OtherEncoding {
        /// The file.
        path: String,
        /// The name of the encoding, as iconv knows it.
        encoding: &'static str,
    },

    /// A file that is in conflict in the index.
    #[error("{path} has a merge conflict in the index")]
    #[diagnostic(
        code(source::unmerged),
        help("resolve the conflict and `git add` the file")
    )]
    Unmerged {
        /// The file.
        path: String,
    },

    /// A blob that the repository names and does not hold.
    #[error("the object {id} of {path} is missing from the repository")]
    #[diagnostic(
        code(source::missing_object),
        help(
            "in a partial clone, fetch it with `git cat-file -p {id}`; else look for damage with `git fsck`"
        )
    )]
    MissingObject {
        /// The file.
        path: String,
        /// The blob.
        id: String,
    },

    /// No repository where one is needed.
    #[error("{} is in no git repository", directory.display())]
    #[diagnostic(
        code(source::not_a_repository),
        help("start in a repository, or make one with `git init`")
    )]
    NotARepository {
        /// Where the search started.
        directory: PathBuf,
    },

    /// A repository without a work tree.
    #[error("{} is a bare repository: it has no index and no work tree", root.display())]
    #[diagnostic(
        code(source::bare_repository),
        help("name a revision to read, such as HEAD")
    )]
    BareRepository {
        /// The git directory.
        root: PathBuf,
    },

    /// A repository of somebody else: its configuration could run programs.
    #[error("the repository {} belongs to another user", path.display())]
    #[diagnostic(
        code(source::foreign_owner),
        help("if you trust it, run `git config --global --add safe.directory {}`", path.display())
    )]
    ForeignOwner {
        /// The work tree, or the git directory of a bare repository: what `safe.directory` is compared to.
        path: PathBuf,
    },

    /// A repository whose objects are named by SHA-256.
    #[error("the repository {} uses SHA-256 object names, which cannot be read", path.display())]
    #[diagnostic(
        code(source::sha256_repository),
        help(
            "read the files of a work tree instead, or use a repository made with `git init --object-format=sha1`"
        )
    )]
    Sha256Repository {
        /// Where the search started.
        path: PathBuf,
    },

    /// A repository that stores its references as reftable.
    #[error("the repository {} stores its references as reftable, which cannot be read", path.display())]
    #[diagnostic(
        code(source::reftable),
        help(
            "run `git refs migrate --ref-format=files` in it, or read the files of a work tree instead"
        )
    )]
    Reftable {
        /// Where the search started.
        path: PathBuf,
    },

    /// A repository with another extension of the format.
    #[error("the repository {} needs {extension}, which is not supported", path.display())]
    #[diagnostic(
        code(source::unsupported_extension),
        help("read the files of a work tree instead, or a plain clone of the repository")
    )]
    UnsupportedExtension {
        /// Where the search started.
        path: PathBuf,
        /// The extension's name.
        extension: String,
    },

    /// An index in a form that cannot be read (a sparse or a split index).
    #[error("cannot read the index of {}", root.display())]
    #[diagnostic(
        code(source::unsupported_index),
        help(
            "rewrite it: `git sparse-checkout reapply --no-sparse-index` for a sparse index, `git update-index --no-split-index` for a split one"
        )
    )]
    UnsupportedIndex {
        /// The repository's root.
        root: PathBuf,
        /// The library's answer.
        #[source]
        cause: git2::Error,
    },

    /// A revision that does not exist.
    #[error("unknown revision {revision}")]
    #[diagnostic(code(source::unknown_revision))]
    UnknownRevision {
        /// The name as it was asked for.
        revision: String,
        /// Near names, or how to get it.
        #[help]
        help: String,
    },

    /// An abbreviation of more than one object.
    #[error("the revision {revision} is ambiguous")]
    #[diagnostic(
        code(source::ambiguous_revision),
        help("write more digits, or the full name of the branch or tag")
    )]
    AmbiguousRevision {
        /// The name as it was asked for.
        revision: String,
    },

    /// A revision that names something without a tree, or several things.
    #[error("{revision} names {found}, not a commit or a tree")]
    #[diagnostic(
        code(source::not_a_commit),
        help("name a commit, a branch or a tag; give files as paths")
    )]
    NotACommit {
        /// The name as it was asked for.
        revision: String,
        /// What it is.
        found: String,
    },

    /// A branch without a commit.
    #[error("the branch {branch} has no commit yet")]
    #[diagnostic(
        code(source::unborn_branch),
        help("commit first, or read the index or the work tree")
    )]
    UnbornBranch {
        /// The branch's short name.
        branch: String,
    },

    /// A glob that cannot be parsed.
    #[error("cannot read the glob `{glob}`")]
    #[diagnostic(
        code(source::bad_glob),
        help("`*` stays within a directory, `**` crosses directories")
    )]
    BadGlob {
        /// The glob as it was asked for.
        glob: String,
        /// What is wrong.
        #[source]
        cause: globset::Error,
    },

    /// git's library failed.
    #[error("cannot {action} in the repository {}", path.display())]
    #[diagnostic(
        code(source::git),
        help("look at the repository with `git status` and `git fsck`")
    )]
    Git {
        /// What was tried.
        action: &'static str,
        /// The repository.
        path: PathBuf,
        /// The library's answer.
        #[source]
        cause: git2::Error,
    },
}
