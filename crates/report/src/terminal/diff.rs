//! Two runs side by side: what is worse, what is better, what else is not as it was.

use std::fmt::Write as _;

use holdpoint_model::line::State;

use super::evidence::rows::fold;
use crate::{
    diff::{Change, Detail, Diff, End, Line, Stand},
    style::{Style, Tone},
    when::rfc3339,
};

/// Lines of one group that are written out.
const LINES_MAX: usize = 40;

/// Details of one line that are written out.
const DETAILS_MAX: usize = 6;

/// Columns before the words of a detail.
const INDENT: usize = 18;

/// The whole comparison.
pub fn diff(diff: &Diff, style: Style) -> String {
    let mut out = head(diff, style);
    for change in &Change::ALL {
        // A line stands once, where its most important change is.
        let lines = diff.lines.iter().filter(|line| line.changes.first() == Some(change));
        let lines: Vec<&Line> = lines.collect();
        if lines.is_empty() {
            continue;
        }
        let word = style.paint(tone(*change), change.counted());
        writeln!(out, "\n{word}   {}", lines.len()).expect("strings take text");
        for line in lines.iter().take(LINES_MAX) {
            out.push_str(&row(*change, line, style));
        }
        if let Some(more) = lines.len().checked_sub(LINES_MAX).filter(|it| 0 < *it) {
            writeln!(out, "  and {more} more; --format json has all").expect("strings take text");
        }
    }
    writeln!(out, "\n{}", summary(diff, 0, style)).expect("strings take text");
    out
}

/// The counts, or that nothing changed; further rows begin at `indent`.
pub fn summary(diff: &Diff, indent: usize, style: Style) -> String {
    let gap = format!(" {} ", style.dot());
    let verdict = (diff.old.verdict != diff.new.verdict).then(|| {
        let words = [diff.old.verdict.word(), to(style), diff.new.verdict.word()];
        (Tone::Strong, words.join(" "))
    });
    let counts = diff.listed();
    let counts = counts.iter().map(|(it, count)| (tone(*it), format!("{count} {}", it.counted())));
    let (mut out, mut used) = (String::new(), indent);
    for (tone, part) in verdict.into_iter().chain(counts) {
        // Words of ours are as wide as they are long.
        let wide = part.chars().count();
        if style.width < used + gap.chars().count() + wide && !out.is_empty() {
            write!(out, "\n{}", " ".repeat(indent)).expect("strings take text");
            used = indent;
        } else if !out.is_empty() {
            out.push_str(&gap);
            used += gap.chars().count();
        }
        out.push_str(&style.paint(tone, &part));
        used += wide;
    }
    if out.is_empty() { String::from("nothing changed") } else { out }
}

/// What stands between old and new.
fn to(style: Style) -> &'static str {
    if style.ascii { "->" } else { "→" }
}

fn tone(change: Change) -> Tone {
    match change {
        Change::NewlyFailing => Tone::Bad,
        Change::Mended => Tone::Good,
        Change::NewlyUnknown => Tone::Dark,
        Change::OtherState
        | Change::Evidence
        | Change::Binding
        | Change::Answer
        | Change::Added
        | Change::Removed
        | Change::Reworded
        | Change::Moved => Tone::Strong,
        Change::OnlyNow | Change::OnlyThen => Tone::Faint,
    }
}

fn head(diff: &Diff, style: Style) -> String {
    let arrow = to(style);
    let (old, new) = (&diff.old, &diff.new);
    let pair = |one: &str, two: &str| {
        if one == two { one.to_owned() } else { format!("{one} {arrow} {two}") }
    };
    let path = pair(&old.document.path, &new.document.path);
    let verdict = pair(old.verdict.word(), new.verdict.word());
    let runs = format!("{} {arrow} {}", old.run, new.run);
    let runs = style.paint(Tone::Strong, &style.clean(&runs));
    let mut out = format!("{runs}   {}   {verdict}\n", style.clean(&path));
    for (word, end) in [("then", old), ("now", new)] {
        let mut text = format!("{word:<4}  {}", frame(end, style));
        if old.version != new.version {
            write!(text, " {} holdpoint {}", style.dot(), end.version).expect("strings take text");
        }
        writeln!(out, "  {}", style.paint(Tone::Faint, &style.cut(&text, style.width - 2)))
            .expect("strings take text");
    }
    if old.gate != new.gate {
        let text = format!(
            "the runs decided different gates, {} and {}: what only one of them decided is no \
             change of the system",
            old.gate.word(),
            new.gate.word()
        );
        writeln!(out, "  {}", style.wrap(&text, 2, style.width)).expect("strings take text");
    }
    out
}

