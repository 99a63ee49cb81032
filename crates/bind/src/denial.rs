//! Tells what a line denies or forbids, and what the text above forbids for all lines below it.

use std::sync::LazyLock;

use crate::{
    candidate::{Above, Reading},
    line_form,
    nouns::table,
    parameters::find_word,
    scan::CONCEPTS,
    words::Class,
};

/// Words that deny.
pub(crate) static NEGATION: LazyLock<Class> = LazyLock::new(|| CONCEPTS.class("negation"));

/// Words that order something to be run.
pub(crate) static RUN: LazyLock<Class> = LazyLock::new(|| CONCEPTS.class("run"));

/// How many letters of a text are read for what it forbids.
const READ_MAX: usize = 200;
/// How many letters before a command are read for the setting that it is a value of.
const NAMED_MAX: usize = 40;

/// Whether a line denies something outside of brackets; what stands in them sets apart: "production
/// addresses (not public ones)".
pub(crate) fn is_denied(reading: &Reading<'_>) -> bool {
    let aside = |at: usize| {
        let head = reading.text.get(..at).unwrap_or_default();
        head.matches([')', '）']).count() < head.matches(['(', '（']).count()
    };
    reading.scan.hits.iter().any(|it| it.class == *NEGATION && !aside(it.start))
}

/// What stands in a line before a command.
fn before<'a>(reading: &Reading<'a>, command: &str) -> &'a str {
    let at = reading.text.find(command).unwrap_or(0);
    reading.text.get(..at).unwrap_or_default()
}

/// Whether the clause that a command stands in forbids it: "never run `./reset.sh`".
pub(crate) fn is_forbidden(reading: &Reading<'_>, command: &str) -> bool {
    let head = before(reading, command);
    let ends = [". ", "; ", "! ", "。", "；"];
    let start = ends.iter().filter_map(|end| head.rfind(end).map(|at| at + end.len())).max();
    let clause = line_form::ending(head.get(start.unwrap_or(0)..).unwrap_or_default(), READ_MAX);
    forbids(clause) || find_word(&clause.to_lowercase(), "avoid").is_some()
}

/// Whether a line names a command as a setting of something that runs it: "Build command: `npm ci`",
/// but not "Run the build command: `npm ci`".
pub(crate) fn is_setting(reading: &Reading<'_>, command: &str) -> bool {
    let head = before(reading, command);
    let near = line_form::ending(head, NAMED_MAX).to_lowercase();
    let words = table("settings-of-commands").iter();
    let Some(at) = words.filter_map(|(word, _)| find_word(&near, word)).min() else { return false };
    let at = head.len().saturating_sub(near.len()) + at;
    !reading.scan.hits.iter().any(|hit| hit.class == *RUN && hit.end <= at)
}

/// Whether a line speaks of a case that may never come: "For any failing route, add …".
pub(crate) fn is_supposed(reading: &Reading<'_>) -> bool {
    let lower: String = reading.text.chars().take(READ_MAX).flat_map(char::to_lowercase).collect();
    let words = table("supposes").iter().chain(table("opens-a-case"));
    words.into_iter().any(|(word, _)| find_word(&lower, word) == Some(0))
}

