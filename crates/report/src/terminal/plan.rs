//! What every line was understood to mean, section by section.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use holdpoint_model::{
    diagnostic::Diagnostic,
    line::Binding,
    plan::{Origin, Plan, PlanLine},
};

use crate::style::{Style, Tone};

/// Columns below which a line takes two rows.
const NARROW: usize = 80;

/// How much of a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// How many lines were understood, and what is wrong.
    Totals,
    /// Every line.
    Lines,
    /// Every line with the words that decided.
    Words,
}

/// The sign behind what this version cannot look with.
const BLIND: &str = "*";

/// What is known of the entries of a catalog, by their ids.
#[derive(Clone, Copy)]
pub struct Entries<'a> {
    /// Whether this version can look with an entry; nothing of what no look decides.
    pub looks: &'a dyn Fn(&str) -> Option<bool>,
    /// Whether a machine looks with it, or runs it: people answer all others anyway.
    pub machine: &'a dyn Fn(&str) -> bool,
}

/// The plan; `ms` is how long it took to make.
pub fn plan(
    plan: &Plan,
    diagnostics: &[Diagnostic],
    ms: i64,
    detail: Detail,
    entries: Entries<'_>,
    style: Style,
) -> String {
    let mut out = String::new();
    if detail == Detail::Totals {
        out.push_str(totals(plan, entries, style).trim_start_matches('\n'));
        out.push_str(&worth_saying(diagnostics, style));
        return out;
    }
    let title = format!(
        "{} {dot} {} lines {dot} {ms} ms",
        plan.document.path,
        plan.lines.len(),
        dot = style.dot()
    );
    out.push_str(&style.paint(Tone::Strong, &style.clean(&title)));
    out.push('\n');
    let mut section: Option<&[String]> = None;
    for line in &plan.lines {
        if section != Some(line.section.as_slice()) {
            section = Some(line.section.as_slice());
            let path = line.section.join(&format!(" {} ", style.arrow()));
            out.push('\n');
            if !path.is_empty() {
                out.push_str(&style.paint(Tone::Strong, &style.cut(&path, style.width)));
                out.push('\n');
            }
        }
        out.push_str(&row(line, entries, style));
        if detail == Detail::Words {
            out.push_str(&because(line, style));
        }
    }
    out.push_str(&totals(plan, entries, style));
    out.push_str(&missing(plan, style));
    out.push_str(&worth_saying(diagnostics, style));
    out
}

/// Complaints that show no place of a file.
fn worth_saying(diagnostics: &[Diagnostic], style: Style) -> String {
    let mut out = String::new();
    let worth = diagnostics.iter().filter(|it| it.labels.is_empty());
    for it in worth {
        let line = if it.line == 0 { String::new() } else { format!("line {}  ", it.line) };
        let word = style.paint(Tone::Dark, it.level.word());
        let text = style.wrap(&format!("{line}{}", it.message), 10, style.width);
        let gap = " ".repeat(10_usize.saturating_sub(it.level.word().len()));
        writeln!(out, "{word}{gap}{text}").expect("strings take text");
    }
    out
}

fn row(line: &PlanLine, entries: Entries<'_>, style: Style) -> String {
    let text = (style.width * 2 / 5).clamp(20, 56);
    let id = 24;
    let ids: Vec<&str> = line.checks.iter().map(|check| check.id.as_str()).collect();
    let blind = is_blind(line, entries);
    let mut meaning = match line.state {
        Binding::Unbound => String::from("not understood"),
        Binding::Choice => format!("which? {}", ids.join(" or ")),
        // A check that sees only a part of the line decides nothing, and a step in doubt is not run:
        // people answer.
        Binding::Asked if line.checks.iter().any(|it| (entries.machine)(&it.id)) => {
            format!("asked ({})", ids.join(" + "))
        }
        Binding::Asked | Binding::Bound => ids.join(" + "),
    };
    if blind {
        // The sign stays where the ids are cut.
        let room = if style.width < NARROW { style.width.saturating_sub(8) } else { id };
        meaning = format!("{} {BLIND}", style.cut(&meaning, room.saturating_sub(2)));
    }
    let params = line.checks.first().map(|check| {
        // What was discovered is the same on every line; it is shown once, below.
        let own = |name: &String| check.sources.get(name) != Some(&Origin::Discovered);
        let all = check.params.iter().filter(|(name, _)| own(name));
        let all = all.map(|(name, value)| match value.chars().next() {
            Some('<' | '>' | '=' | '!') => format!("{name}{value}"),
            Some(_) | None => format!("{name}={value}"),
        });
        all.collect::<Vec<_>>().join(" ")
    });
    let lacks = || line.lacks.first().map(|column| format!("  ? nothing under {column}"));
    let needs = line.needs.first().map(|need| format!("  ? {need}")).or_else(lacks);
    let tone = match line.state {
        Binding::Bound if blind => Tone::Dark,
        Binding::Bound if line.needs.is_empty() => Tone::Good,
        Binding::Bound => Tone::Faint,
        Binding::Asked => Tone::Faint,
        Binding::Choice | Binding::Unbound => Tone::Dark,
    };
    let depth = if line.parent.is_some() { "  " } else { "" };
    let tail = format!("{}{}", params.unwrap_or_default(), needs.unwrap_or_default());
    if style.width < NARROW {
        return narrow(line, depth, (tone, &meaning), tail.trim(), style);
    }
    let rest = style.width.saturating_sub(6 + text + 2 + id + 1);
    let left = format!(
        "{:>5} {}  {} {}",
        line.line,
        style.cell(&format!("{depth}{}", line.text), text),
        style.paint(tone, &style.cell(&meaning, id)),
        style.cut(tail.trim(), rest.max(12)),
    );
    format!("{}\n", left.trim_end())
}

