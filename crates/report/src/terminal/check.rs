//! One check typed by hand.

use std::fmt::Write as _;

use holdpoint_model::{
    line::State,
    look::Look,
    verdict::{Finding, Verdict},
};

use crate::{
    style::{Style, Tone},
    when::clock,
};

/// The finding, and the looks it rests on.
pub fn check(id: &str, finding: &Finding, looks: &[Look], style: Style) -> String {
    let mut out = String::new();
    let state = match finding.verdict {
        Verdict::Pass => State::Pass,
        Verdict::Unknown => State::Unknown,
        Verdict::Fail => State::Fail,
    };
    let word = style.paint(style.tone(state), &format!("{:<8}", finding.verdict.word()));
    writeln!(out, "{word} {}", style.paint(Tone::Strong, id)).expect("strings take text");
    let rows = [
        ("why", Some(&finding.reason)),
        ("expected", finding.expected.as_ref()),
        ("seen", finding.seen.as_ref()),
        ("do", finding.remedy.as_ref()),
        ("easy to miss", finding.easy_to_miss.as_ref()),
    ];
    for (label, text) in rows {
        let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
        let label = style.paint(Tone::Faint, &format!("{label:<12}"));
        writeln!(out, "  {label} {}", style.wrap(text, 15, style.width))
            .expect("strings take text");
    }
    for unproven in &finding.unproven {
        let label = style.paint(Tone::Faint, "unproven    ");
        writeln!(out, "  {label} {}", style.wrap(unproven, 15, style.width))
            .expect("strings take text");
    }
    for look in looks {
        let end = match &look.outcome {
            Ok(_) => String::from("seen"),
            Err(fault) => fault.word().to_owned(),
        };
        let text = format!(
            "{} {} from {}  {end}  {} ms  {}",
            clock(look.at),
            look.ask.what.word(),
            look.ask.from.0,
            look.ms,
            look.note
        );
        let text = style.cut(text.trim_end(), style.width.saturating_sub(2));
        writeln!(out, "  {}", style.paint(Tone::Faint, &text)).expect("strings take text");
    }
    out
}