/// Whether what stands above a line forbids what the lines below it name: "You should not see". How
/// far above does not matter: a heading below it divides what is forbidden, and allows nothing.
pub(crate) fn is_forbidden_above(above: &[Above<'_>]) -> bool {
    above.iter().any(|it| forbids(it.text))
}

/// Whether a text forbids what follows it.
pub(crate) fn forbids(text: &str) -> bool {
    // A heading as long as a book forbids in its first words, if at all.
    let lower: String = text.chars().take(READ_MAX).flat_map(char::to_lowercase).collect();
    let find =
        |name: &str| table(name).iter().filter_map(|(word, _)| find_word(&lower, word)).min();
    // "If the pods do not start" supposes it.
    let first = find("forbids");
    first.is_some_and(|at| find("supposes").is_none_or(|it| at < it) && find("reminds").is_none())
}

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;
    use holdpoint_model::line::Binding;

    use crate::understand::understand;

    fn below(heading: &str) -> Binding {
        let text = format!("# T\n\n## {heading}\n\n- [ ] Health endpoint returns 200\n");
        understand(&parse(text.as_bytes())).pop().unwrap().state
    }

    #[test]
    fn what_is_forbidden_above_is_no_claim() {
        for heading in [
            "You should NOT see",
            "Must never happen",
            "不应出现",
            "Darf nicht sein",
            "Nicht ausführen",
            "No ejecutar",
            "Ne pas exécuter",
            "Не запускать",
            "Anti-patterns",
            "Commands to avoid",
        ] {
            assert_eq!(below(heading), Binding::Asked, "{heading}");
        }
        for heading in
            ["You should see", "Don\u{2019}t forget", "Sign-off not needed", "To avoid downtime"]
        {
            assert_eq!(below(heading), Binding::Bound, "{heading}");
        }
    }

    fn last(text: &str) -> Binding {
        understand(&parse(text.as_bytes())).pop().unwrap().state
    }

    #[test]
    fn a_command_below_a_prohibition_is_not_bound() {
        for command in
            ["- [ ] `kubectl delete namespace prod`", "```bash\nkubectl delete namespace prod\n```"]
        {
            let text = format!("# T\n\n## Deployment Steps\n\n### Do not run\n\n{command}\n");
            assert_eq!(last(&text), Binding::Asked, "{text}");
            assert_eq!(last(&text.replace("Do not run", "Run")), Binding::Bound, "{text}");
        }
    }

    #[test]
    fn a_command_that_is_only_spoken_of_is_not_run() {
        for line in [
            "Database migrations applied; never run `./reset.sh all` by hand",
            "Never `alembic downgrade base`: database migrations are applied",
        ] {
            let text = format!("# T\n\n## Pre-Deployment\n\n- [ ] {line}\n");
            let found = understand(&parse(text.as_bytes())).pop().unwrap();
            let run = found.checks.iter().any(|it| it.params.contains_key("cmd"));
            assert!(found.state != Binding::Bound || !run, "{found:?}");
        }
    }

    #[test]
    fn a_command_that_a_setting_names_is_no_step() {
        for line in ["Build Command: `npm install`", "Start script configured: `npm start`"] {
            let text = format!("# T\n\n## Pre-Deployment\n\n- [ ] {line}\n");
            let found = understand(&parse(text.as_bytes())).pop().unwrap();
            let run = found.checks.iter().any(|it| it.params.contains_key("cmd"));
            assert!(found.state != Binding::Bound || !run, "{found:?}");
        }
        for line in ["Run the build: `npm run build`", "Run the build command: `npm run build`"] {
            let text = format!("# T\n\n## Pre-Deployment\n\n- [ ] {line}\n");
            assert_eq!(last(&text), Binding::Bound, "{line}");
        }
    }

    #[test]
    fn what_may_never_come_is_no_claim() {
        let line = "add `export const dynamic = 'force-dynamic'` to the route file";
        for case in ["For any failing route, ", "If a route fails, "] {
            assert_ne!(last(&format!("# T\n\n- [ ] {case}{line}\n")), Binding::Bound, "{case}");
        }
    }

    #[test]
    fn what_is_forbidden_further_up_is_forbidden() {
        let claim = "- [ ] Health endpoint returns 200\n";
        for below in ["### In the browser\n\n", "- [ ] What users see\n  "] {
            let text = format!("# T\n\n## You must never see\n\n{below}{claim}");
            assert_eq!(last(&text), Binding::Asked, "{text}");
        }
    }

    #[test]
    fn what_is_only_supposed_is_not_forbidden() {
        for heading in ["If the pods do not start", "Falls sie es nicht sehen und nie sahen"] {
            assert_eq!(below(heading), Binding::Bound, "{heading}");
        }
        assert_eq!(below("Do not deploy if you see"), Binding::Asked);
    }
}