/// The same in two rows, where one has no place for both.
fn narrow(
    line: &PlanLine,
    depth: &str,
    (tone, meaning): (Tone, &str),
    tail: &str,
    style: Style,
) -> String {
    let text = style.cut(&format!("{depth}{}", line.text), style.width.saturating_sub(6));
    let meaning = style.cut(meaning, style.width.saturating_sub(8));
    let rest = style.width.saturating_sub(8 + meaning.chars().count() + 2);
    let tail = if rest < 12 { String::new() } else { style.cut(tail, rest) };
    let gap = if tail.is_empty() { "" } else { "  " };
    format!("{:>5} {text}\n        {}{gap}{tail}\n", line.line, style.paint(tone, &meaning))
}

fn because(line: &PlanLine, style: Style) -> String {
    let mut out = String::new();
    for check in line.checks.iter().filter(|check| !check.because.is_empty()) {
        let words: Vec<String> = check.because.iter().map(|it| format!("`{it}`")).collect();
        let text = format!("{} because of {}", check.id, words.join(", "));
        let text = style.cut(&text, style.width.saturating_sub(8));
        writeln!(out, "        {}", style.paint(Tone::Faint, &text)).expect("strings take text");
    }
    out
}

/// Whether a line that a machine is to decide has an entry that this version cannot look with.
fn is_blind(line: &PlanLine, entries: Entries<'_>) -> bool {
    line.state == Binding::Bound
        && line.checks.iter().any(|it| (entries.looks)(&it.id) == Some(false))
}

fn totals(plan: &Plan, entries: Entries<'_>, style: Style) -> String {
    let count = |state| plan.lines.iter().filter(|line| line.state == state).count();
    let gap = format!(" {} ", style.dot());
    let parts = [
        format!("{} understood", count(Binding::Bound)),
        format!("{} asked of people", count(Binding::Asked)),
        format!("{} to choose", count(Binding::Choice)),
        format!("{} not understood", count(Binding::Unbound)),
    ];
    let mut out = format!("\n{}\n", style.wrap(&parts.join(&gap), 0, style.width));
    let blind = plan.lines.iter().filter(|line| is_blind(line, entries)).count();
    if 0 < blind {
        let lines = if blind == 1 { "1 line is" } else { &format!("{blind} lines are") };
        let text = format!(
            "{BLIND} this version cannot look with it yet: {lines} understood, and unknown in \
             every run"
        );
        writeln!(out, "{}", style.wrap(&text, 2, style.width)).expect("strings take text");
    }
    out
}

fn missing(plan: &Plan, style: Style) -> String {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for need in plan.lines.iter().flat_map(|line| &line.needs) {
        *lines.entry(need).or_default() += 1;
    }
    let mut all: Vec<(&str, usize)> = lines.into_iter().collect();
    all.sort_by_key(|(need, lines)| (std::cmp::Reverse(*lines), *need));
    let mut out = String::new();
    if !all.is_empty() {
        writeln!(out, "\n{}", style.paint(Tone::Strong, "missing in holdpoint.toml"))
            .expect("strings take text");
    }
    for (need, lines) in all.iter().take(12) {
        let plural = if *lines == 1 { "line" } else { "lines" };
        let wide = style.width.saturating_sub(14).clamp(20, 40);
        writeln!(out, "  {}  {lines} {plural}", style.cell(need, wide)).expect("strings take text");
    }
    if let Some(more) = all.len().checked_sub(12).filter(|more| 0 < *more) {
        writeln!(out, "  and {more} more").expect("strings take text");
    }
    out
}
