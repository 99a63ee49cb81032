//! Takes secrets out of text before it leaves a wire: known values, and what looks like one.

use std::ops::Range;

/// What stands in the place of a secret.
pub const MARK: &str = "[redacted]";
/// Characters that the value of a variable has before it is looked for everywhere.
const KNOWN_CHARS_MIN: usize = 6;
/// Characters of a known value that give it away at the place where a text was cut.
const CUT_CHARS_MIN: usize = 4;

/// Knows values that must not be seen. It can be neither printed nor written.
#[derive(Default)]
pub struct Redactor {
    /// Longest first, so that a value is not taken apart by another inside it.
    known: Vec<String>,
}

impl Redactor {
    /// A redactor that knows the values of those variables whose name looks secret.
    pub fn of_variables(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut known: Vec<String> = variables
            .into_iter()
            .filter(|(name, value)| {
                looks_secret(name) && KNOWN_CHARS_MIN <= value.chars().count() && !is_word(value)
            })
            .map(|(_, value)| value)
            .collect();
        known.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        known.dedup();
        Self { known }
    }

    /// The text without secrets. `cut` says that the text goes on behind its end, where half a
    /// secret may stand.
    pub fn text(&self, text: &str, cut: bool) -> String {
        let mut ranges = found(text);
        for value in &self.known {
            ranges.extend(text.match_indices(value.as_str()).map(|(at, _)| at..at + value.len()));
            if cut && let Some(range) = begun(text, value) {
                ranges.push(range);
            }
        }
        replaced(text, ranges)
    }
}

/// The text without what looks like a secret by its form or by its name.
pub fn text(text: &str) -> String {
    replaced(text, found(text))
}

