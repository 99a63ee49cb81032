//! What a line says of the values of variables: the exact one, what holds without it, how long.

use std::collections::BTreeMap;

use super::{Source, find_word, find_words, variables::DENIALS};
use crate::{
    nouns,
    values::{What, is_variable},
};

/// Words between a variable and the value that it has to have.
const SETS: &[&str] = &[
    "设置为",
    "设为",
    "set to",
    "is set to",
    "must be",
    "should be",
    "is",
    "=",
    "->",
    "\u{2192}",
    "equals",
    "to",
];

/// What holds where nothing is set: "(default: 22)", "falls back to `x`".
pub(super) fn default(text: &str, lower: &str) -> Option<String> {
    // A text whose length changes with its case cannot be read at the same places.
    if lower.len() != text.len() || is_demanded(lower) {
        return None;
    }
    nouns::table("defaults").iter().find_map(|(word, _)| {
        let at = find_word(lower, word)?;
        let (head, rest) = (text.get(..at)?, text.get(at + word.len()..)?);
        // "Change the default `KEY`" sets none.
        let inside = head.trim_end().ends_with(['(', '（', ',', '，']);
        let rest = match rest.strip_prefix([':', '：']) {
            Some(rest) => rest.trim_start(),
            None if inside || word.ends_with(" to") => rest.strip_prefix(' ')?,
            None => return None,
        };
        let value = match rest.strip_prefix('`') {
            Some(coded) => coded.split_once('`')?.0,
            None => rest.split([')', '）', ',', ';']).next()?.trim(),
        };
        let is_absent = nouns::table("absent").iter().any(|it| it.0.eq_ignore_ascii_case(value));
        let exact =
            !value.is_empty() && !value.contains(' ') && !is_variable(value, true) && !is_absent;
        exact.then(|| value.to_owned())
    })
}

/// What the line assigns, but for values that are to be filled in.
pub(super) fn assignments(it: &Source<'_>) -> Vec<(String, String)> {
    let pairs = it.all(What::Assignment).filter_map(|value| {
        let (name, first) = value.text.split_once('=')?;
        // In marks of code a list goes on to the end: `ORIGINS=https://a.example,https://b.example`.
        let behind = it.text.get(value.end..).filter(|rest| rest.starts_with(','));
        let rest = behind.and_then(|rest| rest.split_once('`')).map_or("", |(rest, _)| rest);
        let rest = if rest.contains(char::is_whitespace) { "" } else { rest };
        Some((name, format!("{first}{rest}")))
    });
    pairs
        .map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned()))
        .collect()
}

/// The exact value, where all variables of the line have one.
pub(super) fn equal(it: &mut Source<'_>, names: &[String], assigned: &[(String, String)]) {
    let open = |value: &str| {
        value.is_empty() || value.contains(['<', '[', '{', '\u{2026}']) || value.starts_with("...")
    };
    let mut given: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in assigned {
        given.entry(name).or_default().push(value);
    }
    let mut all: Vec<(&str, String)> = Vec::new();
    for name in names {
        let mut values = given.get(name.as_str()).cloned().unwrap_or_default();
        values.dedup();
        let value = match values.as_slice() {
            [value] => Some((*value).to_owned()),
            [] => told(it, name),
            _ => None,
        };
        let Some(value) = value.filter(|value| !open(value)) else {
            return;
        };
        all.push((name, value));
    }
    let mut values: Vec<String> = all.into_iter().map(|(_, value)| value).collect();
    values.sort();
    values.dedup();
    match values.as_slice() {
        [] => {}
        [value] => it.set("equals", value.as_str()),
        several if several.iter().all(|value| !value.contains([',', '(', ')'])) => {
            it.set("type", format!("enum({})", several.join(",")));
        }
        _ => {}
    }
}

/// "(mainnet, not testnet)", "not any staging service": which environment it must and must not be.
pub(super) fn told_apart(it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    let inner = lower.split(['(', ')']).nth(1).unwrap_or_default();
    if let Some((wanted, other)) = inner.split_once(", not ")
        && !wanted.contains(' ')
        && !other.contains(' ')
    {
        it.set("equals", wanted);
        it.set("forbid", other);
        return;
    }
    let banned = ["remove ", "not ", "no ", "without ", "sin ", "sem "];
    if banned.iter().any(|word| lower.starts_with(word) || lower.contains(&format!(" {word}"))) {
        let names = ["development", "dev", "staging", "testnet", "localhost"];
        let mut found: Vec<(usize, &str)> = Vec::new();
        found.extend(names.iter().filter_map(|name| Some((find_word(&lower, name)?, *name))));
        found.sort_unstable();
        let texts: Vec<&str> = found.into_iter().map(|(_, name)| name).collect();
        it.set("forbid", texts.join(","));
    }
}

