//! The end of a run: what stands in the way, what is owed, what comes next.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use holdpoint_model::{
    event::Release,
    line::{Kind, State},
    text::quoted,
};

use crate::{
    style::{Style, Tone},
    view::{LineView, RunView},
    when::{clock, span},
};

/// One failed or unknown line with its words, as it is printed when it is known.
pub fn standing(line: &LineView, style: Style) -> String {
    let mut out = String::new();
    let state = line.standing.state;
    let id = line.checks.first().map_or("", |check| check.id.as_str());
    let sign = style.paint(style.tone(state), style.sign(state));
    let room = style.width.saturating_sub(id.len() + 12).max(20);
    let text = style.cell(&line.plan.text, room);
    writeln!(out, "{sign} {:>4} {text} {}", line.plan.line, style.paint(Tone::Faint, id))
        .expect("strings take text");
    let finding = &line.standing.finding;
    let seen = finding.seen.as_ref().map(|seen| {
        match line.checks.iter().find_map(|it| it.last_look.as_ref()) {
            Some((from, at)) => format!("{seen}  (from {from}, {})", clock(*at)),
            None => seen.clone(),
        }
    });
    let defaults = line.checks.iter().flat_map(|check| &check.defaults);
    let defaults: Vec<String> = defaults.map(|(name, value)| format!("{name}={value}")).collect();
    let defaults = (!defaults.is_empty() && state == State::Fail).then(|| defaults.join(" "));
    let evidence = line.checks.iter().any(|check| 0 < check.looks);
    let evidence = evidence.then(|| format!("holdpoint record show {}", line.plan.line));
    let rows = [
        ("expected", finding.expected.clone()),
        ("seen", seen),
        ("why", Some(finding.reason.clone()).filter(|it| !it.is_empty())),
        ("do", finding.remedy.clone()),
        ("easy to miss", finding.easy_to_miss.clone()),
        ("defaults", defaults),
        ("evidence", evidence),
    ];
    for (label, text) in rows {
        let Some(text) = text else { continue };
        let text = style.wrap(&text, 20, style.width);
        let label = style.paint(Tone::Faint, &format!("{label:<12}"));
        writeln!(out, "       {label} {text}").expect("strings take text");
    }
    for unproven in &finding.unproven {
        let label = style.paint(Tone::Faint, "unproven    ");
        writeln!(out, "       {label} {}", style.wrap(unproven, 20, style.width))
            .expect("strings take text");
    }
    out
}

/// The verdict, and everything that stands between the release and GO.
pub fn run(view: &RunView, style: Style) -> String {
    let mut out = String::new();
    let count = |state: State| view.counts.get(&state).copied().unwrap_or(0);
    let tone = match view.verdict {
        Release::Go => Tone::Good,
        Release::Hold => Tone::Dark,
        Release::NoGo => Tone::Bad,
    };
    let took = view.ended.map(|ended| span(ended.since(view.started))).unwrap_or_default();
    let gap = format!(" {} ", style.dot());
    let words = [
        (State::Fail, "failed"),
        (State::Unknown, "unknown"),
        (State::Owed, "owed by people"),
        (State::Waived, "waived"),
        (State::NotApplicable, "not applicable"),
        (State::Pass, "passed"),
        (State::Later, "later"),
        (State::Noted, "noted"),
    ];
    let parts: Vec<String> = words
        .into_iter()
        .filter(|(state, _)| 0 < count(*state))
        .map(|(state, word)| format!("{} {word}", count(state)))
        .collect();
    let verdict = style.paint(tone, view.verdict.word());
    let took = if took.is_empty() { took } else { format!("{gap}{took}") };
    let indent = view.verdict.word().len() + 3;
    let counts = style.wrap(&format!("{}{took}", parts.join(&gap)), indent, style.width);
    writeln!(out, "{verdict}   {counts}").expect("strings take text");
    if !view.lines.iter().any(|line| line.plan.gated && decided(line.standing.state)) {
        writeln!(out, "          no line of this document is decided by gate {}", view.gate.word())
            .expect("strings take text");
    }
    out.push('\n');
    list(&mut out, view, State::Fail, "failed", style);
    unknown(&mut out, view, style);
    list(&mut out, view, State::Owed, "owed", style);
    later(&mut out, view, style);
    out
}

