//! The rules by which a value looks like a placeholder that nobody has replaced.

use crate::{kinds, listed};

/// A rule's name, and whether a text in lower case breaks it.
type Rule = (&'static str, fn(&str) -> bool);

/// The first rule that a value breaks, by its name.
pub(crate) fn rule(name: &str, value: &str) -> Option<&'static str> {
    rule_at(name, value, 0)
}

/// Values inside which a packed placeholder is looked for: what was unpacked has no more layers.
const PACKED_MAX: usize = 1;

fn rule_at(name: &str, value: &str, depth: usize) -> Option<&'static str> {
    let lower = value.to_lowercase();
    let text = lower.trim();
    let rules: [Rule; 16] = [
        ("nothing", nothing),
        ("no visible character", unseen),
        ("changeme", change_elsewhere),
        ("@…@", at_signs),
        ("<…>", angled),
        ("your-…", yours),
        ("changeme", change),
        ("xxx", crosses),
        ("todo", todo),
        ("example.com", example),
        ("user:pass@", user_pass),
        ("host", host),
        ("…", dots),
        ("{{…}}", template),
        ("[…]", bracketed),
        ("***", signs),
    ];
    if text.is_empty() {
        return None;
    }
    let found = rules.into_iter().find(|(_, broken)| broken(text)).map(|(word, _)| word);
    found
        .or_else(|| (text == name.to_lowercase()).then_some("its own name"))
        .or_else(|| {
            (matches!(text, "none" | "null" | "nil") && !may_be_none(name)).then_some("none")
        })
        .or_else(|| (depth < PACKED_MAX).then(|| packed(name, value, depth)).flatten())
}

/// A placeholder that was only packed in hex or base64.
fn packed(name: &str, value: &str, depth: usize) -> Option<&'static str> {
    listed::unpacked(value).iter().find_map(|inner| rule_at(name, inner, depth + 1))
}

/// Whether `none` is a setting like any other for a variable of this name.
fn may_be_none(name: &str) -> bool {
    let lower = name.to_lowercase();
    ["samesite", "mode", "policy", "level", "type", "compression", "cache", "method", "ssl"]
        .iter()
        .any(|word| lower.ends_with(word))
}

/// A sign or an abbreviation that says that there is nothing.
fn nothing(text: &str) -> bool {
    matches!(text, "-" | "?" | "\\" | "." | "_" | "*" | "n/a" | "n.a." | "tba" | "tbc" | "k.a.")
}

/// Characters that nobody sees, or that end the value for whoever reads it.
fn unseen(text: &str) -> bool {
    let hidden = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
    };
    text.contains('\0') || text.chars().all(hidden)
}

/// `changeme` in other languages.
fn change_elsewhere(text: &str) -> bool {
    let here = [
        "ändern",
        "aendern",
        "eintragen",
        "ersetzen",
        "ausfüllen",
        "ausfuellen",
        "cambiar",
        "cambiame",
        "cámbiame",
        "cambiami",
        "reemplazar",
        "rellenar",
        "remplacer",
        "remplir",
        "àremplacer",
        "modifier",
        "alterar",
        "substituir",
        "mudar",
        "sostituire",
        "modificare",
        "wijzigen",
        "invullen",
        "zmień",
        "zmien",
        "изменить",
        "замените",
    ];
    let written =
        ["修改", "更改", "替换", "替換", "填写", "填寫", "変更", "変えて", "변경", "입력"];
    words(text).any(|word| here.contains(&word)) || written.iter().any(|word| text.contains(word))
}

/// `@NAME@`.
fn at_signs(text: &str) -> bool {
    let inner = text.strip_prefix('@').and_then(|rest| rest.strip_suffix('@'));
    inner.is_some_and(|inner| {
        !inner.is_empty() && inner.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
    })
}

/// The words of a text: runs of letters and digits.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// `<strong-secret>`, alone or inside a URL.
fn angled(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let inner = rest.split_once('>').map(|(inner, _)| inner);
        inner.is_some_and(|inner| {
            inner.starts_with(|c: char| c.is_alphabetic())
                && inner.chars().all(|c| c.is_alphanumeric() || " _-.:/".contains(c))
        })
    })
}

/// `your-key-here`, `put_your_key`, `yourdomain`.
fn yours(text: &str) -> bool {
    let together = [
        "yourdomain",
        "yourcompany",
        "yourapp",
        "yoursite",
        "yourname",
        "yourpassword",
        "yourkey",
        "yoursecret",
        "yourtoken",
        "yourserver",
        "yourhost",
        "yourorg",
        "yourproject",
    ];
    let mut behind = words(text).peekable();
    while let Some(word) = behind.next() {
        let alone = word == "your" && behind.peek().is_some();
        if alone || together.iter().any(|start| word.starts_with(start)) {
            return true;
        }
    }
    false
}

fn change(text: &str) -> bool {
    let joined: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    [
        "changeme",
        "changethis",
        "changeit",
        "replaceme",
        "replacethis",
        "replacewith",
        "pleasechange",
        "tobechanged",
        "fillmein",
        "fillthisin",
        "insertyour",
        "puthere",
        "shouldbechanged",
        "mustbechanged",
        "notsosecret",
        "djangoinsecure",
        "changeinproduction",
    ]
    .iter()
    .any(|word| joined.contains(word))
}

