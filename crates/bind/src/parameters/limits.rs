//! Parameters of headers, of limits and of origins.

use super::{Source, names_in, span};
use crate::{nouns::table, values::What};

/// What is counted by, and how a window of that length is written.
const WINDOWS: &[(&str, &str)] = &[
    ("per minute", "1m"),
    ("a minute", "1m"),
    ("each minute", "1m"),
    ("per min", "1m"),
    ("por minuto", "1m"),
    ("par minute", "1m"),
    ("pro minute", "1m"),
    ("每分钟", "1m"),
    ("毎分", "1m"),
    ("/minute", "1m"),
    ("/min", "1m"),
    ("/m", "1m"),
    ("per second", "1s"),
    ("por segundo", "1s"),
    ("每秒", "1s"),
    ("/second", "1s"),
    ("/sec", "1s"),
    ("/s", "1s"),
    ("per hour", "1h"),
    ("an hour", "1h"),
    ("por hora", "1h"),
    ("每小时", "1h"),
    ("/hour", "1h"),
    ("/hr", "1h"),
    ("/h", "1h"),
    ("per day", "24h"),
    ("/day", "24h"),
];

/// The headers that are asked for: in the line, or in the bullets and the fence that belong to it.
pub(super) fn headers(it: &mut Source<'_>) {
    let own = names_in(it.text, "headers").join(",");
    let rows: Vec<&str> =
        it.below.iter().copied().chain(it.fence.unwrap_or_default().lines()).collect();
    let nested = below(&rows);
    // A bullet that names no known header says more than could be asked for.
    let whole = it.below.iter().all(|row| !below(&[row]).is_empty());
    if own.is_empty() && !nested.is_empty() && whole {
        it.set("required", nested.join(","));
        return;
    }
    if own.contains(',') {
        it.set("required", own);
        return;
    }
    it.set("header", own);
    if it.is_set("header") {
        let value = it.text.split_once(": ").map(|(_, value)| value.trim().trim_matches('`'));
        it.set("value", value.filter(|value| !value.contains(' ')).unwrap_or_default());
    }
}

/// The names of headers at the beginnings of rows; one that the table does not know counts as it is
/// written, so that a check is not asked for less than the list says.
fn below(rows: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        let row = row.trim().trim_start_matches(['`', '*', '"', '-', ' ']);
        let row = row.strip_prefix("add_header ").unwrap_or(row);
        let end = row.find([':', ' ', '`', '"', '*', '=', '(']).unwrap_or(row.len());
        let word = row.get(..end).unwrap_or_default();
        let known = names_in(word, "headers").first().map(|it| (*it).to_owned());
        let looks = word.contains('-') && word.starts_with(|c: char| c.is_ascii_uppercase());
        let whole = looks && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let name = known.or_else(|| whole.then(|| word.to_owned()));
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names
}

/// "100 requests per minute", "100 req/min", "5 attempts in 10 minutes".
pub(super) fn rate(it: &mut Source<'_>) {
    it.set("endpoint", endpoint(it.text).unwrap_or_default());
    let refused = it.all(What::Code).find(|value| matches!(value.text.as_str(), "429" | "503"));
    it.set("code", refused.map_or_else(String::new, |value| value.text.clone()));
    it.put("limit", What::Number);
    it.put("window", What::Duration);
    if !it.is_set("window") {
        // "5 requests/5 min": the number behind the stroke is glued to it.
        let behind =
            it.text.split('/').skip(1).find_map(|rest| span::first(rest, &[What::Duration]));
        let window = behind.filter(|value| value.start == 0);
        it.set("window", window.map(|value| value.text).unwrap_or_default());
    }
    if it.is_set("window") {
        return;
    }
    // A window belongs to the count right in front of it.
    let counts = it.scan.values.iter().filter(|it| matches!(it.what, What::Number | What::Code));
    let found = counts.into_iter().find_map(|count| {
        let next = it.scan.values.iter().find(|it| count.end <= it.start);
        let end = next.map_or(it.text.len(), |it| it.start);
        let rest = it.text.get(count.end..end)?.split([',', ';', '(']).next()?;
        Some((count.text.clone(), window_in(&rest.to_lowercase())?))
    });
    if let Some((limit, window)) = found {
        it.set("limit", limit);
        it.set("window", window);
    }
}

