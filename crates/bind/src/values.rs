//! Reads numbers with units and bounds, names, paths and addresses from a text.

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

const DOCUMENTS: &[&str] = &[".md", ".rst", ".adoc", ".pdf", ".docx", ".mdx"];
const FILES: &[&str] = &[
    ".yml",
    ".yaml",
    ".json",
    ".toml",
    ".conf",
    ".cfg",
    ".ini",
    ".env",
    ".sh",
    ".py",
    ".ts",
    ".tsx",
    ".js",
    ".jsx",
    ".sql",
    ".tf",
    ".tfvars",
    ".txt",
    ".xml",
    ".html",
    ".css",
    ".log",
    ".lock",
    ".properties",
    ".bat",
    ".ps1",
    ".pem",
    ".key",
    ".crt",
    ".mod",
    ".gradle",
    ".rb",
    ".go",
    ".rs",
    ".java",
    ".php",
    ".service",
    ".plist",
    ".sol",
];
const SIZES: &[&str] = &["b", "kb", "kib", "mb", "mib", "gb", "gib", "tb", "tib"];
const TIMES: &[(&str, &str)] = &[
    ("ms", "ms"),
    ("s", "s"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("h", "h"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("d", "d"),
    ("day", "d"),
    ("days", "d"),
    ("milliseconds", "ms"),
    ("秒", "s"),
    ("分钟", "m"),
    ("小时", "h"),
    ("天", "d"),
    ("분", "m"),
    ("초", "s"),
    ("시간", "h"),
    ("일", "d"),
    ("分", "m"),
    ("時間", "h"),
    ("日", "d"),
];
/// Longer spans, in days.
const SPANS: &[(&str, u64)] =
    &[("week", 7), ("weeks", 7), ("month", 30), ("months", 30), ("year", 365), ("years", 365)];
/// Words in capitals that name no variable.
const ACRONYMS: &[&str] = &[
    "HTTP",
    "HTTPS",
    "SSL",
    "TLS",
    "API",
    "URL",
    "URI",
    "JSON",
    "XML",
    "YAML",
    "CSS",
    "HTML",
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "INFO",
    "WARN",
    "WARNING",
    "ERROR",
    "FATAL",
    "TRACE",
    "DNS",
    "CDN",
    "CORS",
    "JWT",
    "SQL",
    "SSH",
    "AWS",
    "GCP",
    "IAM",
    "VPC",
    "WAF",
    "TODO",
    "NONE",
    "NULL",
    "TRUE",
    "FALSE",
    "YES",
    "UTC",
    "CNAME",
    "TXT",
    "MIT",
    "LICENSE",
    "README",
    "CHANGELOG",
    "SELECT",
    "INSERT",
    "UPDATE",
    "OK",
];
/// Words in front of a number that bound it.
const BEFORE: &[(&str, &str)] = &[
    (">=", ">="),
    ("\u{2265}", ">="),
    ("<=", "<="),
    ("\u{2264}", "<="),
    (">", ">"),
    ("<", "<"),
    ("\u{ff1e}", ">"),
    ("\u{ff1c}", "<"),
    ("at least", ">="),
    ("minimum of", ">="),
    ("minimum", ">="),
    ("min.", ">="),
    ("min", ">="),
    ("no less than", ">="),
    ("not less than", ">="),
    ("more than", ">"),
    ("greater than", ">"),
    ("over", ">"),
    ("above", ">"),
    ("exceeds", ">"),
    ("exceeding", ">"),
    ("at most", "<="),
    ("maximum of", "<="),
    ("maximum", "<="),
    ("max", "<="),
    ("up to", "<="),
    ("no more than", "<="),
    ("not more than", "<="),
    ("within", "<="),
    ("less than", "<"),
    ("fewer than", "<"),
    ("lower than", "<"),
    ("under", "<"),
    ("below", "<"),
    ("至少", ">="),
    ("不少于", ">="),
    ("大于等于", ">="),
    ("小于等于", "<="),
    ("超过", ">"),
    ("大于", ">"),
    ("小于", "<"),
    ("低于", "<"),
    ("最低", ">="),
    ("最小", ">="),
    ("최소", ">="),
    ("최대", "<="),
    ("mínimo", ">="),
    ("mindestens", ">="),
    ("máximo", "<="),
    ("menos de", "<"),
    ("más de", ">"),
    ("mais de", ">"),
    ("unter", "<"),
    ("über", ">"),
    ("минимум", ">="),
    ("менее", "<"),
];
/// Words behind a number that bound it.
const BEHIND: &[(&str, &str)] = &[
    ("+", ">="),
    ("or later", ">="),
    ("or higher", ">="),
    ("or newer", ">="),
    ("or above", ">="),
    ("or more", ">="),
    ("or greater", ">="),
    ("and above", ">="),
    ("and later", ">="),
    ("minimum", ">="),
    ("min", ">="),
    ("and up", ">="),
    ("lts or later", ">="),
    ("lts or newer", ">="),
    ("lts+", ">="),
    ("lts or higher", ">="),
    ("or less", "<="),
    ("or fewer", "<="),
    ("or lower", "<="),
    ("maximum", "<="),
    ("max", "<="),
    ("以上", ">="),
    ("以下", "<="),
    ("以内", "<="),
    ("未満", "<"),
    ("이상", ">="),
    ("이하", "<="),
    ("미만", "<"),
    ("이내", "<="),
    ("초과", ">"),
];

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
    if kept.contains("://") {
        return push(What::Url, start, kept.len(), kept, None);
    }
    if let Some((name, value)) = kept.split_once('=')
        && is_variable(name, true)
        && !value.starts_with('=')
    {
        return push(What::Assignment, start, kept.len(), kept, None);
    }
    let before = text.get(..start).unwrap_or_default();
    let behind = text.get(start + kept.len()..).unwrap_or_default();
    let coded = before.ends_with('`') && behind.starts_with('`');
    if is_variable(kept, coded) {
        return push(What::Variable, start, kept.len(), kept, None);
    }
    if let Some(what) = named(kept, coded) {
        return push(what, start, kept.len(), kept, None);
    }
    numbers(text, start, kept, out);
}

/// `UPPER_CASE`; a name without a line between its words only in marks of code or in bold.
pub(crate) fn is_variable(word: &str, coded: bool) -> bool {
    let word = word.strip_suffix('*').unwrap_or(word);
    let letters = word.bytes().filter(u8::is_ascii_uppercase).count();
    word.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
        && word.bytes().next().is_some_and(|it| it.is_ascii_uppercase() || it == b'_')
        && 3 <= letters
        && (word.trim_matches('_').contains('_')
            || word.ends_with('_')
            || coded && !ACRONYMS.contains(&word))
}

fn named(word: &str, coded: bool) -> Option<What> {
    if !word.contains(['.', '/']) {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let body = lower.trim_end_matches('/');
    if DOCUMENTS.iter().any(|end| body.ends_with(end)) {
        return Some(What::Document);
    }
    let known =
        FILES.iter().any(|end| body.ends_with(end) && (end.len() < body.len() || *end == ".env"));
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
        let glued = before.is_some_and(|c| {
            (c.is_ascii_alphanumeric() && !versioned)
                || c == '_'
                || c == '/' && !text.contains(" / ")
        });
        if glued {
            continue;
        }
        let value = number(text, start + from, digits, before == Some(':'));
        at = at.max(value.end.saturating_sub(start).min(word.len()));
        out.push(value);
    }
}

fn number_length(text: &str) -> usize {
    let mut end = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(end) {
        let digit_behind = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if byte.is_ascii_digit() || (matches!(byte, b'.' | b',') && digit_behind) {
            end += 1;
        } else {
            break;
        }
    }
    end
}

/// The number at `start` with its unit and its bound.
fn number(text: &str, start: usize, digits: &str, after_colon: bool) -> Value {
    let behind = start + digits.len();
    let rest = text.get(behind..).unwrap_or_default();
    let (what, shown, length) = with_unit(digits, rest);
    let end = behind + length;
    let head = text.get(..start).unwrap_or_default().to_lowercase();
    let tail = text.get(end..).unwrap_or_default();
    let bound = bound_before(&head).or_else(|| bound_behind(tail));
    let is_port = after_colon && 2 <= digits.len() || follows_port(&head);
    let dotted = digits.contains('.') && !digits.contains(',');
    let status = digits.len() == 3 && digits.starts_with(['2', '3', '4', '5']) && bound.is_none();
    let what = if what != What::Number {
        what
    } else if is_port {
        What::Port
    } else if dotted || tail.starts_with('+') && bound.is_some() {
        What::Version
    } else if status {
        What::Code
    } else {
        What::Number
    };
    Value { what, start, end, text: shown, bound }
}

/// What a number with the text behind it is, how it is typed, and how long the unit is.
fn with_unit(digits: &str, rest: &str) -> (What, String, usize) {
    let digits = digits.replace(',', "");
    let gap = rest.len() - rest.trim_start_matches(' ').len();
    let after = rest.get(gap..).unwrap_or_default();
    if after.starts_with('%') || after.starts_with('\u{ff05}') {
        let sign = after.chars().next().map_or(1, char::len_utf8);
        return (What::Percent, format!("{digits}%"), gap + sign);
    }
    let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
    let word = after.get(..end).unwrap_or_default();
    let lower = word.to_lowercase();
    if SIZES.contains(&lower.as_str()) && (gap == 0 || 2 <= lower.len()) {
        return (What::Size, format!("{digits}{word}"), gap + end);
    }
    if let Some((_, unit)) = TIMES.iter().find(|(name, _)| *name == lower)
        && (gap == 0 || 2 <= lower.len())
    {
        return (What::Duration, format!("{digits}{unit}"), gap + end);
    }
    if let Some((_, days)) = SPANS.iter().find(|(name, _)| *name == lower)
        && let Ok(count) = digits.parse::<u64>()
    {
        return (What::Duration, format!("{}d", count.saturating_mul(*days)), gap + end);
    }
    (What::Number, digits, 0)
}

fn follows_port(head: &str) -> bool {
    let head = head.trim_end_matches(|c: char| {
        c.is_ascii_digit() || matches!(c, ' ' | ',' | ':' | '/' | '&' | '`')
    });
    let head = head.strip_suffix(" and").unwrap_or(head);
    let head = head.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | ',' | ':'));
    ["port", "ports", "端口", "ポート", "포트", "puerto", "puertos", "porta", "portas"]
        .iter()
        .any(|word| head.ends_with(word))
}

