//! Annotations: what stands in the way, in the commands that a CI reads from the output of a step.

use holdpoint_model::line::{Kind, State};

use crate::{
    outcome::{cut, details, held, in_the_way, reason, verdict_word},
    view::{LineView, RunView},
};

/// As many of a level as are shown of one step; the others are dropped without a word.
const SHOWN_MAX: usize = 10;
/// Columns of a message.
const MESSAGE_COLUMNS: usize = 2_000;

/// One command a line for GitHub Actions: failures as errors, unknown and owed lines as warnings,
/// and the verdict when it is not GO. `place` is the document as a path from the root of the
/// repository.
pub fn github(view: &RunView, place: &str) -> Vec<String> {
    let own = || view.lines.iter().filter(|line| line.plan.kind != Kind::Group && in_the_way(line));
    let failed: Vec<&LineView> = own().filter(|it| it.standing.state == State::Fail).collect();
    let dark: Vec<&LineView> = own().filter(|it| it.standing.state != State::Fail).collect();
    let mut commands = Vec::new();
    level(&mut commands, "error", &failed, place);
    level(&mut commands, "warning", &dark, place);
    if let Some(held) = held(view) {
        let word = if failed.is_empty() { "warning" } else { "error" };
        let title = format!("holdpoint: {}", verdict_word(view));
        commands.push(command(word, &[("file", place), ("title", &title)], &held));
    }
    commands
}

/// The lines of one level; what is too many is counted in the last one.
fn level(to: &mut Vec<String>, word: &str, lines: &[&LineView], place: &str) {
    // The verdict is one of them too, and so is the count of those that are left out.
    let room = SHOWN_MAX - 1;
    let room = if lines.len() <= room { room } else { room.saturating_sub(1) };
    for line in lines.iter().take(room) {
        let title = format!("{}: {}", line.standing.state.word(), cut(&line.plan.text, 120));
        let mut message = reason(line);
        for (name, text) in details(line) {
            message.extend(["\n", name, ": ", &text]);
        }
        let message: String =
            message.lines().map(|it| cut(it, MESSAGE_COLUMNS)).collect::<Vec<_>>().join("\n");
        let number = line.plan.line.to_string();
        to.push(command(word, &[("file", place), ("line", &number), ("title", &title)], &message));
    }
    let more = lines.len().saturating_sub(room);
    if more != 0 {
        let title = format!("{more} more");
        let message = format!("{more} more lines stand in the way; the output lists them");
        to.push(command(word, &[("file", place), ("title", &title)], &message));
    }
}

/// `::error file=a,line=1,title=b::message`, nothing of which the text can leave.
fn command(word: &str, properties: &[(&str, &str)], message: &str) -> String {
    let properties: Vec<String> =
        properties.iter().map(|(name, text)| format!("{name}={}", property(text))).collect();
    let text = format!("{}::{}", properties.join(","), data(message));
    let mut command = format!("::{word} ");
    brackets(&text, &mut command);
    command
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The text with what a CI would take for a command made harmless: GitHub Actions reads `::word`
/// at the beginning of a line, and it, Azure Pipelines and TeamCity read `##word[` anywhere. One
/// character is written as JSON would escape it, so that documents in JSON stay what they are.
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for line in text.split_inclusive(['\n', '\r']) {
        let blank = line.len() - line.trim_start().len();
        let (indent, mut rest) = line.split_at_checked(blank).unwrap_or(("", line));
        out.push_str(indent);
        if let Some(after) = rest.strip_prefix("::") {
            out.push_str("\\u003a:");
            rest = after;
        }
        brackets(rest, &mut out);
    }
    out
}

/// Escapes the second `#` of every `##word[`.
fn brackets(mut rest: &str, out: &mut String) {
    while let Some(at) = rest.find("##") {
        let (before, after) = rest.split_at_checked(at + 1).unwrap_or((rest, ""));
        out.push_str(before);
        rest = after;
        let word = rest.trim_start_matches('#');
        let word = word.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        if word.starts_with('[')
            && let Some(after) = rest.strip_prefix('#')
        {
            out.push_str("\\u0023");
            rest = after;
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::tests::{dossier, line};
    use holdpoint_model::event::Release;

    #[test]
    fn nothing_leaves_its_command() {
        let hostile = "50% off, a:b\n::error::pwned %0A::set-output name=v::GO";
        let run = dossier(vec![line(7, hostile, State::Fail)], Release::NoGo, true);
        let said = github(&run.view, "docs/a,b:c.md");
        assert_eq!(said.len(), 2);
        assert!(said.iter().all(|it| !it.contains('\n') && it.starts_with("::error file=")));
        assert!(said[0].starts_with(
            "::error file=docs/a%2Cb%3Ac.md,line=7,title=fail%3A 50%25 off%2C a%3Ab %3A%3Aerror"
        ));
        assert!(said[0].contains("%250A"), "an escape in the text is no escape: {}", said[0]);
        assert!(
            said[0].ends_with("it is <off> & gone%0Aexpected: on%0Aseen: off%0Ado: switch it on")
        );
        assert_eq!(
            said[1],
            "::error file=docs/a%2Cb%3Ac.md,title=holdpoint%3A NO-GO::1 line stands in the way"
        );
    }

    #[test]
    fn no_level_has_more_than_are_shown() {
        for (fails, owed) in [(0, 0), (1, 0), (8, 0), (9, 9), (10, 40), (500, 500), (0, 9), (9, 0)]
        {
            let fails = (0..fails).map(|at| line(at + 1, "x", State::Fail));
            let owed = (0..owed).map(|at| line(at + 1, "y", State::Owed));
            let lines: Vec<LineView> = fails.chain(owed).collect();
            let count = lines.len();
            let said = github(&dossier(lines, Release::NoGo, true).view, "a.md");
            for word in ["::error ", "::warning "] {
                let of = said.iter().filter(|it| it.starts_with(word)).count();
                assert!(of <= SHOWN_MAX, "{word} {of} of {count}");
            }
            assert!(said.iter().any(|it| it.contains("NO-GO")));
            assert_eq!(said.iter().any(|it| it.contains("more lines")), said.len() < count + 1);
        }
        let go = dossier(vec![line(1, "x", State::Pass)], Release::Go, true);
        assert_eq!(github(&go.view, "a.md"), Vec::<String>::new());
    }

    #[test]
    fn what_looks_like_a_command_is_made_harmless_and_nothing_else() {
        for same in ["a::b", "std::fs::read", "# a\n## b [c]\n", "", "##", "#[x]", "x ## [y]"] {
            assert_eq!(harmless(same), same);
        }
        assert_eq!(harmless("  ::error::x\n::b"), "  \\u003a:error::x\n\\u003a:b");
        assert_eq!(harmless("\r::set-output name=v::GO"), "\r\\u003a:set-output name=v::GO");
        assert_eq!(harmless("x ##[error]y"), "x #\\u0023[error]y");
        assert_eq!(harmless("##vso[task]"), "#\\u0023vso[task]");
        let json = serde_json::json!({"a": "##[set-output name=v;]GO ###[x] ##vso[y]"});
        let text = harmless(&json.to_string());
        assert!(!text.contains("##[") && !text.contains("##vso["), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), json);
    }
}
