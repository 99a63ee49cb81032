//! Compares the parameters that a label states with those that were read.

use holdpoint_bind::understand::Meaning;
use holdpoint_checks::heads::param_names;

use crate::figures::{Counts, Label};

/// Short names of headers, as checks take them as well as the full ones.
const HEADERS: &[(&str, &str)] = &[
    ("csp", "content-security-policy"),
    ("hsts", "strict-transport-security"),
    ("content-type-options", "x-content-type-options"),
    ("frame-options", "x-frame-options"),
    ("xss-protection", "x-xss-protection"),
];

/// Counts the stated parameters of a line that was bound rightly. Names that the entry does not
/// have are the labeller's own and are left out.
pub(crate) fn compare(
    label: &Label,
    check: &Meaning,
    counts: &mut Counts,
    notes: &mut Vec<String>,
    text: &str,
) {
    let known = param_names(&check.id);
    for stated in stated(&label.params) {
        let (name, value) = split(stated);
        let Some(row) = known.iter().find(|it| it.name == name) else {
            continue;
        };
        counts.values += 1;
        let value = unquoted(value);
        let read = check.params.get(name);
        // "threshold>90%" states what two parameters hold.
        let whole = check.params.get("op").zip(read).map(|(op, read)| format!("{op}{read}"));
        let same = |it: &String| is_same(it, &value, row.op);
        if read.is_some_and(same) || whole.as_ref().is_some_and(same) {
            counts.values_right += 1;
        } else {
            let read = read.map_or("nothing", String::as_str);
            let place = format!("{}:{}", label.document, label.number);
            let id = &check.id;
            notes.push(format!("{place} value {id} {name}: {value:?}, read {read:?} | {text}"));
        }
    }
}

/// The parameters of a label: what stands between `; ` outside of quotes.
fn stated(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, sign) in text.char_indices() {
        match sign {
            '"' if !escaped => quoted = !quoted,
            ';' if !quoted => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
        escaped = sign == '\\' && !escaped;
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts.into_iter().map(str::trim).filter(|it| !it.is_empty()).collect()
}

/// Name and value: `cores>=4` is `cores` and `>=4`.
fn split(text: &str) -> (&str, &str) {
    let at = text.find(['<', '>', '=']).unwrap_or(text.len());
    let (name, value) = text.split_at(at);
    (name.trim(), value.strip_prefix('=').unwrap_or(value).trim())
}

/// What a JSON string says; any other text as it is.
fn unquoted(text: &str) -> String {
    let whole = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let Some(inner) = whole.filter(|_| 2 <= text.len()) else {
        return text.to_owned();
    };
    let mut out = String::new();
    let mut signs = inner.chars();
    while let Some(sign) = signs.next() {
        match sign {
            // Labels hold paths of Windows as they are written.
            '\\' => match signs.next() {
                Some(mark @ ('"' | '\\')) => out.push(mark),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            other => out.push(other),
        }
    }
    out
}

/// The same but for case, blanks, quotes, the order of a list, a bound that goes without saying,
/// and words that one joins with a hyphen and the other with a blank.
fn is_same(one: &str, other: &str, op: &str) -> bool {
    let plain = |text: &str| {
        let text = text.replace([' ', '"', '`', '\''], "").to_lowercase();
        let text = if 1 < op.len() || matches!(op, "<" | ">") {
            text.strip_prefix(op).unwrap_or(&text).to_owned()
        } else {
            text
        };
        let words = !text.contains(|c: char| c.is_ascii_digit() || matches!(c, '/' | '.'));
        if words && !text.starts_with('-') { text.replace('-', "") } else { text }
    };
    let header = |text: &str| {
        let full = HEADERS.iter().find(|(short, _)| short.replace('-', "") == text);
        full.map_or_else(|| text.to_owned(), |(_, full)| full.replace('-', ""))
    };
    let sorted = |text: &str| {
        let mut all: Vec<String> = text.split([',', '|']).map(header).collect();
        all.sort();
        all
    };
    let (one, other) = (plain(one), plain(other));
    let folder = |text: &str| text.trim_end_matches('/').to_owned();
    one == other
        || sorted(&one) == sorted(&other)
        || folder(&one) == folder(&other)
        || lasting(&one).is_some_and(|it| Some(it) == lasting(&other))
}

/// The bound and the milliseconds of a length of time, however its unit is written.
fn lasting(text: &str) -> Option<(&str, u64)> {
    let at = text.find(|c: char| c.is_ascii_digit())?;
    let (bound, rest) = text.split_at_checked(at)?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = rest.split_at_checked(end)?;
    let each = match unit.trim_start_matches('-') {
        "ms" => 1,
        "s" | "sec" | "second" | "seconds" => 1_000,
        "m" | "min" | "minute" | "minutes" | "minutos" | "分钟" | "分" => 60_000,
        "h" | "hour" | "hours" | "horas" | "小时" | "時間" => 3_600_000,
        "d" | "day" | "days" | "días" | "dias" | "天" | "日" => 86_400_000,
        "week" | "weeks" => 604_800_000,
        "month" | "months" => 2_592_000_000,
        "year" | "years" => 31_536_000_000,
        _ => return None,
    };
    Some((bound, count.parse::<u64>().ok()?.checked_mul(each)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_command_is_one_parameter() {
        assert_eq!(
            stated(r#"cmd="cd a; make \"b; c\""; name=x"#),
            [r#"cmd="cd a; make \"b; c\"""#, "name=x"]
        );
        assert_eq!(unquoted(r#""say \"a\\b\" .\c""#), r#"say "a\b" .\c"#);
        assert_eq!(split("cores>=4"), ("cores", ">=4"));
    }

    #[test]
    fn compares_as_a_fair_reader() {
        assert!(is_same("a,b", "b | a", "="));
        assert!(is_same("24h", "<=24h", "<="));
        assert!(!is_same("<24h", "<=24h", "<="));
        assert!(is_same("disaster-recovery", "Disaster recovery", "="));
        assert!(!is_same("5-20", "520", "="));
        assert!(is_same("Content-Security-Policy", "csp", "="));
        assert!(!is_same("2", "2.x", ">="));
        assert!(is_same("15 min", "15m", "="));
        assert!(!is_same("15 min", "16m", "="));
        assert!(is_same("data/app/", "data/app", "="));
    }
}
