//! The head of the page: the verdict, what stands in the way, what is unproven, the frame.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use holdpoint_model::{
    event::Release,
    line::{Gate, Kind, State},
};

use super::{
    evidence::moment,
    line::{badge, symbol},
    text::{claim, prose, text, within},
};
use crate::{
    dossier::Dossier,
    view::{LineView, RunView},
    when::span,
};

/// States in the order in which they are told, with the words of a count.
pub(super) const TOLD: [(State, &str); 8] = [
    (State::Fail, "failed"),
    (State::Unknown, "unknown"),
    (State::Owed, "owed by people"),
    (State::Waived, "waived"),
    (State::NotApplicable, "not applicable"),
    (State::Pass, "passed"),
    (State::Later, "later"),
    (State::Noted, "noted"),
];

/// Lines that one remedy or one person is named for before the rest is only counted.
const NAMED: usize = 24;

/// A verdict as a class.
fn class(verdict: Release) -> &'static str {
    match verdict {
        Release::Go => "go",
        Release::Hold => "hold",
        Release::NoGo => "nogo",
    }
}

/// What the verdict means, in one sentence.
fn meaning(view: &RunView) -> &'static str {
    let decided = |line: &LineView| {
        line.plan.gated && !matches!(line.standing.state, State::Later | State::Noted)
    };
    match view.verdict {
        Release::Go if !view.lines.iter().any(decided) => {
            "No line of this document is decided by this gate."
        }
        Release::Go => "Nothing stands in the way.",
        Release::Hold => "Nothing forbids it, but not everything could be seen to be true.",
        Release::NoGo => "Something was seen not to hold.",
    }
}

fn count(view: &RunView, state: State) -> usize {
    view.counts.get(&state).copied().unwrap_or(0)
}

/// The verdict, and how many lines there are of each state.
pub(super) fn verdict(dossier: &Dossier, title: &str) -> String {
    let view = &dossier.view;
    let open = if view.ended.is_none() { " · the run has not ended" } else { "" };
    let mut out = format!(
        "<header class=\"top\"><p class=\"eyebrow\">run {} · gate {}{}{open}</p><h1><span class=\"verdict {}\">{}</span> <span class=\"title\">{}</span></h1><p class=\"meaning\">{}</p>",
        text(&view.run),
        view.gate.word(),
        view.environment.as_ref().map_or_else(String::new, |it| format!(" · {}", text(it))),
        class(view.verdict),
        view.verdict.word(),
        text(title),
        meaning(view),
    );
    out.push_str(&bar(view));
    out.push_str("<ul class=\"counts\" aria-label=\"lines by state\">");
    for (state, word) in TOLD {
        let n = count(view, state);
        if 0 < n {
            write!(
                out,
                "<li class=\"state {}\">{}<b>{n}</b> {word}</li>",
                state.word(),
                symbol(state)
            )
            .expect("strings take text");
        }
    }
    out.push_str("</ul></header>");
    out
}

/// The shares of the states that this gate decides, as one bar.
fn bar(view: &RunView) -> String {
    let shown: Vec<(State, usize)> = [
        State::Fail,
        State::Unknown,
        State::Owed,
        State::Waived,
        State::NotApplicable,
        State::Pass,
    ]
    .into_iter()
    .map(|state| (state, count(view, state)))
    .filter(|(_, n)| 0 < *n)
    .collect();
    let whole: usize = shown.iter().map(|(_, n)| n).sum();
    let mut out = String::from(
        "<svg class=\"shares\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
    );
    let mut at = 0;
    for (state, n) in shown {
        let from = at * 1000 / whole;
        at += n;
        let width = (at * 1000 / whole).saturating_sub(from).saturating_sub(2).max(2);
        write!(
            out,
            "<rect class=\"{}\" x=\"{from}\" width=\"{width}\" height=\"10\"/>",
            state.word()
        )
        .expect("strings take text");
    }
    out.push_str("</svg>");
    out
}

fn singles(view: &RunView, state: State) -> Vec<&LineView> {
    let own = |line: &&LineView| line.plan.kind != Kind::Group;
    view.lines.iter().filter(|line| line.standing.state == state).filter(own).collect()
}

