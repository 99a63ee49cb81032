//! Parameters of claims about documents, tests, scans and messages to people.

use super::{Source, find_word, names_in, span, topic::topic};
use crate::values::{Value, What};

pub(super) fn paper(id: &str, it: &mut Source<'_>) {
    match id {
        "docs.present" | "docs.updated" | "docs.changelog" | "docs.api-in-sync"
        | "release.notes" => documents(id, it),
        "docs.bilingual" => {
            it.named("langs", "languages", ",");
            // "README.ja.md" beside "README.md".
            let marked = span::files(it.text).find_map(|file| {
                let code = file.strip_suffix(".md")?.rsplit_once('.')?.1;
                (code.len() == 2).then(|| code.to_owned())
            });
            if let Some(code) = marked {
                it.fill("langs", format!("{code},en"));
            }
        }
        "test.suite" => suites(it),
        "test.coverage" => coverage(it),
        "code.lint" => {
            it.named("kinds", "lint-kinds", ",");
            it.named("tools", "linters", ",");
        }
        "scan.dependencies" | "scan.sast" | "scan.dast" => {
            it.named("tool", "scanners", "|");
            if id == "scan.dependencies" {
                it.named("fail-on", "grades", ",");
            }
        }
        "scan.summary" | "scan.image" => {
            it.named("fail-on", "grades", ",");
            it.named("tools", "scanners", "|");
        }
        "recovery.objective" => it.named("name", "objectives", ","),
        "incident.postmortem" => {
            let due = it.all(What::Duration).next().map(|value| value.text.clone());
            it.set("due", due.unwrap_or_default());
        }
        "comms.notify" | "release.report" => {
            audience(it);
            let room = it.text.split([' ', '`', ',', '(', ')']).find(|word| is_room(word));
            it.set("channel", room.unwrap_or_default().trim_end_matches(['.', ':', ';', '*']));
            if !it.is_set("channel") {
                it.named("channel", "channels", ",");
            }
        }
        "comms.status-page" => it.named("state", "states", ","),
        _ => {}
    }
}

/// Whether a word names a room to talk in: `#releases`, but not the ticket `#247`.
fn is_room(word: &str) -> bool {
    word.strip_prefix('#').is_some_and(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
}

fn documents(id: &str, it: &mut Source<'_>) {
    it.put("path", What::Document);
    if id == "docs.present" && !it.is_set("path") {
        it.put("path", What::Path);
    }
    // What a file has to say stands below its name.
    if id == "docs.present" && !it.is_set("path") {
        let above = it.above.first().and_then(|text| span::first(text, &[What::Document]));
        it.set("path", above.map(|value| value.text).unwrap_or_default());
    }
    let word = match id {
        "docs.changelog" => "changelog",
        _ => "readme",
    };
    let named = find_word(&it.text.to_lowercase(), word).is_some();
    if !it.is_set("path") && named {
        it.set("path", format!("{}.md", word.to_uppercase()));
    }
    if id == "docs.updated" {
        it.list("paths", What::Document);
        if let Some(path) = it.params.get("path").cloned() {
            it.fill("paths", path);
        }
    }
    if matches!(id, "docs.present" | "docs.updated") {
        it.set("topic", topic(it.text));
    }
    if matches!(id, "docs.changelog" | "release.notes") {
        it.put("version", What::Version);
        // A list of what a version brings stands under its heading.
        if id == "docs.changelog" && !it.is_set("path") {
            let above = it.above.iter().find_map(|text| span::first(text, &[What::Document]));
            it.set("path", above.map(|value| value.text).unwrap_or_default());
            if it.is_set("path") && !it.is_set("version") {
                let above = it.above.iter().find_map(|text| span::first(text, &[What::Version]));
                it.set("version", above.map(|value| value.text).unwrap_or_default());
            }
        }
    }
}

fn suites(it: &mut Source<'_>) {
    it.named("suites", "suites", ",");
    let file =
        it.all(What::Path).find(|value| value.text.contains("test") && value.text.contains('.'));
    let file = file.map(|value| value.text.clone());
    if let Some(file) = file {
        it.set("suites", file);
    }
    coverage(it);
    measured(it);
    let lower = it.text.to_lowercase();
    let count = it.all(What::Number).chain(it.all(What::Code)).find(|value| {
        let behind = lower.get(value.end..).unwrap_or_default().trim_start_matches(['+', ' ', '*']);
        let near: Vec<&str> = behind.split_whitespace().take(3).collect();
        let counted = near.iter().any(|word| {
            ["test", "prueba", "тест", "case", "spec", "teste"]
                .iter()
                .any(|noun| word.starts_with(noun))
        });
        let head = lower.get(..value.start).unwrap_or_default();
        let spoken = ["个", "項", "件", "개", "条"].iter().any(|word| behind.starts_with(word))
            && ["测试", "テスト", "테스트", "用例"].iter().any(|word| head.contains(word));
        counted || spoken
    });
    let count = count.map(|value| value.text.clone());
    it.set("min-tests", count.unwrap_or_default());
    if it.all(What::Percent).next().is_none() && lower.contains("全部通过")
        || lower.contains("100% pass")
    {
        it.set("pass", "100%");
    }
}

/// A share that is asked for; one in brackets with a tick is what was measured once.
fn coverage(it: &mut Source<'_>) {
    let asked =
        it.scan.values.iter().find(|value| value.what == What::Percent && value.bound.is_some());
    let asked = asked.map(|value| format!("{}{}", value.bound.unwrap_or_default(), value.text));
    it.set("coverage", asked.unwrap_or_default());
}

/// The known groups of a text; "the engineering team" is one, not two.
pub(crate) fn audiences(text: &str) -> Vec<&'static str> {
    let mut known = names_in(text, "audiences");
    let lower = text.to_lowercase();
    let headed = |name: &&str| lower.contains(&format!("{name} team"));
    if known.iter().any(headed) {
        known.retain(|name| *name != "team");
    }
    known
}

