//! Parameters of claims about files, code, releases and pages.

use super::{Source, general::is_path, span};
use crate::values::What;

pub(super) fn own(id: &str, it: &mut Source<'_>) {
    match id {
        "file.exists"
        | "file.size"
        | "code.pattern"
        | "config.value"
        | "release.version-bumped"
        | "release.artifact-content"
        | "config.valid" => {
            path(it);
            match id {
                "config.value" => setting(it),
                "release.version-bumped" => {
                    it.put("version", What::Version);
                    key(it);
                }
                "code.pattern" => pattern(it),
                "file.size" => it.put("max", What::Size),
                _ => {}
            }
        }
        "html.meta-tags" => page(it),
        "html.resource-hints" => {
            let rel = span::word_after(it.text, &["rel="]).or_else(|| attribute(it.text, "rel"));
            it.set("rel", rel.unwrap_or_default().to_owned());
        }
        "field.value" => {
            let text = it.text.split([':', '：', '=']).next().unwrap_or_default();
            let label = text.trim_matches(['*', ' ', '_', '`']);
            if label.len() < it.text.len() && !label.is_empty() {
                it.set("name", holdpoint_document::slug(label));
            }
            let value = it.text.split_once([':', '：']).map(|(_, value)| span::bare(value.trim()));
            let value = value.filter(|value| !value.contains("___") && !value.contains(' '));
            it.set("value", value.unwrap_or_default().to_owned());
        }
        _ => {}
    }
}

/// The file that is meant: in the line, in its label, or in the nearest heading that names one.
fn path(it: &mut Source<'_>) {
    it.put("path", What::Path);
    if !it.is_set("path") {
        it.put("path", What::Document);
    }
    if !it.is_set("path") {
        let coded = span::words(it.text).find(|word| is_path(word));
        let told = it.text.split_whitespace().map(span::bare).find(|word| word.contains(":\\"));
        it.set("path", coded.or(told).unwrap_or_default().to_owned());
    }
    if !it.is_set("path") {
        it.set("path", span::files(it.text).next().unwrap_or_default().to_owned());
    }
    if !it.is_set("path") {
        let kinds = [What::Path, What::Document];
        let above = it.above.iter().find_map(|text| {
            let read = span::first(text, &kinds).map(|value| value.text);
            read.or_else(|| span::words(text).find(|word| is_path(word)).map(str::to_owned))
        });
        it.set("path", above.unwrap_or_default());
    }
}

/// A setting in marks of code that is no file.
fn key(it: &mut Source<'_>) {
    let path = it.params.get("path").cloned().unwrap_or_default();
    let name = |word: &&str| {
        *word != path
            && word.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
            && word.bytes().any(|b| b.is_ascii_lowercase())
    };
    let camel = |word: &&str| {
        let inner = word.bytes().skip(1).any(|b| b.is_ascii_uppercase());
        inner && word.starts_with(|c: char| c.is_ascii_lowercase())
    };
    let runs = it.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let key = span::words(it.text).find(name).or_else(|| runs.into_iter().find(camel));
    it.set("key", key.unwrap_or_default().to_owned());
}

/// `key` with `text`, `key=value`, `key: value`.
fn setting(it: &mut Source<'_>) {
    let spans: Vec<&str> = crate::line_form::spans(it.text).collect();
    let pair = spans.iter().find_map(|span| {
        let (name, value) = span.split_once('=').or_else(|| span.split_once(": "))?;
        let plain =
            name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        (plain && !name.is_empty() && !name.starts_with('-')).then_some((name, value.trim()))
    });
    if let Some((name, value)) = pair {
        it.set("key", name.to_owned());
        it.set("equals", value.trim_matches(['"', '\'']).to_owned());
        return;
    }
    key(it);
    let flag = spans.iter().find(|span| span.starts_with('-'));
    it.set("contains", flag.copied().unwrap_or_default().to_owned());
    let lower = it.text.to_lowercase();
    if ["removed", "no longer", "without", "must not"].iter().any(|word| lower.contains(word)) {
        let gone = it.all(What::Host).next().map(|value| value.text.clone());
        it.set("forbid", gone.unwrap_or_default());
    }
}

/// The text that code has to hold, or must not.
fn pattern(it: &mut Source<'_>) {
    let path = it.params.get("path").cloned().unwrap_or_default();
    let lower = it.text.to_lowercase();
    let spans: Vec<&str> = crate::line_form::spans(it.text).filter(|span| *span != path).collect();
    let text = spans.first().map(|it| (*it).to_owned());
    let known = ["console.log", "TODO", "FIXME", "debugger", "print("];
    let said = known.iter().find(|word| it.text.contains(**word)).map(|word| (*word).to_owned());
    it.set("pattern", text.or(said).unwrap_or_default());
    let banned =
        ["no ", "remove", "without", "not ", "never", "sin ", "sem ", "keine ", "没有", "无"];
    let is_banned = |word: &str| lower.starts_with(word) || lower.contains(&format!(" {word}"));
    if banned.iter().any(|word| is_banned(word)) {
        let pattern = it.params.remove("pattern");
        let word = || {
            let word = span::word_after(it.text, &["no hardcoded", "no hard-coded", "no"])?;
            (word.len() > 2 && word.is_ascii()).then(|| word.to_owned())
        };
        let gone = pattern.or_else(word);
        it.set("forbid", gone.unwrap_or_default());
    } else if let [when, wanted] = spans.as_slice()
        && ["include", "contain", "use", "have", "has "].iter().any(|verb| lower.contains(verb))
    {
        it.set("when", *when);
        it.set("pattern", *wanted);
    }
}

/// Tags of the head of a page.
fn page(it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    let charset = ["utf-8", "utf8"].iter().any(|word| lower.contains(word));
    if charset {
        it.set("charset", "UTF-8");
    }
    let tags = ["description", "viewport", "robots", "theme-color", "keywords", "author"];
    let found = attribute(it.text, "name").filter(|it| !it.is_empty()).map(str::to_owned);
    let known = tags.iter().find(|tag| super::find_word(&lower, tag).is_some());
    it.set("name", found.or_else(|| known.map(|it| (*it).to_owned())).unwrap_or_default());
    it.set("content", attribute(it.text, "content").unwrap_or_default().to_owned());
}

/// The value of `name="…"`.
fn attribute<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn files_and_settings() {
        assert_eq!(one("file.exists", "`src/app/boot.py` - secure", "path"), "src/app/boot.py");
        assert_eq!(
            one("config.value", "`vercel.json`: `buildCommand` with `--force`", "key"),
            "buildCommand"
        );
        assert_eq!(
            one("config.value", "`vercel.json`: `buildCommand` with `--force`", "contains"),
            "--force"
        );
        assert_eq!(one("config.value", "`a.toml` has `mode=fast`", "equals"), "fast");
        assert_eq!(one("html.meta-tags", "Charset (UTF-8) declared", "charset"), "UTF-8");
        assert_eq!(one("html.resource-hints", "`<link rel=\"preload\">`", "rel"), "preload");
        assert_eq!(one("chain.wallet-funded", "Wallet funded on Sepolia", "network"), "sepolia");
    }
}