/// Everything between the release and GO: failures, what could not be seen, what people owe.
pub(super) fn in_the_way(view: &RunView) -> String {
    let (failed, unknown, owed) =
        (singles(view, State::Fail), singles(view, State::Unknown), singles(view, State::Owed));
    if failed.is_empty() && unknown.is_empty() && owed.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "<section class=\"way\" aria-labelledby=\"way\"><h2 id=\"way\">What stands in the way</h2>",
    );
    if !failed.is_empty() {
        out.push_str(&part(State::Fail, failed.len(), "failed"));
        out.push_str("<ul class=\"failed\">");
        for line in failed.iter().take(200) {
            out.push_str(&failure(line));
        }
        out.push_str("</ul>");
        out.push_str(&rest(failed.len(), 200));
    }
    if !unknown.is_empty() {
        out.push_str(&part(State::Unknown, unknown.len(), "could not be seen"));
        out.push_str(&grouped(&unknown, remedy));
    }
    if !owed.is_empty() {
        out.push_str(&part(State::Owed, owed.len(), "owed by people"));
        out.push_str(&grouped(&owed, role));
    }
    out.push_str("</section>");
    out
}

fn part(state: State, n: usize, words: &str) -> String {
    let symbol = symbol(state);
    format!("<h3 class=\"state {}\">{symbol}{n} {words}</h3>", state.word())
}

fn rest(all: usize, shown: usize) -> String {
    match all.checked_sub(shown) {
        None | Some(0) => String::new(),
        Some(left) => format!("<p class=\"rest\">… {left} more, in the document below</p>"),
    }
}

fn failure(line: &LineView) -> String {
    let finding = &line.standing.finding;
    let claim = claim(&line.plan.text, 300);
    let remedy = finding.remedy.as_deref().unwrap_or_default();
    let remedy = match within(remedy, 600) {
        (_, true) if remedy.is_empty() => String::new(),
        (_, true) => format!("<p class=\"do\">{}</p>", prose(remedy)),
        (cut, false) => format!("<p class=\"do\">{cut} …</p>"),
    };
    let reason = match within(&finding.reason, 600) {
        (_, true) => prose(&finding.reason),
        (cut, false) => format!("{cut} …"),
    };
    format!(
        "<li><a href=\"#L{n}\"><span class=\"no\">{n}</span> {claim}</a><p class=\"why\">{reason}</p>{remedy}</li>",
        n = line.plan.line,
    )
}

/// What would make a line decidable; its own number and its own ids in it are no difference
/// between lines.
fn remedy(line: &LineView) -> String {
    let n = line.plan.line;
    let mut remedy = line.standing.finding.remedy.clone().unwrap_or_default();
    for (own, any) in [(format!("line.{n}]"), "line.N]"), (format!("--line {n} "), "--line N ")] {
        remedy = remedy.replace(&own, any);
    }
    for check in &line.plan.checks {
        remedy = remedy.replace(&format!("explain {}", check.id), "explain ID");
        remedy = remedy.replace(&format!("check = \"{}\"", check.id), "check = \"…\"");
    }
    remedy
}

/// Who owes it, where the document says so.
fn role(line: &LineView) -> String {
    let role = line.plan.checks.iter().find_map(|check| check.params.get("role"));
    role.map_or_else(|| String::from("whoever is on duty"), |it| it.trim_matches('*').to_owned())
}

/// Lines under what they have in common, the most of them first.
fn grouped(lines: &[&LineView], common: fn(&LineView) -> String) -> String {
    let mut groups: BTreeMap<String, Vec<&LineView>> = BTreeMap::new();
    for line in lines {
        groups.entry(common(line)).or_default().push(line);
    }
    let mut groups: Vec<(String, Vec<&LineView>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, lines)| {
        (std::cmp::Reverse(lines.len()), lines.first().map(|line| line.plan.line))
    });
    let mut out = String::from("<ul class=\"groups\">");
    for (words, lines) in groups.iter().take(60) {
        let (short, whole) = within(words, 600);
        let words = if whole { prose(words) } else { format!("{short} …") };
        let n = lines.len();
        let plural = if n == 1 { "line" } else { "lines" };
        write!(out, "<li><p>{words}</p><p class=\"of\">{n} {plural}: {}</p></li>", named(lines))
            .expect("strings take text");
    }
    out.push_str("</ul>");
    out.push_str(&rest(groups.len(), 60));
    out
}

fn named(lines: &[&LineView]) -> String {
    let alone = lines.len() < 4;
    let mut links: Vec<String> = lines
        .iter()
        .take(NAMED)
        .map(|line| {
            let n = line.plan.line;
            if alone {
                let claim = claim(&line.plan.text, 90);
                format!("<a href=\"#L{n}\"><span class=\"no\">{n}</span> {claim}</a>")
            } else {
                format!("<a href=\"#L{n}\">{n}</a>")
            }
        })
        .collect();
    if let Some(left) = lines.len().checked_sub(NAMED).filter(|left| 0 < *left) {
        links.push(format!("… {left} more"));
    }
    links.join(if alone { " · " } else { " " })
}