fn frame(end: &End, style: Style) -> String {
    let dot = style.dot();
    let mut text = format!("{} {dot} gate {}", rfc3339(end.started), end.gate.word());
    if let Some(environment) = &end.environment {
        write!(text, " {dot} {environment}").expect("strings take text");
    }
    if !end.ended {
        write!(text, " {dot} unfinished").expect("strings take text");
    }
    text
}

fn row(change: Change, line: &Line, style: Style) -> String {
    let mut out = String::new();
    let Some(shown) = line.now.as_ref().or(line.then.as_ref()) else { return out };
    let id = shown.checks.join(" + ");
    let id = style.cut(&id, style.width / 3);
    let sign = match change {
        Change::Added => String::from("+"),
        Change::Removed => String::from("-"),
        Change::NewlyFailing
        | Change::Mended
        | Change::NewlyUnknown
        | Change::OtherState
        | Change::Evidence
        | Change::Binding
        | Change::Answer
        | Change::Reworded
        | Change::Moved
        | Change::OnlyNow
        | Change::OnlyThen => style.paint(style.tone(shown.state), style.sign(shown.state)),
    };
    let room = style.width.saturating_sub(id.chars().count() + 16).max(20);
    let text = style.cell(&shown.text, room);
    writeln!(out, "  {sign} {:>4} {text} {}", shown.line, style.paint(Tone::Faint, &id))
        .expect("strings take text");
    let mut tell = |label: &str, text: &str| {
        let label = style.paint(Tone::Faint, &format!("{label:<8}"));
        let text = fold(text, style.width.saturating_sub(INDENT), style);
        let text = text.join(&format!("\n{}", " ".repeat(INDENT)));
        writeln!(out, "         {label} {text}").expect("strings take text");
    };
    if let (Some(then), Some(now)) = (&line.then, &line.now) {
        if then.state != now.state {
            tell("was", &state(then));
            tell("is", &state(now));
            let todo = now.finding.remedy.as_ref();
            if let Some(todo) = todo.filter(|_| matches!(now.state, State::Fail | State::Unknown)) {
                tell("do", todo);
            }
        }
        if line.changes.contains(&Change::Reworded) {
            tell("said", &then.text);
        }
        if line.changes.contains(&Change::Moved) {
            let place = |it: &Stand| it.section.join(&format!(" {} ", style.arrow()));
            tell("stood", &format!("{} {} {}", place(then), to(style), place(now)));
        }
    }
    for detail in line.details.iter().take(DETAILS_MAX) {
        let own = matches!(detail.what.as_str(), "seen" | "expected" | "answer" | "acknowledged");
        let label = if own { detail.what.as_str() } else { label(detail.of) };
        tell(label, &words(detail, own, style));
    }
    if let Some(more) = line.details.len().checked_sub(DETAILS_MAX).filter(|it| 0 < *it) {
        tell("", &format!("and {more} more; --format json has all"));
    }
    out
}

fn label(change: Change) -> &'static str {
    match change {
        Change::Evidence => "seen",
        Change::Binding => "bound",
        Change::Answer => "answer",
        Change::OtherState => "state",
        Change::NewlyFailing
        | Change::Mended
        | Change::NewlyUnknown
        | Change::Added
        | Change::Removed
        | Change::Reworded
        | Change::Moved
        | Change::OnlyNow
        | Change::OnlyThen => "",
    }
}

fn state(it: &Stand) -> String {
    let word = it.state.word();
    let finding = &it.finding;
    let mut text = word.to_owned();
    if !finding.reason.is_empty() {
        write!(text, ": {}", finding.reason).expect("strings take text");
    }
    if let Some(seen) = finding.seen.as_ref().filter(|it| !finding.reason.contains(it.as_str())) {
        write!(text, " (seen: {seen})").expect("strings take text");
    }
    text
}

/// Long texts are cut: what is cut is in the record.
fn words(it: &Detail, own: bool, style: Style) -> String {
    let room = (style.width * 3 / 2).max(80);
    let text = |it: &Option<String>| {
        it.as_ref().map_or_else(|| String::from("nothing"), |it| style.cut(it, room))
    };
    let (then, now) = (text(&it.then), text(&it.now));
    let what = if own { String::new() } else { format!("{}: ", it.what) };
    format!("{what}{then} {} {now}", to(style))
}