fn decided(state: State) -> bool {
    !matches!(state, State::Later | State::Noted)
}

fn singles(view: &RunView, state: State) -> impl Iterator<Item = &LineView> {
    let own = |line: &&LineView| line.plan.kind != Kind::Group;
    view.lines.iter().filter(move |line| line.standing.state == state).filter(own)
}

fn list(out: &mut String, view: &RunView, state: State, word: &str, style: Style) {
    let gap = format!(" {} ", style.dot());
    let texts: Vec<String> = singles(view, state)
        .map(|line| format!("{} {}", line.plan.line, style.cut(&line.plan.text, 40)))
        .collect();
    if texts.is_empty() {
        return;
    }
    let more = texts.len().saturating_sub(8);
    let mut text = texts.get(..8).unwrap_or(&texts).join(&gap);
    if 0 < more {
        write!(text, "{gap}and {more} more").expect("strings take text");
    }
    let label = style.paint(style.tone(state), &format!("{word:<10}"));
    writeln!(out, "{label}{}", style.wrap(&text, 10, style.width)).expect("strings take text");
}

/// Unknown lines by what would make them decidable, the remedy that helps most lines first.
fn unknown(out: &mut String, view: &RunView, style: Style) {
    let mut remedies: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for line in singles(view, State::Unknown) {
        let remedy = line.standing.finding.remedy.clone().unwrap_or_default();
        // The number and the text of a line in a remedy are its own: such remedies are one.
        let (number, text) = (line.plan.line, quoted(&line.plan.text));
        let remedy = remedy
            .replace(&format!("line.{number}"), "line.N")
            .replace(&format!("--line {number} "), "--line N ")
            .replace(&format!("text = {text}"), "text = \"…\"");
        remedies.entry(remedy).or_default().push(line.plan.line);
    }
    let mut all: Vec<(String, Vec<usize>)> = remedies.into_iter().collect();
    all.sort_by_key(|(_, lines)| (std::cmp::Reverse(lines.len()), lines.first().copied()));
    let mut label = format!("{:<10}", "unknown");
    for (remedy, lines) in all.iter().take(10) {
        let named: Vec<String> = lines.iter().take(6).map(usize::to_string).collect();
        let dots = if 6 < lines.len() { " and more" } else { "" };
        let plural = if lines.len() == 1 { "line" } else { "lines" };
        let text = format!("{} {plural}: {remedy} ({}{dots})", lines.len(), named.join(" "));
        let painted = style.paint(Tone::Dark, &label);
        writeln!(out, "{painted}{}", style.wrap(&text, 12, style.width))
            .expect("strings take text");
        label = " ".repeat(10);
    }
    if let Some(more) = all.len().checked_sub(10).filter(|more| 0 < *more) {
        writeln!(out, "{label}and {more} more remedies").expect("strings take text");
    }
}

fn later(out: &mut String, view: &RunView, style: Style) {
    let mut phases: BTreeMap<_, usize> = BTreeMap::new();
    for line in singles(view, State::Later) {
        *phases.entry(line.plan.phase).or_default() += 1;
    }
    if phases.is_empty() {
        return;
    }
    let gap = format!(" {} ", style.dot());
    let parts: Vec<String> =
        phases.iter().map(|(phase, lines)| format!("{} {lines}", phase.word())).collect();
    let label = style.paint(Tone::Faint, &format!("{:<10}", "later"));
    writeln!(out, "{label}{}", style.wrap(&parts.join(&gap), 10, style.width))
        .expect("strings take text");
}
