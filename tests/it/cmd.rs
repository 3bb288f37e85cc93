//! Console sessions: what a person types, what the program says, and how it exits.
//!
//! After a change of the output, `TRYCMD=overwrite cargo test --test it console` writes the sessions
//! again; read the difference before you commit it.

use std::path::PathBuf;

/// git without the configuration of whoever runs the tests, and always at the same second.
fn sessions() -> trycmd::TestCases {
    let cases = trycmd::TestCases::new();
    cases
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_AUTHOR_NAME", "Ann")
        .env("GIT_AUTHOR_EMAIL", "ann@example.com")
        .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
        .env("GIT_COMMITTER_NAME", "Ann")
        .env("GIT_COMMITTER_EMAIL", "ann@example.com")
        .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        .register_bin("git", git());
    cases
}

/// The real git program.
fn git() -> PathBuf {
    let path = std::env::var_os("PATH").expect("there is a PATH");
    std::env::split_paths(&path)
        .map(|directory| directory.join("git"))
        .find(|program| program.is_file())
        .expect("the tests need git")
}

#[test]
fn console_sessions_say_what_they_said() {
    let cases = sessions();
    cases.case("tests/cmd/*.trycmd").case("tests/cmd/*.toml");
    // What README and book show is true.
    cases.case("README.md").case("docs/*.md").run();
}
