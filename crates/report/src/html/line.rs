//! One line: its state in the margin, its reason, and behind it everything that it rests on.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use holdpoint_model::{
    event::{Answer, Reply},
    line::{Kind, Phase, State},
    verdict::{Finding, Verdict},
};

use super::{
    evidence::{self, Room, moment},
    text::{prose, text, within},
};
use crate::{
    dossier::{Dossier, Judgement},
    view::{CheckView, LineView},
    when::span,
};

/// Bytes of one sentence of a finding.
const SENTENCE: usize = 1_600;

/// The word of a state, as it stands in the margin.
pub(super) fn word(state: State) -> &'static str {
    match state {
        State::NotApplicable => "n/a",
        State::Pass
        | State::Fail
        | State::Unknown
        | State::Waived
        | State::Owed
        | State::Later
        | State::Noted => state.word(),
    }
}

/// The symbol of a state, drawn; readers that do not see it have the word beside it.
pub(super) fn symbol(state: State) -> String {
    format!(
        "<svg class=\"i\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><use href=\"#i-{}\"/></svg>",
        state.word()
    )
}

/// Symbol and word.
pub(super) fn badge(state: State) -> String {
    format!("<b class=\"state {}\">{}{}</b>", state.word(), symbol(state), word(state))
}

/// What stands in the margin: the number of the line, and its state.
pub(super) fn mark(line: &LineView) -> String {
    let n = line.plan.line;
    let group = line.plan.kind == Kind::Group && line.standing.state != State::Noted;
    let words = if group { " title=\"decided by the lines below it\"" } else { "" };
    format!(
        "<span class=\"mark\"{words}><a class=\"no\" href=\"#L{n}\" aria-label=\"line {n}\">{n}</a>{}</span>",
        badge(line.standing.state)
    )
}

/// The attributes by which a line is found.
pub(super) fn attributes(line: &LineView) -> String {
    let n = line.plan.line;
    format!("id=\"L{n}\" data-line=\"{n}\" data-state=\"{}\"", line.standing.state.word())
}

/// The reason, and one click away what it rests on.
pub(super) fn details(line: &LineView, dossier: &Dossier, room: Room) -> String {
    let n = line.plan.line;
    let reason = reason(line);
    let judged = dossier.judgements.get(&n).map(Vec::as_slice).unwrap_or_default();
    let answers = dossier.answers.get(&n).map(Vec::as_slice).unwrap_or_default();
    let body = body(line, judged, answers, room);
    if body.is_empty() {
        return match reason.as_str() {
            "" => String::new(),
            reason => format!("<p class=\"why\">{reason}</p>"),
        };
    }
    let reason = if reason.is_empty() { String::from("what it rests on") } else { reason };
    let mut out =
        format!("<details class=\"more\"><summary>{reason}</summary><div class=\"behind\">{body}");
    if !judged.is_empty() {
        write!(out, "<p class=\"again\">in the record: <code>holdpoint record show {n}</code></p>")
            .expect("strings take text");
    }
    out.push_str("</div></details>");
    out
}

fn reason(line: &LineView) -> String {
    let standing = &line.standing;
    let (mut reason, whole) = within(&standing.finding.reason, SENTENCE);
    if whole {
        reason = prose(&standing.finding.reason);
    }
    if standing.acknowledged {
        reason.push_str(" · acknowledged");
    }
    if !reason.is_empty() {
        return reason;
    }
    match standing.state {
        State::Later => later(line.plan.phase, line.plan.kind).to_owned(),
        State::Pass
        | State::Fail
        | State::Unknown
        | State::Waived
        | State::NotApplicable
        | State::Owed
        | State::Noted => String::new(),
    }
}

/// When a line is decided that this run does not decide.
fn later(phase: Phase, kind: Kind) -> &'static str {
    match phase {
        Phase::Pre if matches!(kind, Kind::Command | Kind::Procedure) => "a step to carry out",
        Phase::Pre => "not decided by this gate",
        Phase::Deploy => "carried out in the deployment",
        Phase::Post => "decided after the deployment",
        Phase::Watch => "watched after the deployment",
        Phase::Followup => "followed up after the deployment",
        Phase::Maintenance => "done again and again",
        Phase::Rollback => "for the way back",
        Phase::Emergency => "for an emergency",
        Phase::Reference => "for reference",
        Phase::Signoff => "signed before the deployment",
        Phase::SignoffPost => "signed after the deployment",
        Phase::Meta => "not decided by this gate",
    }
}

