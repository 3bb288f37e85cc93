//! Whether a setting is a password, a token or a key that stands there in the clear.
//!
//! The name must say so and the value must look like one; tokens of known makers need no name.

use std::sync::LazyLock;

use regex::Regex;

/// Names that end in what a secret is called: `DB_PASSWORD`, but neither `PASSWORD_FILE` nor `TOKEN_URL`.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:(?i)(?:^|[_.-])(?:password|passwd|passphrase|pwd|pass|secret|token|api[_-]?key|secret[_-]?key",
        r"|private[_-]?key|secret[_-]?access[_-]?key|encryption[_-]?key|signing[_-]?key)",
        r"|[a-z](?-i:Password|Passwd|Passphrase|Secret|Token|ApiKey|SecretKey|PrivateKey))$",
    ))
    .expect("a valid pattern")
});

/// Names after which any word is a secret.
static PASSWORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(password|passwd|passphrase|pwd|pass)$").expect("a valid pattern")
});

/// Tokens that tell who made them.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:^|[^A-Za-z0-9_-])(?:",
        r"AKIA[0-9A-Z]{16}",
        r"|gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,}",
        r"|glpat-[A-Za-z0-9_-]{20}",
        r"|xox[baprs]-[0-9A-Za-z-]{20,}",
        r"|sk_live_[0-9A-Za-z]{20,}|rk_live_[0-9A-Za-z]{20,}",
        r"|AIza[0-9A-Za-z_-]{35}",
        r"|SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
        r"|npm_[A-Za-z0-9]{36}",
        r")(?:$|[^A-Za-z0-9_-])",
    ))
    .expect("a valid pattern")
});

/// A URL with a password that is there to be read.
static URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[a-z][a-z0-9+]*://[^/\s:@]*:([^/\s@]+)@").expect("a valid pattern")
});

/// What stands for a value, or says where it is.
static NO_VALUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^(",
        r".*[${}<>\s].*|.*\(\(.*|",
        r"[./~].*|[a-z][a-z0-9+.-]*://.*|[a-z]+:[a-z/].*|",
        r"true|false|yes|no|none|null|nil|undefined|disabled|enabled|optional|required|always|never|",
        r"[x*.#_?-]+|ENC\[.*|.*(example|change.?me|replace|placeholder|dummy|redacted|your[_-]).*",
        r")$",
    ))
    .expect("a valid pattern")
});

/// A name of an object or a key, where one would be: `shop-secret`, `db-credentials`, `token`.
static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[a-z0-9.-]*(secrets?|tokens?|creds?|credentials?|keys?|password)[a-z0-9.-]*$")
        .expect("a valid pattern")
});

/// Whether a setting holds a secret in the clear.
pub(super) fn is_exposed(name: &str, value: &str) -> bool {
    let value = value.trim();
    holds_token(value) || holds_password(value) || is_named(name, value)
}

/// Whether a text holds a token of a known maker.
fn holds_token(text: &str) -> bool {
    TOKEN.is_match(text) && !text.contains("EXAMPLE")
}

/// Whether a text holds a URL with a password.
pub(super) fn holds_password(text: &str) -> bool {
    let mut urls = URL.captures_iter(text);
    urls.any(|url| {
        let password = &url[1];
        !NO_VALUE.is_match(password) && !matches!(password, "password" | "pass" | "secret")
    })
}

fn is_named(name: &str, value: &str) -> bool {
    if value.is_empty() || !NAME.is_match(name) || NO_VALUE.is_match(value) {
        return false;
    }
    if PASSWORD.is_match(name) {
        return true;
    }
    // A token or a key is long and mixed; a short word or a number is a setting of it.
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    value.len() >= 8 && has_digit && has_letter && !REFERENCE.is_match(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_the_name_and_the_look_of_one() {
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("POSTGRES_PASSWORD", "password"),
            ("mysqlPassword", "12345"),
            ("password", "admin"),
            ("JWT_SECRET", "9f86d081884c7d65"),
            ("api-key", "k3yk3yk3yk3y"),
            ("DATABASE_URL", "postgres://shop:hunter2@db/shop"),
        ] {
            assert!(is_exposed(name, value), "{name}");
        }
        let token = format!("ghp_{}", "a1".repeat(18));
        assert!(is_exposed("ANYTHING", &token));
    }

    #[test]
    fn names_of_secrets_and_settings_about_them_are_none() {
        for (name, value) in [
            ("SECRET_NAME", "my-secret"),
            ("DB_PASSWORD_FILE", "/run/secrets/db"),
            ("TOKEN_URL", "https://example.com/token"),
            ("DB_PASSWORD", "$(PASSWORD)"),
            ("DB_PASSWORD", "${PASSWORD}"),
            ("DB_PASSWORD", "{{ .password }}"),
            ("DB_PASSWORD", "changeme"),
            ("TLS_SECRET", "shop-tls-2024-secret"),
            ("WITH_TOKEN", "true"),
            ("MAX_TOKEN", "4096"),
            ("PASSWORD", ""),
            ("COMPASS", "north"),
            ("MONKEY", "banana12345"),
            ("DATABASE_URL", "postgres://shop:$(PASSWORD)@db/shop"),
            ("DATABASE_URL", "postgres://db:5432/shop"),
            ("AWS_KEY", "AKIAIOSFODNN7EXAMPLE"),
        ] {
            assert!(!is_exposed(name, value), "{name}={value}");
        }
    }
}