/// Three crosses alone between signs, or four anywhere.
fn crosses(text: &str) -> bool {
    text.contains("xxxx")
        || words(text).any(|word| word.len() >= 3 && word.chars().all(|c| c == 'x'))
}

fn todo(text: &str) -> bool {
    words(text).any(|word| {
        matches!(
            word,
            "todo"
                | "tbd"
                | "fixme"
                | "placeholder"
                | "dummy"
                | "undefined"
                | "redacted"
                | "secrethere"
                | "keyhere"
                | "tokenhere"
                | "passwordhere"
        )
    }) || text.ends_with("example") && text.starts_with("akia")
        || text.ends_with("-here")
        || text.ends_with("_here")
}

/// The names set aside for documentation, and everything below them.
fn example(text: &str) -> bool {
    ["example.com", "example.org", "example.net", "example.edu"].iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
            let part = |c: char| c.is_alphanumeric() || c == '-';
            !before.is_some_and(part) && !after.is_some_and(part)
        })
    })
}

/// A URL's user and password that are the words for them.
fn user_pass(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let Some((info, _)) = rest.split_once('@') else { return false };
    let (user, password) = info.split_once(':').unwrap_or((info, ""));
    let users = ["user", "username", "usr", "myuser", "dbuser", "db_user"];
    let passwords = ["pass", "password", "passwd", "pwd", "pw", "mypassword", "dbpass"];
    users.contains(&user) && (password.is_empty() || passwords.contains(&password))
        || passwords.contains(&password) && !user.is_empty()
}

/// The word itself where a host belongs.
fn host(text: &str) -> bool {
    let literal =
        |host: &str| matches!(host, "host" | "hostname" | "dbhost" | "db-host" | "db_host");
    if literal(text) {
        return true;
    }
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    literal(place.split(':').next().unwrap_or_default())
}

fn dots(text: &str) -> bool {
    text.contains('…') || text.ends_with("...") || text.starts_with("...")
}

fn template(text: &str) -> bool {
    (text.contains("{{") && text.contains("}}"))
        || text.contains("<%=")
        || (text.len() > 4 && text.starts_with("__") && text.ends_with("__"))
        || (text.len() > 2 && text.starts_with('%') && text.ends_with('%'))
}

/// `[your name]`; a JSON list is none.
fn bracketed(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| {
        inner.starts_with(|c: char| c.is_alphabetic())
            && inner.chars().all(|c| c.is_alphanumeric() || " _-/".contains(c))
    }) && !kinds::is_json(text)
}

/// Nothing but signs where something was left out.
fn signs(text: &str) -> bool {
    text.chars().all(|c| "*?_-.•#".contains(c)) && text.chars().count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: &str) {
        assert_eq!(rule("NAME", value).unwrap_or(""), expected, "{value}");
    }

    #[test]
    fn placeholders_are_named() {
        check("<strong-secret-key-32-chars-min>", "<…>");
        check("https://<key>@sentry.io/1", "<…>");
        check("your-secret-key", "your-…");
        check("put_your_key_here", "your-…");
        check("https://yourdomain.com", "your-…");
        check("changeme", "changeme");
        check("Change_Me-please", "changeme");
        check("changeme-changeme-changeme-change", "changeme");
        check("xxx", "xxx");
        check("sk-xxxxxxxx", "xxx");
        check("TODO", "todo");
        check("api-key-here", "todo");
        check("https://api.example.com/v1", "example.com");
        check("ops@example.org", "example.com");
        check("postgres://user:pass@db/app", "user:pass@");
        check("postgres://app:password@db/app", "user:pass@");
        check("postgres://app:s3cr@host:5432/app", "host");
        check("host", "host");
        check("sk-...", "…");
        check("{{ secret }}", "{{…}}");
        check("[Name]", "[…]");
        check("********", "***");
        check("name", "its own name");
        for value in ["-", "?", "N/A", "\\"] {
            check(value, "nothing");
        }
        for value in ["none", "NULL", "nil"] {
            check(value, "none");
        }
        check("TBD", "todo");
        check("\u{200b}", "no visible character");
        check("db\0internal", "no visible character");
        for value in
            ["HIER_EINTRAGEN", "bitte-ändern", "cambiar", "cambiame", "a_remplacer", "请修改"]
        {
            check(value, "changeme");
        }
        check("@DB_HOST@", "@…@");
        check("WTJoaGJtZGxiV1VnY0d4bFlYTmxJR05vWVc1blpTQnRaU0J1YjNjPQ==", "changeme");
        assert_eq!(rule("SESSION_COOKIE_SAMESITE", "None"), None);
    }

    #[test]
    fn real_values_are_not() {
        for value in [
            "",
            "production",
            "localhost",
            "https://shop.io",
            "postgres://app:kX9@db.internal/app",
            "myexample.com.au",
            "a<b",
            "[1,2]",
            "[\"a\"]",
            "info",
            "8080",
            "#fff",
            "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
            "redis://cache:6379/0",
            "hosting",
            "exampleton.com",
            "-1",
        ] {
            check(value, "");
        }
    }
}