/// Shares that somebody measured and wrote down: they are claimed, not asked for.
fn measured(it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    let unasked = |value: &&Value| value.what == What::Percent && value.bound.is_none();
    for value in it.scan.values.iter().filter(unasked) {
        let head = lower.get(..value.start).unwrap_or_default().trim_end_matches([':', ' ']);
        let behind = lower.get(value.end..).unwrap_or_default().trim_start();
        if head.ends_with("coverage") || behind.starts_with("coverage") {
            it.fill("claimed-coverage", value.text.clone());
        } else if behind.starts_with("pass rate") || head.ends_with("pass rate") {
            it.fill("claimed-pass-rate", value.text.clone());
        }
    }
}

/// Who is told: known groups, or the names behind "to".
fn audience(it: &mut Source<'_>) {
    let known = audiences(it.text);
    if !known.is_empty() {
        it.set("audience", known.join(","));
        return;
    }
    let text = span::outside(it.text);
    let Some((_, rest)) = text.split_once(" to ") else {
        return;
    };
    let end = rest.find(['.', ';', ':', '-']).unwrap_or(rest.len());
    let names: Vec<&str> = rest
        .get(..end)
        .unwrap_or_default()
        .split([','])
        .flat_map(|part| part.split(" and "))
        .map(|name| name.trim().trim_start_matches("and ").trim_start_matches("the "))
        .filter(|name| !name.is_empty())
        .collect();
    if 1 < names.len() && names.iter().all(|name| !name.contains(' ')) {
        it.set("audience", names.join(","));
    }
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn tests_documents_and_messages() {
        let suite = |text, name| one("test.suite", text, name);
        assert_eq!(
            suite("Unit and integration tests pass (coverage >= 85%)", "suites"),
            "unit,integration"
        );
        assert_eq!(suite("Unit tests (coverage >= 85%)", "coverage"), ">=85%");
        assert_eq!(suite("351 automatische Tests", "min-tests"), "351");
        assert_eq!(suite("Tests unitaires passent", "suites"), "unit");
        assert_eq!(one("code.lint", "ESLint passes", "tools"), "eslint");
        assert_eq!(one("docs.updated", "README current", "paths"), "README.md");
        let told = "send email with news to ana, ben, and observers";
        assert_eq!(one("comms.notify", told, "audience"), "ana,ben,observers");
        assert_eq!(one("comms.notify", told, "channel"), "email");
        assert_eq!(one("comms.notify", "Announce in `#releases`.", "channel"), "#releases");
        assert_eq!(one("comms.notify", "Tell them about #247", "channel"), "");
    }
}
