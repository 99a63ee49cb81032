//! Which programs a line asks for, and in which versions.

use super::{Params, Source, find_word, find_words, names_in, places_in, span};
use crate::{nouns, values::What};

/// Words behind the name of a program.
const HELD: &[&str] =
    &["installed", "available", "cli", "instalado", "installiert", "インストール", "已安装"];

/// A program and its version. What is said in brackets is another one.
pub(super) fn tool(it: &mut Source<'_>) {
    let plain = span::outside(it.text);
    let mut tools = names_in(&plain, "tools");
    if tools.is_empty() {
        tools = names_in(it.text, "tools");
    }
    let lower = it.text.to_lowercase();
    if !find_words(&lower, "python").any(|at| has_three(&lower, at)) && !lower.contains("python3") {
        tools.iter_mut().filter(|tool| **tool == "python3").for_each(|tool| *tool = "python");
    }
    it.set("tool", tools.join("|"));
    if let Some(brought) = installed(it.text) {
        it.set("tool", brought);
    } else if tools.is_empty() {
        it.set("tool", in_front(it).unwrap_or_default());
    }
    it.put("version", What::Version);
    if !it.is_set("version") {
        it.put("version", What::Number);
    }
    // "2.x" is any version of that line.
    let words = it.text.split([' ', '(', ')', '`', '*', ',']);
    let open = words.map(|word| word.trim_start_matches(['v', 'V'])).find(|word| {
        let head = word.strip_suffix(".x").unwrap_or_default();
        !head.is_empty() && head.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    });
    if let Some(open) = open {
        it.set("version", open);
    }
}

/// Each program that a line asks for, with the version that stands behind its name; nothing where one
/// of them is enough: "npm or yarn", and where only one is named.
pub(crate) fn tools(text: &str) -> Vec<Params> {
    let plain = span::outside(text);
    let places = places_in(&plain, "tools");
    let lower = plain.to_lowercase();
    let between = |pair: &[(usize, &str)]| {
        let [(from, _), (to, _)] = pair else { return false };
        let text = lower.get(*from..*to).unwrap_or_default();
        nouns::table("alternatives").iter().any(|(word, _)| {
            if word.is_ascii() && word.len() < 4 && word.bytes().all(|b| b.is_ascii_alphabetic()) {
                find_word(text, word).is_some()
            } else {
                text.contains(word)
            }
        })
    };
    if places.len() < 2 || lower.len() != plain.len() || places.windows(2).any(between) {
        return Vec::new();
    }
    let ends = places.iter().skip(1).map(|(at, _)| *at).chain([plain.len()]);
    let each = places.iter().zip(ends).map(|((at, name), end)| {
        let own = plain.get(*at..end).unwrap_or_default();
        let version = span::first(own, &[What::Version, What::Number]);
        let shown = version.map(|it| format!("{}{}", it.bound.unwrap_or_default(), it.text));
        let tool = [("tool".to_owned(), (*name).to_owned())];
        tool.into_iter().chain(shown.map(|it| ("version".to_owned(), it))).collect()
    });
    each.collect()
}

/// Whether a version of the third line stands right behind.
fn has_three(text: &str, at: usize) -> bool {
    let rest = text.get(at + "python".len()..).unwrap_or_default();
    rest.trim_start_matches([' ', 'v', '(', '>', '=', '*', ':', '\u{2265}']).starts_with('3')
}

/// What `pip install X` and its like bring.
fn installed(text: &str) -> Option<String> {
    let command = crate::line_form::spans(text).find(|span| span.contains(" install "))?;
    let (_, rest) = command.split_once(" install ")?;
    let mut words = rest.split_whitespace().filter(|word| !word.starts_with('-'));
    let word = words.next().filter(|_| words.next().is_none())?;
    let end = word.find(['=', '>', '<', '[', '~']).unwrap_or(word.len());
    let end = word.get(1..).and_then(|it| it.find('@')).map_or(end, |at| end.min(at + 1));
    word.get(..end).map(str::to_owned)
}

/// The name in front of a version, or of "installed": "Bun 1.1+", "Hugo installed".
fn in_front(it: &Source<'_>) -> Option<String> {
    let mut values = it.scan.values.iter();
    let value = values.find(|it| matches!(it.what, What::Version | What::Number));
    let lower = it.text.to_lowercase();
    let held = || HELD.iter().filter_map(|word| lower.find(word)).min();
    let head = it.text.get(..value.map(|it| it.start).or_else(held)?)?;
    let head = head.trim_end_matches(['v', 'V', '>', '=', ' ', '\u{2265}']);
    let head = head.trim_matches(['*', '`', ' ', ':', '-', '(']);
    let words: Vec<String> =
        head.split_whitespace().map(|word| span::bare(word).to_lowercase()).collect();
    let named = |word: &String| word.is_ascii() && word.starts_with(|c: char| c.is_alphanumeric());
    ((1..=2).contains(&words.len()) && words.iter().all(named)).then(|| words.join("-"))
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn tools_and_versions() {
        let tool = |text| one("host.tool-version", text, "tool");
        assert_eq!(tool("npm installed (comes with Node.js)"), "npm");
        assert_eq!(tool("boto3 installed (`pip install boto3`)"), "boto3");
        assert_eq!(tool("Python 3.9+ available"), "python3");
        assert_eq!(tool("Python or Bash environment ready"), "python|bash");
        assert_eq!(tool("MySQL 8.0+ or MariaDB 10.6+"), "mysql|mariadb");
        assert_eq!(tool("Docker Compose 2.0+ installed"), "docker-compose");
        assert_eq!(tool("Zola 0.19+"), "zola");
        let version = |text| one("host.tool-version", text, "version");
        assert_eq!(version("Composer 2.x"), "2.x");
        assert_eq!(version("Node 18+"), ">=18");
    }
}
