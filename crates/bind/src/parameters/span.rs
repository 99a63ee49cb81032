//! Small readers of text that the readers of parameters share.

use crate::values::{Value, What, values};

/// The text without what stands in brackets.
pub(super) fn outside(text: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    for sign in text.chars() {
        match sign {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(sign),
            _ => {}
        }
    }
    out
}

/// Texts in marks of code that are one word.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    crate::line_form::spans(text).filter(|span| !span.contains(char::is_whitespace))
}

/// The first word behind one of these, without marks.
pub(super) fn word_after<'t>(text: &'t str, leads: &[&str]) -> Option<&'t str> {
    let lower = text.to_lowercase();
    // A text whose length changes with its case is read as it is.
    let lower = if lower.len() == text.len() { lower } else { text.to_owned() };
    let end = leads.iter().find_map(|lead| {
        super::find_words(&lower, lead).map(|at| at + lead.len()).find(|end| {
            text.get(*end..).is_some_and(|it| it.starts_with([' ', ':', '=', '`', '*']))
        })
    })?;
    let word = text.get(end..)?.split_whitespace().find(|it| it.contains(char::is_alphanumeric))?;
    Some(bare(word)).filter(|it| !it.is_empty())
}

/// The word in marks of code that stands right behind a noun, or right before it.
pub(super) fn beside<'t>(text: &'t str, noun: &str) -> Option<&'t str> {
    let parts: Vec<&str> = text.split('`').collect();
    parts.windows(3).step_by(2).find_map(|it| {
        let [before, word, behind] = it else { return None };
        let before = before.trim_end_matches([' ', ':', '=', '*']).to_lowercase();
        let behind = behind.trim_start().to_lowercase();
        let is = super::find_words(&before, noun).any(|at| at + noun.len() == before.len())
            || super::find_words(&behind, noun).any(|at| at == 0);
        (is && !word.is_empty() && !word.contains(char::is_whitespace)).then_some(*word)
    })
}

/// A word without marks of code, emphasis and sentences.
pub(super) fn bare(word: &str) -> &str {
    let word = word.trim_matches(['`', '*', '"', '\'', '(', ')', '[', ']', '“', '”']);
    word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '`', '*'])
}

/// The first value of one of these kinds.
pub(super) fn first(text: &str, kinds: &[What]) -> Option<Value> {
    values(text).into_iter().find(|value| kinds.contains(&value.what))
}

/// Names of files in a text whose words no blanks divide.
pub(super) fn files(text: &str) -> impl Iterator<Item = &str> {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '~');
    let runs = text.split(move |c: char| !inner(c)).map(|run| run.trim_end_matches(['.', '-']));
    runs.filter(|run| {
        let read = values(run);
        let whole = |it: &Value| matches!(it.what, What::Path | What::Document) && it.text == *run;
        read.first().is_some_and(whole) && !run.starts_with("//")
    })
}

/// The path of the only address of a fence, if it has one.
pub(super) fn fenced_path(fence: Option<&str>) -> Option<String> {
    let urls = fence?.lines().filter_map(|row| first(row, &[What::Url]));
    let mut paths: Vec<String> =
        urls.filter_map(|url| path_of(&url.text).map(str::to_owned)).collect();
    paths.dedup();
    paths.pop().filter(|path| paths.is_empty() && 1 < path.len())
}

/// The path of an address, without its query.
pub(super) fn path_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let path = rest.get(rest.find('/')?..)?;
    let path = path.split(['?', '#']).next()?;
    (1 < path.len()).then_some(path)
}

/// How often a line of a table of jobs runs: `0 2 * * *` is 24h.
pub(super) fn cron(text: &str) -> Option<String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    let is_field = |it: &&str| {
        it.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b'/' | b',' | b'-' | b'?'))
    };
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return None;
    };
    if !fields.iter().all(is_field) || !text.contains('*') || *month != "*" {
        return None;
    }
    let any = |it: &str| matches!(it, "*" | "?");
    let every = |it: &str| it.strip_prefix("*/").map(str::to_owned);
    if let Some(count) = every(minute) {
        return any(hour).then(|| format!("{count}m"));
    }
    if any(minute) {
        return Some("1m".to_owned());
    }
    if let Some(count) = every(hour) {
        return Some(format!("{count}h"));
    }
    if any(hour) {
        return Some("1h".to_owned());
    }
    if hour.contains(',') {
        return None;
    }
    match (any(day), any(weekday)) {
        (true, true) => Some("24h".to_owned()),
        (true, false) if !weekday.contains([',', '-']) => Some("7d".to_owned()),
        (false, true) if !day.contains([',', '-', '/']) => Some("30d".to_owned()),
        (true | false, false | true) => None,
    }
}

/// How often something happens: "every 6 hours", "daily", a line of a table of jobs.
pub(super) fn interval(text: &str) -> Option<String> {
    if let Some(found) = crate::line_form::spans(text).find_map(cron) {
        return Some(found);
    }
    let lower = text.to_lowercase();
    let every = values(text).into_iter().find(|value| {
        let head = lower.get(..value.start).unwrap_or_default().trim_end_matches([' ', '*', '`']);
        let leads = ["every", "each", "cada", "a cada", "alle", "toutes les", "каждые", "每", "毎"];
        value.what == What::Duration && leads.iter().any(|lead| head.ends_with(lead))
    });
    if let Some(value) = every {
        return Some(value.text);
    }
    super::names_in(text, "intervals").first().map(|it| (*it).to_owned())
}

/// Quantiles that a text lists, "P50, P95, P99".
pub(super) fn quantiles(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let found = words.map(str::to_lowercase).filter(|word| {
        let number = word.strip_prefix('p').and_then(|it| it.parse::<f64>().ok());
        number.is_some_and(|it| (1.0..100.0).contains(&it))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read() {
        let read = |text: &str| interval(text).unwrap_or_default();
        assert_eq!(read("Backups every 6 hours"), "6h");
        assert_eq!(read("Nightly dumps"), "24h");
        assert_eq!(read("Job runs (`0 2 * * *`)"), "24h");
        assert_eq!(read("Job runs `*/15 * * * *`"), "15m");
        assert_eq!(read("Job runs `0 3 * * 0`"), "7d");
        assert_eq!(read("Configurar backups diarios"), "24h");
        assert_eq!(read("自动备份（每天）"), "24h");
        assert_eq!(read("Kept for 30 days"), "");
    }

    #[test]
    fn words_are_bare() {
        assert_eq!(word_after("merge `x` into `main`.", &["into"]), Some("main"));
        assert_eq!(word_after("nothing", &["into"]), None);
        assert_eq!(outside("npm installed (comes with node)"), "npm installed ");
    }
}