fn body(line: &LineView, judged: &[Judgement], answers: &[Answer], mut room: Room) -> String {
    let mut out = String::new();
    for answer in answers {
        out.push_str(&answered(answer));
    }
    let standing = &line.standing;
    let waits = matches!(standing.state, State::Later | State::Noted);
    if judged.is_empty() {
        if !waits {
            out.push_str(&finding(&standing.finding, ""));
        }
    } else if standing.finding.remedy.is_some()
        && judged.iter().all(|it| it.finding.remedy != standing.finding.remedy)
    {
        // What stands in the way of the line is said by none of its checks.
        out.push_str(&finding(&standing.finding, ""));
    }
    for it in judged {
        let view = line.checks.get(it.nth).filter(|view| view.id == it.check);
        let alone = judged.len() == 1 && it.finding.reason == standing.finding.reason;
        out.push_str(&judgement(it, view, alone, &mut room));
    }
    if !waits {
        let seen = |nth: usize| judged.iter().any(|it| it.nth == nth);
        let blind = line.checks.iter().enumerate().filter(|(nth, _)| !seen(*nth));
        for (_, view) in blind {
            write!(out, "<p class=\"check\"><code>{}</code> was not judged</p>", text(&view.id))
                .expect("strings take text");
        }
    }
    out
}

fn judgement(it: &Judgement, view: Option<&CheckView>, alone: bool, room: &mut Room) -> String {
    let state = match it.finding.verdict {
        Verdict::Pass => State::Pass,
        Verdict::Fail => State::Fail,
        Verdict::Unknown => State::Unknown,
    };
    let looks = match it.looks.len() {
        1 => String::from("1 look"),
        n => format!("{n} looks"),
    };
    let took: i64 = it.looks.iter().map(|look| i64::from(look.ms)).sum();
    let mut out = format!(
        "<div class=\"judged\"><p class=\"check\"><code>{id}</code> {} <span>revision {} · {looks} · {}</span></p>",
        badge(state),
        it.revision,
        span(took),
        id = text(&it.check),
    );
    let reason = if alone { String::new() } else { sentence(&it.finding.reason) };
    out.push_str(&finding(&it.finding, &reason));
    let none = BTreeMap::new();
    out.push_str(&parameters(&it.params, view.map_or(&none, |view| &view.defaults)));
    out.push_str(&evidence::looks(&it.looks, room));
    out.push_str("</div>");
    out
}

fn sentence(words: &str) -> String {
    match within(words, SENTENCE) {
        (_, true) => prose(words),
        (cut, false) => format!("{cut} … more, in the record"),
    }
}

/// Everything that a finding says; `reason` only where it is not said above.
fn finding(it: &Finding, reason: &str) -> String {
    let rows = [
        ("expected", it.expected.as_deref()),
        ("seen", it.seen.as_deref()),
        ("do", it.remedy.as_deref()),
        ("easy to miss", it.easy_to_miss.as_deref()),
    ];
    let mut out = String::new();
    if !reason.is_empty() {
        write!(out, "<dt>why</dt><dd>{reason}</dd>").expect("strings take text");
    }
    for (label, words) in rows {
        let Some(words) = words.filter(|words| !words.is_empty()) else { continue };
        write!(out, "<dt>{label}</dt><dd>{}</dd>", sentence(words)).expect("strings take text");
    }
    for (nth, words) in it.unproven.iter().enumerate() {
        let label = if nth == 0 { "<dt>unproven</dt>" } else { "" };
        write!(out, "{label}<dd>{}</dd>", sentence(words)).expect("strings take text");
    }
    if out.is_empty() { out } else { format!("<dl class=\"finding\">{out}</dl>") }
}

fn parameters(params: &BTreeMap<String, String>, defaults: &BTreeMap<String, String>) -> String {
    if params.is_empty() && defaults.is_empty() {
        return String::new();
    }
    let mut rows: Vec<String> = Vec::new();
    for (name, value) in params {
        let (value, _) = within(value, 400);
        rows.push(format!("<li><code>{}={value}</code></li>", text(name)));
    }
    for (name, value) in defaults.iter().filter(|(name, _)| !params.contains_key(*name)) {
        let (value, _) = within(value, 400);
        rows.push(format!(
            "<li><code>{}={value}</code> <em>rests on a default</em></li>",
            text(name)
        ));
    }
    format!(
        "<dl class=\"finding\"><dt>parameters</dt><dd><ul class=\"params\">{}</ul></dd></dl>",
        rows.concat()
    )
}

fn answered(it: &Answer) -> String {
    let said = match &it.reply {
        Reply::Value(value) => sentence(value),
        Reply::File { name, evidence } => format!(
            "the file {} · sha256 <span class=\"hash\">{}</span>",
            text(name),
            text(&evidence.0)
        ),
        Reply::NotApplicable => String::from("does not apply"),
        Reply::Acknowledged => {
            let about = it.about.as_deref().unwrap_or("the failure");
            format!("takes along: {}", sentence(about))
        }
    };
    let why = it
        .reason
        .as_ref()
        .map_or_else(String::new, |why| format!("<dt>because</dt><dd>{}</dd>", sentence(why)));
    let place =
        it.environment.as_ref().map_or_else(String::new, |it| format!(" · for {}", text(it)));
    format!(
        "<dl class=\"finding answer\"><dt>answered</dt><dd>{said}</dd>{why}<dt>by</dt><dd>{} · {}{place}</dd></dl>",
        text(&it.whose()),
        moment(it.at)
    )
}
