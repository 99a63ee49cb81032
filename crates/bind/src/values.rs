//! Reads numbers with units and bounds, names, paths and addresses from a text.

use crate::{
    nouns::table,
    number::{number, number_length},
};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// A bare number.
    Number,
    /// A share of a hundred.
    Percent,
    /// Bytes.
    Size,
    /// A time.
    Duration,
    /// Dotted numbers, or a number with a plus.
    Version,
    /// A status code of HTTP.
    Code,
    /// A port.
    Port,
    /// A path of a file or a folder.
    Path,
    /// A path of a document for people.
    Document,
    /// An address with a scheme.
    Url,
    /// A name of a host.
    Host,
    /// The name of an environment variable.
    Variable,
    /// `NAME=value`.
    Assignment,
    /// Something to be filled in.
    Blank,
}

/// A value found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) what: What,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// As a user would type it: number and unit together, without the bound.
    pub(crate) text: String,
    /// The bound that stands before or behind it.
    pub(crate) bound: Option<&'static str>,
}

/// Every value of a text, in its order.
pub(crate) fn values(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for (start, chunk) in chunks(text) {
        read(text, start, chunk, &mut found);
    }
    found
}

/// Parts between blanks and brackets, with the byte at which they start.
fn chunks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_edge = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '`' | '('
                    | ')'
                    | '['
                    | ']'
                    | ','
                    | ';'
                    | '"'
                    | '\''
                    | '|'
                    | '、'
                    | '，'
                    | '（'
                    | '）'
                    | '：'
                    | '；'
                    | '「'
                    | '」'
            )
    };
    text.split(is_edge).filter(|chunk| !chunk.is_empty()).map(move |chunk| {
        let start = chunk.as_ptr().addr() - text.as_ptr().addr();
        (start, chunk)
    })
}

fn read(text: &str, start: usize, chunk: &str, out: &mut Vec<Value>) {
    let is_trim = |c: char| matches!(c, '*' | '.' | ':' | '!' | '?' | '。');
    let lead = chunk.len() - chunk.trim_start_matches(['*', ':', '!', '?', '~']).len();
    let home =
        lead.checked_sub(1).filter(|at| chunk.get(*at..).is_some_and(|it| it.starts_with("~/")));
    let lead = home.unwrap_or(lead);
    let kept = chunk.get(lead..).unwrap_or_default();
    // A star behind a line belongs to a name for several variables.
    let wild = kept.ends_with("_*");
    let kept = if wild { kept } else { kept.trim_end_matches(is_trim) };
    let start = start + lead;
    if kept.is_empty() {
        return;
    }
    let mut push = |what, from: usize, length: usize, text: &str, bound| {
        let text = text.to_owned();
        out.push(Value { what, start: from, end: from + length, text, bound });
    };
    if kept.contains("___") {
        return push(What::Blank, start, kept.len(), "", None);
    }
    if let Some((name, value)) = kept.split_once('=')
        && is_variable(name, true)
        && !value.starts_with('=')
    {
        return push(What::Assignment, start, kept.len(), kept, None);
    }
    if kept.contains("://") {
        return push(What::Url, start, kept.len(), kept, None);
    }
    let before = text.get(..start).unwrap_or_default();
    let behind = text.get(start + kept.len()..).unwrap_or_default();
    let coded = before.ends_with('`') && behind.starts_with('`');
    if is_variable(kept, coded) {
        return push(What::Variable, start, kept.len(), kept, None);
    }
    // No blank stands between a name and the words of some languages: "API_KEY等".
    if !kept.is_ascii() {
        let runs = kept.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let names: Vec<&str> = runs.filter(|run| is_variable(run, false)).collect();
        for name in &names {
            let from = start + (name.as_ptr().addr() - kept.as_ptr().addr());
            push(What::Variable, from, name.len(), name, None);
        }
        if !names.is_empty() {
            return;
        }
    }
    if let Some(what) = named(kept, coded) {
        return push(what, start, kept.len(), kept, None);
    }
    numbers(text, start, kept, out);
}

/// `UPPER_CASE`; a name without a line between its words only in marks of code or in bold.
pub(crate) fn is_variable(word: &str, coded: bool) -> bool {
    let word = word.strip_suffix('*').unwrap_or(word);
    // Terraform's have the name of what they set, mostly in small letters.
    if let Some(name) = word.strip_prefix("TF_VAR_") {
        return !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    }
    // A level of settings of .NET: `Smtp__User`, `Urls__0`.
    let level = |part: &str| {
        part.starts_with(|it: char| it.is_ascii_uppercase() || it.is_ascii_digit())
            && part.bytes().all(|it| it.is_ascii_alphanumeric())
    };
    if word.contains("__") && word.split("__").all(level) {
        return true;
    }
    let letters = word.bytes().filter(u8::is_ascii_uppercase).count();
    word.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
        && word.bytes().next().is_some_and(|it| it.is_ascii_uppercase() || it == b'_')
        && 3 <= letters
        && (word.trim_matches('_').contains('_')
            || word.ends_with('_')
            || coded && !table("acronyms").iter().any(|(name, _)| *name == word))
}