/// "`MODE` set to `fast`": the value behind the name, if nothing is said of it.
fn told(it: &Source<'_>, name: &str) -> Option<String> {
    let value = it.all(What::Variable).find(|value| value.text == name)?;
    let rest = it.text.get(value.end..)?.trim_start_matches(['`', '*', ' ', ':']);
    let lower = rest.to_ascii_lowercase();
    let lead = SETS.iter().find(|lead| {
        lower.strip_prefix(**lead).is_some_and(|it| it.starts_with([' ', '`', '"']))
    })?;
    let rest = rest.get(lead.len()..)?.trim_start();
    // "X is `string`" may tell what sort of value it is.
    let exact = !matches!(*lead, "is" | "to");
    if let Some(coded) = rest.strip_prefix('`') {
        let (coded, behind) = coded.split_once('`')?;
        let alone = behind.trim_start();
        let ends = alone.is_empty()
            || alone.starts_with([',', '.', ')', '(', ';', '-', '\u{2014}', '\u{2013}']);
        return (exact
            && ends
            && !coded.contains(char::is_whitespace)
            && !is_variable(coded, true))
        .then(|| coded.to_owned());
    }
    let word = rest.split([',', ';', ')', '(']).next()?.trim_matches(['*', '"', '\'', ' ', '.']);
    let plain = ["true", "false", "production", "staging", "0", "1", "on", "off"];
    // An equals sign says no more than that: "`PORT` = 3000"; and an address can be nothing else.
    let single = !word.is_empty() && !word.contains(char::is_whitespace);
    let spelled = single && (*lead == "=" || exact && word.contains("://"));
    (spelled || plain.contains(&word.to_ascii_lowercase().as_str())).then(|| word.to_owned())
}

/// "32+ characters", "32 bytes", "32-chars-min", `openssl rand -hex 32`.
pub(super) fn lengths(it: &mut Source<'_>) {
    let text = it.text.to_lowercase();
    for value in &it.scan.values {
        let behind =
            text.get(value.end..).unwrap_or_default().trim_start_matches(['+', ' ', '-', '_']);
        let behind = behind.strip_prefix("random ").unwrap_or(behind);
        let count = value.text.clone();
        if ["char", "letter", "文字", "字符", "자", "caract", "zeichen", "симв"]
            .iter()
            .any(|word| behind.starts_with(word))
        {
            it.params.insert("min-chars".to_owned(), count);
        } else if behind.starts_with("byte") {
            it.params.insert("bytes".to_owned(), count);
        }
    }
    // What makes it says how long it is, where nothing else does.
    let random = it.text.split_once("openssl rand ").map(|(_, rest)| rest);
    let mut options = random.unwrap_or_default().split([' ', '`', ')']);
    let count = options.next().filter(|it| it.starts_with('-')).and_then(|_| options.next());
    if let Some(count) = count.filter(|it| it.parse::<u32>().is_ok())
        && !it.is_set("min-chars")
    {
        it.fill("bytes", count);
    }
}

/// Whether a line says that something has to be there, whatever would hold without it.
fn is_demanded(lower: &str) -> bool {
    find_words(lower, "required").any(|at| {
        let head = lower.get(..at).unwrap_or_default().trim_end_matches([' ', '-']);
        !DENIALS.iter().any(|denial| head.ends_with(denial))
    })
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled;

    fn one(text: &str, name: &str) -> String {
        labelled::one("env.required", text, name)
    }

    #[test]
    fn exact_values() {
        assert_eq!(one("`NODE_ENV` set to `production`", "equals"), "production");
        assert_eq!(one("NODE_ENV is production", "equals"), "production");
        let origin = "APP_ORIGIN is set to http://localhost:5173";
        assert_eq!(one(origin, "equals"), "http://localhost:5173");
        assert_eq!(one("APP_ORIGIN is set to production domain", "equals"), "");
        assert_eq!(one("`LOG_LEVEL` = info", "equals"), "info");
        assert_eq!(one("`NODE_ENV` set to production URL", "equals"), "");
        let list = "https://a.example,https://*.b.example";
        assert_eq!(one(&format!("`APP_ORIGINS={list}` set"), "equals"), list);
        assert_eq!(one("`APP_ORIGINS=x`, then restart `y`", "equals"), "x");
        assert_eq!(one("`TF_VAR_client_ip` set to the office", "name"), "TF_VAR_client_ip");
        assert_eq!(one("`A_KEY` set to your key", "equals"), "");
        assert_eq!(one("`API_URL=https://<host>`", "equals"), "");
        assert_eq!(
            one("`NODE_ENV=production`, `DEBUG_ON=false`", "type"),
            "enum(false,production)"
        );
        assert_eq!(one("`NODE_ENV=production` and `DB_URL` set", "equals"), "");
    }

    #[test]
    fn defaults_are_told_and_not_guessed() {
        assert_eq!(one("`SSH_PORT` (optional, default 22)", "default"), "22");
        assert_eq!(one("`SSH_PORT` - porta (opcional, padrão 22)", "default"), "22");
        assert_eq!(
            one("`RPC_URL` (fallback: `https://rpc.example`)", "default"),
            "https://rpc.example"
        );
        assert_eq!(one("`PORT` defaults to `8080`", "default"), "8080");
        for line in [
            "Change the default `SECRET_KEY`",
            "`SECRET_KEY` (not the default one)",
            "`SECRET_KEY` is no default `x`",
            "`LOG_LEVEL` (default `OLD_LEVEL`)",
            "`API_KEY` (default: none)",
            "`API_KEY` (default: \"\")",
            "`API_KEY` (required, default `x`)",
        ] {
            assert_eq!(one(line, "default"), "", "{line}");
        }
    }
}