/// Whether a variable, field or option of this name usually holds a secret.
pub fn looks_secret(name: &str) -> bool {
    let words = words_of(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if matches!(
        *last,
        "file"
            | "path"
            | "dir"
            | "id"
            | "name"
            | "length"
            | "len"
            | "size"
            | "type"
            | "algorithm"
            | "alg"
            | "bits"
            | "count"
            | "max"
            | "min"
            | "age"
            | "ttl"
            | "expiry"
            | "expires"
            | "timeout"
            | "limit"
            | "limits"
            | "policy"
            | "authentication"
            | "usage"
            | "version"
            | "enabled"
            | "required"
            | "format"
            | "lifetime"
            | "rotation"
            | "strength"
            | "manager"
    ) {
        return false;
    }
    let whole = words.concat();
    let plainly = [
        "secret",
        "password",
        "passwd",
        "passphrase",
        "token",
        "credential",
        "apikey",
        "requirepass",
        "masterauth",
    ];
    if plainly.iter().any(|word| whole.contains(word)) {
        return true;
    }
    if words.iter().any(|word| matches!(*word, "pwd" | "pass" | "dsn" | "authorization")) {
        return *last != "method";
    }
    let openly = matches!(
        *first,
        "public" | "pub" | "primary" | "foreign" | "host" | "cache" | "partition" | "sort" | "map"
    );
    matches!(*last, "key" | "keys") && 1 < words.len() && !openly
}

/// The words of a name: cut at signs and where capitals begin.
fn words_of(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut lower = false;
    for letter in name.chars() {
        let border = !letter.is_alphanumeric() || (letter.is_uppercase() && lower);
        if border && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        lower = letter.is_lowercase() || letter.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Values that say nothing even beside a secret's name: switches, and references to the value.
fn is_word(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let switch = matches!(
        lower.as_str(),
        "" | "true"
            | "false"
            | "yes"
            | "no"
            | "on"
            | "off"
            | "none"
            | "null"
            | "nil"
            | "{"
            | "["
            | "|"
            | ">"
            | "|-"
            | ">-"
            | "{}"
            | "[]"
            | "required"
            | "optional"
            | "unset"
    );
    let number = value.len() < KNOWN_CHARS_MIN && value.chars().all(|c| c.is_ascii_digit());
    switch || number || value.contains(MARK) || is_reference(value)
}

/// Whether a value only names where the secret is: `$NAME`, `{{ name }}`, `<name>`, `/run/secrets/x`.
fn is_reference(value: &str) -> bool {
    let Some(rest) = value.strip_prefix('$') else {
        return (value.starts_with("{{") && value.ends_with("}}"))
            || (value.starts_with('<') && value.ends_with('>'))
            || value.starts_with("/run/secrets/")
            || value.starts_with("/etc/")
            || value.starts_with("env:")
            || value.starts_with("file:");
    };
    if let Some(inner) = rest.strip_prefix('{') {
        // `${NAME:-text}` carries a text of its own.
        return inner.strip_suffix('}').is_some_and(|name| {
            name.split([':', '?']).next().is_some_and(is_name) && !name.contains('-')
        }) || inner.starts_with('{');
    }
    rest.starts_with('(') || is_name(rest)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Puts the mark in the place of each range.
fn replaced(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in ranges {
        if range.end <= done {
            continue;
        }
        if done <= range.start {
            out.push_str(text.get(done..range.start).unwrap_or_default());
            out.push_str(MARK);
        }
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// The end of the text, when a known value begins there and is cut off.
fn begun(text: &str, value: &str) -> Option<Range<usize>> {
    let longest = value.len().min(text.len());
    (CUT_CHARS_MIN..longest)
        .rev()
        .filter_map(|length| value.get(..length))
        .find(|start| text.ends_with(start))
        .map(|start| text.len() - start.len()..text.len())
}

/// Every range that looks like a secret.
fn found(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    private_keys(text, &mut ranges);
    user_infos(text, &mut ranges);
    tokens(text, &mut ranges);
    for line in lines(text) {
        assignments(text, line, &mut ranges);
    }
    ranges
}

/// Lines; the variables of a process end in NUL.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(['\n', '\0']) {
        lines.push(start..at);
        start = at + 1;
    }
    lines.push(start..text.len());
    lines
}

/// PEM blocks of private keys, to their end or the end of the text.
fn private_keys(text: &str, ranges: &mut Vec<Range<usize>>) {
    for (at, begin) in text.match_indices("-----BEGIN ") {
        let label_at = at + begin.len();
        let rest = text.get(label_at..).unwrap_or_default();
        let Some((label, body)) = rest.split_once("-----") else { continue };
        if !label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK") {
            continue;
        }
        let start = label_at + label.len() + 5;
        let length = body.find("-----END ").unwrap_or(body.len());
        ranges.push(start..start + length);
    }
}

/// The password in `scheme://user:password@host`.
fn user_infos(text: &str, ranges: &mut Vec<Range<usize>>) {
    for (at, sign) in text.match_indices("://") {
        let start = at + sign.len();
        let rest = text.get(start..).unwrap_or_default();
        let word = rest.find(|c: char| c.is_whitespace() || "\"'`<>\0".contains(c));
        let word = rest.get(..word.unwrap_or(rest.len())).unwrap_or_default();
        let authority = word.find(['/', '?', '#']).unwrap_or(word.len());
        let authority = word.get(..authority).unwrap_or_default();
        // An unescaped slash may stand in a password; then the part before it is no port.
        let info = match (authority.rfind('@'), authority.split_once(':')) {
            (Some(end), _) => word.get(..end),
            (None, Some((_, port))) if !port.chars().all(|c| c.is_ascii_digit()) => {
                word.rfind('@').and_then(|end| word.get(..end))
            }
            (None, _) => None,
        };
        let Some(info) = info else { continue };
        if let Some((user, password)) = info.split_once(':')
            && !password.is_empty()
            && !is_reference(password)
        {
            let from = start + user.len() + 1;
            ranges.push(from..start + info.len());
        }
    }
}

/// What vendors' tokens begin with, and the characters that follow at least.
const PREFIXES: [(&str, usize); 22] = [
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("ghu_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("xoxa-", 16),
    ("xapp-", 16),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("sk_test_", 16),
    ("sk-", 20),
    ("gsk_", 20),
    ("AIza", 30),
    ("SG.", 20),
    ("npm_", 30),
    ("eyJ", 20),
];

/// Tokens by their form, and what follows `Bearer` or `Basic`.
fn tokens(text: &str, ranges: &mut Vec<Range<usize>>) {
    for (prefix, least) in PREFIXES {
        for (at, _) in text.match_indices(prefix) {
            let before = text.get(..at).unwrap_or_default().chars().next_back();
            let after = at + prefix.len();
            let length = token_length(text.get(after..).unwrap_or_default());
            if !before.is_some_and(char::is_alphanumeric) && least <= length {
                ranges.push(at..after + length);
            }
        }
    }
    let lower = text.to_ascii_lowercase();
    for scheme in ["bearer ", "basic "] {
        for (at, _) in lower.match_indices(scheme) {
            let start = at + scheme.len();
            let length = token_length(text.get(start..).unwrap_or_default());
            if KNOWN_CHARS_MIN <= length {
                ranges.push(start..start + length);
            }
        }
    }
}

fn token_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || "-._~+/=".contains(c))).unwrap_or(text.len())
}

/// Values behind names that look secret: `NAME=value`, `name: value`, `"name": "value"`,
/// `--name value`.
fn assignments(text: &str, line: Range<usize>, ranges: &mut Vec<Range<usize>>) {
    let whole = text.get(line.clone()).unwrap_or_default();
    let is_part = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let mut at = 0;
    let mut first = true;
    while let Some(offset) = whole.get(at..).and_then(|rest| rest.find(is_part)) {
        let start = at + offset;
        let rest = whole.get(start..).unwrap_or_default();
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        let end = start + length;
        at = end;
        let leading = first;
        first = first && matches!(name, "export" | "-" | "set" | "env" | "ENV" | "ARG");
        if !looks_secret(name) {
            continue;
        }
        let behind = whole.get(end..).unwrap_or_default();
        let Some(skip) = gap(name, behind) else { continue };
        let value = behind.get(skip..).unwrap_or_default();
        let (open, length) = value_extent(value, leading);
        let text_of = value.get(open..open + length).unwrap_or_default();
        if !is_word(text_of.trim()) {
            let from = line.start + end + skip + open;
            ranges.push(from..from + length);
        }
        at = end + skip + open + length;
    }
}

/// Bytes between a name and its value; `None` when none follows.
fn gap(name: &str, behind: &str) -> Option<usize> {
    let quote = usize::from(behind.starts_with(['"', '\'', ']']));
    let rest = behind.get(quote..)?;
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let sign = rest.get(blank..)?;
    let signs = ["=>", ":=", "?=", "+=", "=", ":"];
    if let Some(found) = signs.into_iter().find(|candidate| sign.starts_with(candidate)) {
        let after = sign.get(found.len()..)?;
        let space = after.len() - after.trim_start_matches([' ', '\t']).len();
        // `==` compares and `://` is a URL.
        let other = after.starts_with('=') || after.starts_with("//");
        return (!other).then_some(quote + blank + found.len() + space);
    }
    // Options, and the lines of a Redis configuration.
    let apart = name.starts_with("--") || matches!(name, "requirepass" | "masterauth");
    (apart && 0 < blank).then_some(quote + blank)
}

/// Where a value begins behind an opening quote, and its length. At the head of a line it goes to
/// the line's end.
fn value_extent(value: &str, leading: bool) -> (usize, usize) {
    if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
        let inner = value.get(1..).unwrap_or_default();
        return (1, inner.find(quote).unwrap_or(inner.len()));
    }
    if leading {
        let trimmed = value.trim_end_matches(['\r', ' ', '\t', ',']);
        return (0, trimmed.len());
    }
    let stop = |c: char| c.is_whitespace() || ",;&\"'`)}]".contains(c);
    (0, value.find(stop).unwrap_or(value.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str) {
        assert_eq!(text(before), after.replace('§', MARK), "{before}");
    }

    #[test]
    fn names_that_hold_secrets() {
        for name in [
            "SECRET_KEY",
            "JWT_SECRET",
            "DB_PASSWORD",
            "apiKey",
            "API_KEY",
            "SENTRY_DSN",
            "token",
            "AWS_SECRET_ACCESS_KEY",
            "--password",
            "privateKey",
            "DB_PASS",
            "ENCRYPTION_KEY",
        ] {
            assert!(looks_secret(name), "{name}");
        }
        for name in [
            "PATH",
            "KEY_FILE",
            "SECRET_NAME",
            "PasswordAuthentication",
            "TOKEN_TTL",
            "key",
            "primary_key",
            "PUBLIC_KEY",
            "compass",
            "DB_PASSWORD_FILE",
            "keyboard",
            "HostKey",
            "password_policy",
            "bypass",
        ] {
            assert!(!looks_secret(name), "{name}");
        }
    }

    #[test]
    fn values_behind_names() {
        check("SECRET_KEY=abc def\nA=1", "SECRET_KEY=§\nA=1");
        check("export DB_PASSWORD=\"x y\" # note", "export DB_PASSWORD=\"§\" # note");
        check("  password: hunter2\r\n", "  password: §\r\n");
        check("{\"api_key\": \"k1\", \"n\": 2}", "{\"api_key\": \"§\", \"n\": 2}");
        check("run --password hunter2 --user bob", "run --password § --user bob");
        check("x token=abc123, y=2", "x token=§, y=2");
        check("POSTGRES_PASSWORD: ${DB_PASSWORD}", "POSTGRES_PASSWORD: ${DB_PASSWORD}");
        check("POSTGRES_PASSWORD: ${P:-hunter2}", "POSTGRES_PASSWORD: §");
        check("password: true\nDB_PASSWORD_FILE=/a", "password: true\nDB_PASSWORD_FILE=/a");
        check("A_TOKEN=one\0B=two\0C_SECRET=three\0", "A_TOKEN=§\0B=two\0C_SECRET=§\0");
        check("requirepass foobared", "requirepass §");
        check("if token == other {", "if token == other {");
        check(
            "Set-Cookie: a=1; session_token=abcdef; Path=/",
            "Set-Cookie: a=1; session_token=§; Path=/",
        );
    }

    #[test]
    fn secrets_by_their_form() {
        check("postgres://bob:hunter2@db:5432/app", "postgres://bob:§@db:5432/app");
        check("redis://:pw@h/0", "redis://:§@h/0");
        check("at http://h:8080/a@2x.png", "at http://h:8080/a@2x.png");
        check("amqp://u:p/w@h/x", "amqp://u:§@h/x");
        check("curl -H 'Authorization: Bearer abc.def-1'", "curl -H 'Authorization: § §'");
        check("> bearer ABCDEFGH", "> bearer §");
        check("id AKIAABCDEFGHIJKLMNOP end", "id § end");
        check(
            "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nz",
            "-----BEGIN RSA PRIVATE KEY-----§-----END RSA PRIVATE KEY-----\nz",
        );
        check("-----BEGIN PRIVATE KEY-----\nMII", "-----BEGIN PRIVATE KEY-----§");
        check("-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN CERTIFICATE-----\nMII");
    }

    #[test]
    fn known_values_go_everywhere_even_cut() {
        let redactor = Redactor::of_variables([
            ("APP_SECRET".to_owned(), "correct-horse".to_owned()),
            ("APP_SECRET_2".to_owned(), "horse-".to_owned()),
            ("EDITOR".to_owned(), "visible".to_owned()),
            ("PIN_TOKEN".to_owned(), "1234".to_owned()),
        ]);
        assert_eq!(redactor.text("a correct-horse b", false), format!("a {MARK} b"));
        assert_eq!(redactor.text("a correct-ho", true), format!("a {MARK}"));
        assert_eq!(redactor.text("a correct-ho", false), "a correct-ho");
        assert_eq!(redactor.text("visible 1234", true), "visible 1234");
    }

    #[test]
    fn any_text_is_survived() {
        for odd in
            ["", "=", ":", "token", "token=", "token='", "://", "é://ü:ö@ä", "--token ", "\0"]
        {
            drop(text(odd));
        }
    }
}
