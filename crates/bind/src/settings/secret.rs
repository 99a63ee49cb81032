//! What must not stand in a settings file: a secret itself, in place of where it is kept.

/// Ways to say where a value is kept.
pub(crate) const REFERENCES: &[&str] = &["env:", "file:", "cmd:"];

/// Words in a name that make its value a secret.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api-key",
    "apikey",
    "authorization",
    "cookie",
    "private-key",
    "credential",
];

/// Words that say something about a secret and are none.
const PLAIN_WORDS: &[&str] =
    &["true", "false", "env", "auto", "any", "none", "declared", "required", "default"];

/// How well-known access keys begin.
const KEY_BEGINNINGS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "sk-",
    "sk_live_",
    "rk_live_",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "ASIA",
    "AIza",
    "SG.",
    "eyJhbGciOi",
    "AGE-SECRET-KEY-",
];

/// Fewest characters of a well-known access key; shorter words only begin alike.
const KEY_LENGTH_MIN: usize = 16;

/// Whether a value says where the real one is kept.
pub fn is_reference(value: &str) -> bool {
    REFERENCES.iter().any(|way| value.strip_prefix(way).is_some_and(|rest| !rest.trim().is_empty()))
}

/// Whether the name of a field, a parameter or a header announces a secret.
pub(crate) fn name_is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// Whether a value under a name that announces a secret is one.
pub(crate) fn is_literal(value: &str) -> bool {
    !is_reference(value) && !PLAIN_WORDS.contains(&value.trim())
}

/// Whether a value carries a secret, whatever its name is.
pub(crate) fn carries_secret(value: &str) -> bool {
    if is_reference(value) {
        return false;
    }
    let begins = KEY_BEGINNINGS.iter().any(|it| value.trim_start().starts_with(it));
    value.contains("PRIVATE KEY-----")
        || (begins && value.trim().chars().count() >= KEY_LENGTH_MIN)
        || url_password(value)
        || named_password(value)
}

/// `scheme://user:password@host`.
fn url_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A password may itself hold a slash, so the last `@` of the whole text counts as well.
    let before = authority.rsplit_once('@').or_else(|| rest.rsplit_once('@'));
    before
        .and_then(|(user, _)| user.split_once(':'))
        .is_some_and(|(_, password)| !password.is_empty() && !stands_for(password))
}

/// `password=…` among the words of a connection string or the query of a URL.
fn named_password(value: &str) -> bool {
    value.split([' ', '&', '?', ';']).filter_map(|pair| pair.split_once('=')).any(
        |(name, given)| {
            let name = name.trim().to_ascii_lowercase();
            let names = ["password", "passwd", "pwd", "sslpassword", "token", "access_token"];
            names.contains(&name.as_str())
                && !given.trim().is_empty()
                && !stands_for(given)
                && !is_reference(given.trim())
        },
    )
}

/// `${NAME}`, `$NAME` and `<…>` only stand for a value.
fn stands_for(text: &str) -> bool {
    text.starts_with('$') || text.starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_secret_from_a_reference() {
        for secret in [
            "postgres://app:hunter2@db.internal/shop",
            "postgres://app:hun/ter2@db.internal/shop",
            "host=db user=app password=hunter2",
            "https://shop.test/?token=abc",
            "ghp_0123456789abcdefghij",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
        ] {
            assert!(carries_secret(secret), "{secret}");
        }
        for harmless in [
            "env:DATABASE_URL",
            "file:/run/secrets/db",
            "cmd:[\"op\",\"read\",\"op://x\"]",
            "postgres://app@db.internal/shop",
            "postgres://app:${PASSWORD}@db.internal/shop",
            "https://shop.test:8443/a:b@c".trim_end_matches("a:b@c"),
            "host=db user=app password=env:PW",
            "sk-ip",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF",
        ] {
            assert!(!carries_secret(harmless), "{harmless}");
        }
        assert!(is_reference("env:X") && !is_reference("env:") && !is_reference("x"));
        assert!(name_is_secret("X_API_KEY") && name_is_secret("Authorization"));
        assert!(!name_is_secret("X-Tenant"));
    }
}