/// What a pass does not cover, and what rests on a default.
pub(super) fn limits(view: &RunView) -> String {
    let mut unproven: BTreeMap<&str, Vec<&LineView>> = BTreeMap::new();
    let mut defaults: BTreeMap<(&str, String), Vec<&LineView>> = BTreeMap::new();
    for line in view.lines.iter().filter(|line| line.plan.kind != Kind::Group) {
        for words in &line.standing.finding.unproven {
            unproven.entry(words).or_default().push(line);
        }
        for check in &line.checks {
            for (name, value) in check.defaults.iter().filter(|_| check.verdict.is_some()) {
                let setting = format!("{name}={value}");
                defaults.entry((&check.id, setting)).or_default().push(line);
            }
        }
    }
    if unproven.is_empty() && defaults.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "<section class=\"limits\" aria-labelledby=\"limits\"><h2 id=\"limits\">What this does not say</h2>",
    );
    if !unproven.is_empty() {
        write!(
            out,
            "<details class=\"list\"><summary><b>{}</b> unproven: parts of claims that a pass does not cover</summary><ul class=\"groups\">",
            unproven.len()
        )
        .expect("strings take text");
        for (words, lines) in unproven.iter().take(200) {
            let (short, _) = within(words, 600);
            write!(out, "<li><p>{short}</p><p class=\"of\">{}</p></li>", named(lines))
                .expect("strings take text");
        }
        write!(out, "</ul>{}</details>", rest(unproven.len(), 200)).expect("strings take text");
    }
    if !defaults.is_empty() {
        write!(
            out,
            "<details class=\"list\"><summary><b>{}</b> on a default: numbers that nobody chose</summary><ul class=\"groups\">",
            defaults.len()
        )
        .expect("strings take text");
        for ((id, setting), lines) in defaults.iter().take(200) {
            let (setting, _) = within(setting, 300);
            write!(
                out,
                "<li><p><code>{}</code> <code>{setting}</code></p><p class=\"of\">{}</p></li>",
                text(id),
                named(lines)
            )
            .expect("strings take text");
        }
        write!(out, "</ul>{}</details>", rest(defaults.len(), 200)).expect("strings take text");
    }
    out.push_str("</section>");
    out
}

/// What was looked at, when, by what, and how one verifies it.
pub(super) fn frame(dossier: &Dossier) -> String {
    let view = &dossier.view;
    let gate = match view.gate {
        Gate::Pre => "pre: before the deployment",
        Gate::Post => "post: after the deployment",
        Gate::All => "all: before and after the deployment",
    };
    let ended = view.ended.map_or_else(
        || String::from("not yet"),
        |ended| format!("{} · took {}", moment(ended), span(ended.since(view.started))),
    );
    let environment =
        view.environment.as_ref().map_or_else(|| String::from("none named"), |it| text(it));
    let seal = match &dossier.seal {
        Some(key) => format!("<span class=\"hash\">{}</span>", text(key)),
        None => String::from("none: the record is not sealed"),
    };
    let rows = [
        ("document", text(&view.document.path)),
        ("its sha256", format!("<span class=\"hash\">{}</span>", text(&view.document.sha256))),
        ("environment", environment),
        ("gate", gate.to_owned()),
        ("run", text(&view.run)),
        ("began", moment(view.started)),
        ("ended", ended),
        ("looked with", format!("holdpoint {}", text(&dossier.version))),
        ("sealed with", seal),
    ];
    let mut out = String::from(
        "<section class=\"frame\" aria-labelledby=\"frame\"><h2 id=\"frame\">The record</h2><dl>",
    );
    for (label, value) in rows {
        write!(out, "<dt>{label}</dt><dd>{value}</dd>").expect("strings take text");
    }
    out.push_str("</dl><p>This page is a copy for reading. The record is what counts: <code>holdpoint record verify</code> judges every verdict again from the evidence, offline, and says whether anything was changed.</p></section>");
    out
}

/// A badge for each state, for the legend.
pub(super) fn legend() -> String {
    let words = [
        (State::Pass, "seen to be true"),
        (State::Fail, "seen to be false"),
        (State::Unknown, "could not be seen"),
        (State::Owed, "a person’s turn"),
        (State::Waived, "let through by a named person"),
        (State::NotApplicable, "does not apply"),
        (State::Later, "not decided by this gate"),
        (State::Noted, "nothing to decide"),
    ];
    let rows: Vec<String> =
        words.iter().map(|(state, words)| format!("<li>{} {words}</li>", badge(*state))).collect();
    format!("<ul class=\"legend\">{}</ul>", rows.concat())
}