fn named(word: &str, coded: bool) -> Option<What> {
    if !word.contains(['.', '/']) {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let body = lower.trim_end_matches('/');
    if table("documents").iter().any(|(end, _)| body.ends_with(end)) {
        return Some(What::Document);
    }
    let known = table("files")
        .iter()
        .any(|(end, _)| body.ends_with(end) && (end.len() < body.len() || *end == ".env"));
    if known || body.starts_with(".env") {
        return Some(What::Path);
    }
    if is_host(body) {
        return Some(What::Host);
    }
    let rooted = word.starts_with('/')
        || word.starts_with("./")
        || word.starts_with("../")
        || word.starts_with("~/");
    let inner = word.contains('/') && (coded || word.ends_with('/'));
    let letters = word.chars().any(char::is_alphabetic);
    ((rooted || inner) && letters && word.len() > 1).then_some(What::Path)
}

fn is_host(word: &str) -> bool {
    let name = word.split_once(':').map_or(word, |(name, _)| name);
    let labels: Vec<&str> = name.split('.').collect();
    let last = labels.last().copied().unwrap_or_default();
    let good = |label: &&str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '*' | '<' | '>'))
    };
    2 <= labels.len()
        && labels.iter().all(good)
        && 2 <= last.len()
        && last.bytes().all(|it| it.is_ascii_alphabetic())
        && !matches!(last, "js" | "net" | "io" | "py" | "exe" | "dll" | "app" if labels.len() == 2)
        && labels.iter().any(|it| it.bytes().any(|it| it.is_ascii_alphabetic()) && 1 < it.len())
}

/// The numbers of a word: "8GB", "20.10+", "<500ms", ":8080", "1-5%".
fn numbers(text: &str, start: usize, word: &str, out: &mut Vec<Value>) {
    let mut at = 0;
    while let Some(offset) = word.get(at..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit()))
    {
        let from = at + offset;
        let rest = word.get(from..).unwrap_or_default();
        let length = number_length(rest);
        let digits = rest.get(..length).unwrap_or_default();
        let before = word.get(..from).and_then(|it| it.chars().next_back());
        at = from + length;
        // A digit inside of a word ("K8s", "S3", "p95") is none of its own; a version may have a v.
        let versioned = matches!(before, Some('v' | 'V')) && digits.contains('.');
        let listed = before == Some('/')
            && out.last().is_some_and(|it| it.what == What::Port && it.end + 1 == start + from);
        let glued = !listed
            && before.is_some_and(|c| {
                (c.is_ascii_alphanumeric() && !versioned)
                    || c == '_'
                    || c == '/' && !text.contains(" / ")
            });
        if glued {
            continue;
        }
        // "5xx" is a class of codes.
        if word.get(from + length..).is_some_and(|rest| rest.starts_with("xx")) {
            continue;
        }
        let value = number(text, start + from, digits, before == Some(':'));
        at = at.max(value.end.saturating_sub(start).min(word.len()));
        out.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(What, String, Option<&'static str>)> {
        values(text).into_iter().map(|it| (it.what, it.text, it.bound)).collect()
    }

    fn one(text: &str) -> (What, String, Option<&'static str>) {
        let all = of(text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        all.into_iter().next().unwrap()
    }

    #[test]
    fn bounds_stand_before_or_behind() {
        assert_eq!(one("4 CPU cores minimum"), (What::Number, "4".to_owned(), Some(">=")));
        assert_eq!(one("8GB RAM minimum"), (What::Size, "8GB".to_owned(), Some(">=")));
        assert_eq!(one("Docker 20.10+ installed"), (What::Version, "20.10".to_owned(), Some(">=")));
        assert_eq!(one("coverage > 80%"), (What::Percent, "80%".to_owned(), Some(">")));
        assert_eq!(one("Response times under 2s"), (What::Duration, "2s".to_owned(), Some("<")));
        assert_eq!(one("p95 < 500ms"), (What::Duration, "500ms".to_owned(), Some("<")));
        assert_eq!(one("at least 32 characters"), (What::Number, "32".to_owned(), Some(">=")));
        assert_eq!(one("磁盘空间 50GB 以上"), (What::Size, "50GB".to_owned(), Some(">=")));
        assert_eq!(one("内存: 8GB以上"), (What::Size, "8GB".to_owned(), Some(">=")));
        assert_eq!(one("备份保留30天以上"), (What::Duration, "30d".to_owned(), Some(">=")));
        assert_eq!(one("Guardar 2 semanas"), (What::Duration, "14d".to_owned(), None));
        assert_eq!(one("A 60-second period"), (What::Duration, "60s".to_owned(), None));
        assert_eq!(one("Push the v1.2 tag"), (What::Version, "1.2".to_owned(), None));
        assert_eq!(one("Retention 2 weeks"), (What::Duration, "14d".to_owned(), None));
    }

    #[test]
    fn names_are_told_apart() {
        assert_eq!(one("`DEBUG=false`").0, What::Assignment);
        assert_eq!(one("`WORKERS` - number").0, What::Variable);
        assert_eq!(one("DATABASE_URL is set").0, What::Variable);
        let both: Vec<String> = values("変数(APP_HOST, API_KEY等)とDB_URLを設定")
            .into_iter()
            .map(|it| it.text)
            .collect();
        assert_eq!(both, ["APP_HOST", "API_KEY", "DB_URL"]);
        assert_eq!(one("Open https://shop.example/health now").0, What::Url);
        assert_eq!(one("Check docs/GUIDE.md").0, What::Document);
        assert_eq!(one("`nginx/nginx.conf` valid").0, What::Path);
        assert_eq!(one("points to shop.example.com").0, What::Host);
        assert_eq!(one("Port 443 (HTTPS) accessible"), (What::Port, "443".to_owned(), None));
        assert_eq!(one("returns 200 OK").0, What::Code);
        assert_eq!(of("API K8s S3 p95 REST"), []);
    }
}