/// What is limited: "on auth endpoints", "the `/login` endpoint".
fn endpoint(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().map(span::bare).collect();
    let nouns = ["endpoint", "endpoints", "route", "routes"];
    let at = words.iter().position(|it| nouns.contains(&it.to_lowercase().as_str()))?;
    let word = words.get(at.checked_sub(1)?)?;
    let plain = |word: &str| table("plain-endpoints").iter().any(|(it, _)| *it == word);
    let good = word.contains('/') || word.bytes().all(|b| b.is_ascii_alphabetic());
    (good && !word.is_empty() && !plain(&word.to_lowercase())).then(|| (*word).to_owned())
}

/// The window that a text names without a number.
fn window_in(text: &str) -> Option<&'static str> {
    let stands = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let behind = text.get(at + word.len()..).and_then(|it| it.chars().next());
            !word.is_ascii() || !behind.is_some_and(char::is_alphanumeric)
        })
    };
    WINDOWS.iter().find(|(word, _)| stands(word)).map(|(_, window)| *window)
}

/// The origins that may ask: addresses, or what a line calls them.
pub(super) fn origins(it: &mut Source<'_>) {
    let places = it.scan.values.iter().filter(|it| matches!(it.what, What::Url | What::Host));
    let all: Vec<&str> = places.map(|value| value.text.as_str()).collect();
    it.set("allow", all.join(","));
    if it.is_set("allow") {
        return;
    }
    let lower = span::outside(it.text).to_lowercase();
    let leads =
        ["limited to ", "restricted to ", "only for ", "allows only ", "allow only ", "for "];
    let rest = leads.iter().find_map(|lead| lower.split_once(lead)).map(|(_, rest)| rest);
    let words: Vec<&str> = rest.unwrap_or_default().split_whitespace().map(span::bare).collect();
    let end = words.iter().position(|it| ["domain", "domains", "origin", "origins"].contains(it));
    let words = end.and_then(|end| words.get(..=end)).unwrap_or_default();
    if words.len() <= 4 {
        let filler = |it: &&str| !matches!(*it, "your" | "the" | "only" | "our");
        let kept: Vec<&str> = words.iter().copied().filter(filler).collect();
        it.set("allow", kept.join(" "));
    }
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn limits_are_read() {
        let limit =
            |text| (one("http.rate-limit", text, "limit"), one("http.rate-limit", text, "window"));
        let is = |text, limit_: &str, window: &str| {
            assert_eq!(limit(text), (limit_.to_owned(), window.to_owned()), "{text}");
        };
        is("Rate limit 100 requests per minute", "100", "1m");
        is("Rate limiting (300 req/min)", "300", "1m");
        is("Rate limit of 5 attempts in 10 minutes", "5", "10m");
        is("Rate limiting enabled", "", "");
        let endpoint = |text| one("http.rate-limit", text, "endpoint");
        assert_eq!(endpoint("Rate limiting on auth endpoints"), "auth");
        assert_eq!(endpoint("Limit the `/login` route"), "/login");
        assert_eq!(endpoint("Rate limiting on all endpoints"), "");
        is("Rate limit returns 429 after 100 requests per minute", "100", "1m");
        is("Uploads: 5 requests/10 min per user", "5", "10m");
        assert_eq!(
            one("http.cors", "CORS is configured for production domains only", "allow"),
            "production domains"
        );
        assert_eq!(one("http.cors", "CORS allows https://a.example", "allow"), "https://a.example");
    }

    #[test]
    fn headers_stand_below() {
        let list = "Headers\n  * `X-Frame-Options`\n  * `X-Own-Thing`";
        assert_eq!(one("http.security-headers", list, "required"), "X-Frame-Options,X-Own-Thing");
        let open = "Headers\n  * `X-Frame-Options`\n  * Our own policy";
        assert_eq!(one("http.security-headers", open, "required"), "");
        let line = "Headers (CSP, Referrer-Policy)";
        assert_eq!(
            one("http.security-headers", line, "required"),
            "Content-Security-Policy,Referrer-Policy"
        );
        assert_eq!(one("http.security-headers", "X-Frame-Options: DENY", "value"), "DENY");
    }
}