fn bound_before(head: &str) -> Option<&'static str> {
    let head = head.trim_end_matches([' ', '*', '~', '$', '`']);
    let found = BEFORE.iter().find(|(word, _)| {
        let Some(rest) = head.strip_suffix(word) else {
            return false;
        };
        let letter = word.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
        !letter || !rest.chars().next_back().is_some_and(char::is_alphanumeric)
    });
    found.map(|(_, sign)| *sign)
}

fn bound_behind(tail: &str) -> Option<&'static str> {
    let skipped = tail.trim_start_matches([' ', '(']).to_lowercase();
    let found = BEHIND.iter().find(|(word, _)| skipped.starts_with(word));
    if let Some((_, sign)) = found {
        return Some(sign);
    }
    // "4 CPU cores minimum": the word stands behind what is counted.
    let mut words = skipped.split_whitespace().take(4);
    words.find_map(|word| match word.trim_end_matches(['.', ')']) {
        "minimum" | "minimum)" => Some(">="),
        "maximum" => Some("<="),
        _ => None,
    })
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
        assert_eq!(one("Retention 2 weeks"), (What::Duration, "14d".to_owned(), None));
    }

    #[test]
    fn names_are_told_apart() {
        assert_eq!(one("`DEBUG=false`").0, What::Assignment);
        assert_eq!(one("`WORKERS` - number").0, What::Variable);
        assert_eq!(one("DATABASE_URL is set").0, What::Variable);
        assert_eq!(one("Open https://shop.example/health now").0, What::Url);
        assert_eq!(one("Check docs/GUIDE.md").0, What::Document);
        assert_eq!(one("`nginx/nginx.conf` valid").0, What::Path);
        assert_eq!(one("points to shop.example.com").0, What::Host);
        assert_eq!(one("Port 443 (HTTPS) accessible"), (What::Port, "443".to_owned(), None));
        assert_eq!(one("returns 200 OK").0, What::Code);
        assert_eq!(of("API K8s S3 p95 REST"), []);
    }
}
