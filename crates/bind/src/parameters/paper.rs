//! Parameters of claims about documents, tests and people.

use super::Source;
use crate::values::What;

pub(super) fn paper(id: &str, it: &mut Source<'_>) {
    match id {
        "docs.present" | "docs.updated" | "docs.changelog" | "docs.api-in-sync"
        | "release.notes" => {
            it.put("path", What::Document);
            if id == "docs.present" && !it.params.contains_key("path") {
                it.put("path", What::Path);
            }
            if id == "docs.updated"
                && let Some(path) = it.params.get("path").cloned()
            {
                it.set("paths", path);
            }
            if matches!(id, "docs.present" | "docs.updated") {
                it.named("topic", "topics", ",");
                let first =
                    it.params.get("topic").and_then(|all| all.split(',').next()).map(str::to_owned);
                it.set("topic", first.unwrap_or_default());
            }
            if matches!(id, "docs.changelog" | "release.notes") {
                it.put("version", What::Version);
            }
        }
        "docs.bilingual" => it.named("langs", "languages", ","),
        "test.suite" => {
            it.named("suites", "suites", ",");
            coverage(it);
        }
        "test.coverage" => coverage(it),
        "code.lint" => it.named("kinds", "lint-kinds", ","),
        "scan.dependencies" | "scan.sast" | "scan.dast" => it.named("tool", "scanners", "|"),
        "scan.summary" | "scan.image" => {
            it.named("fail-on", "grades", ",");
            it.named("tools", "scanners", "|");
        }
        "recovery.objective" => it.named("name", "objectives", ","),
        "incident.postmortem" => {
            let due = it.all(What::Duration).next().map(|value| value.text.clone());
            it.set("due", due.unwrap_or_default());
        }
        "comms.notify" => it.named("audience", "audiences", ","),
        _ => {}
    }
}

/// A share that is asked for; one in brackets with a tick is what was measured once.
fn coverage(it: &mut Source<'_>) {
    let asked =
        it.scan.values.iter().find(|value| value.what == What::Percent && value.bound.is_some());
    let asked = asked.map(|value| format!("{}{}", value.bound.unwrap_or_default(), value.text));
    it.set("coverage", asked.unwrap_or_default());
}
