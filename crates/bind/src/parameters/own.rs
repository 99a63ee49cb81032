//! Parameters of claims about files, code, settings and releases.

use super::{Source, general::is_path, platform::is_name_byte, span};
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
            path(id, it);
            match id {
                "config.value" => setting(it),
                "release.version-bumped" => {
                    it.put("version", What::Version);
                    key(it);
                    let files: Vec<&str> = span::files(it.text).collect();
                    if 1 < files.len() {
                        it.set("path", files.join(","));
                    }
                }
                "release.artifact-content" => {
                    let ends =
                        span::words(it.text).filter(|it| it.starts_with('.') && !it.contains('/'));
                    it.set("contains", ends.collect::<Vec<_>>().join(","));
                }
                "code.pattern" => pattern(it),
                "file.size" => it.put("max", What::Size),
                _ => {}
            }
        }
        "attest.review" => it.put("doc", What::Document),
        "data.validated" => {
            let nouns = ["table", "tabla", "tabela", "tabelle", "表", "テーブル"];
            let named = nouns.iter().find_map(|noun| span::beside(it.text, noun));
            it.set("table", named.unwrap_or_default());
        }
        "ios.project-settings" => {
            path(id, it);
            let value = span::words(it.text).find(|word| !is_path(word) || word.contains("com."));
            it.set("value", value.unwrap_or_default());
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
fn path(id: &str, it: &mut Source<'_>) {
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
    if !it.is_set("path") && id == "file.exists" {
        it.set("path", bare_file(it.text).unwrap_or_default());
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

/// A file whose name no ending tells: the only word in marks of code, or one that everybody knows.
fn bare_file(text: &str) -> Option<&str> {
    let mut coded = span::words(text);
    let only = coded.next().filter(|_| coded.next().is_none());
    let plain = |word: &&str| word.bytes().all(|it| is_name_byte(it) || it == b'.');
    let known = || text.split_whitespace().map(span::bare).find(|word| is_path(word));
    only.filter(plain).or_else(known)
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
        let plain = name
            .trim()
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        let name = name.trim();
        (plain && !name.is_empty() && !name.starts_with('-')).then_some((name, value.trim()))
    });
    let pair = pair.or_else(|| bare_pair(it.text).filter(|_| spans.is_empty()));
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

/// Whether a word names a file as files are known to end.
fn is_file(word: &str) -> bool {
    span::files(word).next().is_some() || !word.contains('.') || word.starts_with('.')
}

/// `read_only: true` without marks of code; only a name with a line tells it from a sentence.
fn bare_pair(text: &str) -> Option<(&str, &str)> {
    let words: Vec<&str> = text.split([' ', '(', ')', '（', '）', ',']).collect();
    words.windows(2).find_map(|pair| {
        let [name, value] = pair else { return None };
        let assigned = name.split_once('=').filter(|(name, _)| {
            2 < name.len() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        if let Some((name, value)) = assigned.filter(|(_, value)| !value.is_empty()) {
            return Some((name, value));
        }
        let name = name.strip_suffix(':')?;
        let spelled =
            name.contains('_') && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        (spelled && value.is_ascii() && !value.is_empty()).then_some((name, *value))
    })
}

/// The text that code has to hold, or must not.
fn pattern(it: &mut Source<'_>) {
    // A call looks like a file: `document.write`. What nobody can open is none.
    if it.params.get("path").is_some_and(|path| !path.contains('/') && !is_file(path)) {
        it.params.remove("path");
    }
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
        assert_eq!(one("file.exists", "LICENSE is there (MIT)", "path"), "LICENSE");
        assert_eq!(one("file.exists", "`.npmrc` is committed", "path"), ".npmrc");
        assert_eq!(one("file.exists", "`app-definition` present", "path"), "app-definition");
        assert_eq!(one("config.value", "`A_B = True`", "key"), "A_B");
        assert_eq!(one("config.value", "Container read only (read_only: true)", "equals"), "true");
        assert_eq!(one("code.pattern", "No usage of `document.write`", "forbid"), "document.write");
        assert_eq!(one("config.value", "Sandboxed (ProtectSystem=strict)", "equals"), "strict");
        assert_eq!(one("attest.review", "`docs/OPS.md` reviewed", "doc"), "docs/OPS.md");
        let both = "Version in `Cargo.toml` and `setup.py` agree";
        assert_eq!(one("release.version-bumped", both, "path"), "Cargo.toml,setup.py");
        assert_eq!(one("chain.wallet-funded", "Wallet funded on Sepolia", "network"), "sepolia");
    }
}
