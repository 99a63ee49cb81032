//! Parameters of claims about secrets, files, repositories and files of configuration.

use super::{Source, names_in, span};
use crate::values::What;

/// Words in front of the branch into which something goes.
const INTO: &[&str] =
    &["into", "to", "in", "onto", "reached", "auf", "nach", "a la rama", "en", "na", "para"];

pub(super) fn secret(id: &str, it: &mut Source<'_>) {
    match id {
        "git.ignored" => it.put("path", What::Path),
        "file.permissions" => permissions(it),
        "config.valid" => {
            it.put("path", What::Path);
            it.named("format", "formats", ",");
        }
        "secrets.confined" => confined(it),
        "secrets.rotation" => {
            it.put("max-age", What::Duration);
            it.list("scope", What::Variable);
        }
        "secrets.scan" => {
            it.put("path", What::Path);
            let known = span::words(it.text).find(|word| word.ends_with(".baseline"));
            it.set("baseline", known.unwrap_or_default());
        }
        "git.merged" => branch(it),
        "git.tag" => tag(it),
        "git.source-at-release" => {
            it.put("url", What::Url);
            it.named("ref", "branches", ",");
        }
        _ => {}
    }
}

/// Where secrets lie, and where they must not: "in Vault (not in environment variables)".
fn confined(it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    let denials = [" not ", "(not ", ", not ", " never ", " nicht ", " no en ", "而不是", "，不"];
    let at = denials.iter().filter_map(|word| lower.find(word)).min();
    // A text whose length changes with its case is read as a whole.
    let at = at.filter(|_| lower.len() == it.text.len()).unwrap_or(it.text.len());
    let (held, banned) = it.text.split_at_checked(at).unwrap_or((it.text, ""));
    let held = names_in(held, "stores");
    if held.is_empty() {
        it.named("store", "stores", "|");
        return;
    }
    it.set("store", held.join("|"));
    it.set("forbid", names_in(banned, "stores").join(","));
}

fn permissions(it: &mut Source<'_>) {
    it.put("path", What::Path);
    let lower = it.text.to_lowercase();
    let runs = ["chmod +x", "执行权限", "ejecutable", "executável", "exécutable", "실행 권한"];
    if it.has("executable") || runs.iter().any(|word| lower.contains(word)) {
        it.set("mode", "+x");
    }
    let mut words = it.text.split([' ', '(', ')', '`', ',', '*', ':', '=', '\u{ff08}', '\u{ff09}']);
    let mode = words.find(|word| {
        let digits = word.strip_prefix('0').filter(|rest| rest.len() == 3).unwrap_or(word);
        digits.len() == 3 && digits.bytes().all(|b| matches!(b, b'0'..=b'7'))
    });
    if let Some(mode) = mode {
        it.set("mode", mode.strip_prefix('0').unwrap_or(mode).to_owned());
    }
    if !it.is_set("path") {
        // A path of another system, or one in marks of code.
        let mut words = it.text.split_whitespace().map(span::bare);
        let path = words.find(|word| word.contains(":\\") || word.starts_with("/"));
        it.set("path", path.unwrap_or_default().to_owned());
    }
    let owner = span::word_after(it.text, &["owned by", "uid", "owner"]);
    it.set("owner", owner.filter(|it| it.is_ascii()).unwrap_or_default().to_owned());
}

/// The branch into which all is merged: "merge A to B" ends in B.
fn branch(it: &mut Source<'_>) {
    let word = INTO.iter().find_map(|lead| {
        let word = span::word_after(it.text, &[lead])?;
        let coded = span::words(it.text).any(|span| span == word);
        if coded && word.contains('/') {
            return Some(word.to_owned());
        }
        let named = names_in(word, "branches").first().map(|it| (*it).to_owned());
        named.or_else(|| (coded && !word.contains('.')).then(|| word.to_owned()))
    });
    match word {
        Some(word) => it.set("branch", word),
        None => {
            let known = names_in(it.text, "branches");
            it.set("branch", known.last().copied().unwrap_or_default());
        }
    }
}

/// The name of a tag: a version, or what stands for one (`vX.Y.Z`).
fn tag(it: &mut Source<'_>) {
    let found = it.all(What::Version).next().map(|value| (value.start, value.text.clone()));
    if let Some((start, text)) = found {
        let marked = it.text.get(..start).is_some_and(|head| head.ends_with(['v', 'V']));
        it.set("name", if marked { format!("v{text}") } else { text });
        return;
    }
    let mut words = it.text.split([' ', '(', ')', '"', '`', ',']).map(span::bare);
    let placeholder = words.find(|word| {
        let rest = word.trim_start_matches(['v', 'V', '<', '[', '{']);
        let lower = rest.to_lowercase();
        let parts: Vec<&str> = lower.trim_end_matches(['>', ']', '}']).split('.').collect();
        2 <= parts.len()
            && parts.iter().all(|part| {
                matches!(
                    *part,
                    "x" | "y" | "z" | "major" | "minor" | "patch" | "n" | "a" | "b" | "c"
                ) || !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
            })
    });
    it.set("name", placeholder.unwrap_or_default().to_owned());
    if !it.is_set("name") {
        let digit = |word: &&str| word.contains(|c: char| c.is_ascii_digit());
        let coded = span::words(it.text).find(digit);
        it.set("name", coded.unwrap_or_default().to_owned());
    }
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn branches_tags_and_modes() {
        let branch = |text| one("git.merged", text, "branch");
        assert_eq!(branch("merge master to production"), "production");
        assert_eq!(branch("All merged into `release/2.0`"), "release/2.0");
        assert_eq!(branch("已 push 到远端主分支"), "main");
        let tag = |text| one("git.tag", text, "name");
        assert_eq!(tag("Annotated git tag created (`vX.Y.Z`)."), "vX.Y.Z");
        assert_eq!(tag("Tag v1.0.0 created"), "v1.0.0");
        assert_eq!(tag("Release tagged"), "");
        assert_eq!(one("file.permissions", "`.env` has mode 600", "mode"), "600");
        assert_eq!(one("secrets.confined", "Secrets in HashiCorp Vault", "store"), "vault");
        let either = "Keys in Vault (not in environment variables)";
        assert_eq!(one("secrets.confined", either, "store"), "vault");
        assert_eq!(one("secrets.confined", either, "forbid"), "env");
    }
}
