//! A run as one page that needs nothing beside itself: the team's document with its states.

mod document;
mod evidence;
mod line;
mod plot;
mod summary;
mod text;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write},
};

use holdpoint_document::{Document, Heading, parse, plain};
use holdpoint_model::line::State;
use sha2::{Digest as _, Sha256};

use self::{evidence::Room, summary::TOLD};
use crate::dossier::Dossier;

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Sections that the contents name; a document of more is not found its way in by a list.
const CONTENTS: usize = 400;

/// Each state's symbol, drawn on sixteen by sixteen.
const SYMBOLS: [(State, &str); 8] = [
    (State::Pass, "<path d=\"M3 8.5l3.2 3.3L13 4.6\"/>"),
    (State::Fail, "<path d=\"M4 4l8 8M12 4l-8 8\"/>"),
    (
        State::Unknown,
        "<path d=\"M5 5.6a3 3 0 1 1 4.3 2.9C8.4 9 8 9.5 8 10.4\"/><path d=\"M8 13v.2\"/>",
    ),
    (
        State::Owed,
        "<path d=\"M8 7.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8zM3.2 13.6a4.8 4.8 0 0 1 9.6 0\"/>",
    ),
    (State::Waived, "<path d=\"M2.5 9.2c2-3 3.6-3 5.5-1.2s3.500 1.800 5.500-1.200\"/>"),
    (State::NotApplicable, "<path d=\"M4 8h8\"/>"),
    (State::Later, "<path d=\"M3.500 8v.2M8 8v.2M12.500 8v.2\"/>"),
    (State::Noted, "<path d=\"M8 8v.2\"/>"),
];

/// Writes the page.
pub fn page(to: &mut dyn Write, dossier: &Dossier) -> io::Result<()> {
    let parsed = parse(&dossier.document);
    let title = title(dossier, &parsed);
    let evident = dossier.view.lines.iter().filter(|line| {
        dossier.judgements.get(&line.plan.line).is_some_and(|judged| !judged.is_empty())
    });
    let room = Room::of(evident.count());
    write!(to, "{}", head(dossier, &title))?;
    write!(to, "<a class=\"skip\" href=\"#checklist\">Skip to the checklist</a>")?;
    write!(to, "{}", sprite())?;
    write!(to, "<main>{}", summary::verdict(dossier, &title))?;
    write!(to, "{}", summary::in_the_way(&dossier.view))?;
    write!(to, "{}", summary::limits(&dossier.view))?;
    write!(to, "<nav class=\"contents\" aria-label=\"Contents\"><div>")?;
    write!(to, "{}</div></nav>", contents(dossier, &parsed))?;
    write!(
        to,
        "<section aria-labelledby=\"checklist\"><h2 id=\"checklist\" tabindex=\"-1\">The checklist</h2>{}",
        filters(dossier)
    )?;
    write!(to, "<article class=\"document\">")?;
    write!(to, "{}", document::document(dossier, &parsed.headings, room))?;
    write!(to, "</article></section>{}</main>", summary::frame(dossier))?;
    write!(
        to,
        "<footer>{}<p>made by holdpoint {}</p></footer>",
        summary::legend(),
        text::text(&dossier.version)
    )?;
    writeln!(to, "<script>{SCRIPT}</script></body></html>")
}

/// What the page is called: the document's title, or the name of its file.
fn title(dossier: &Dossier, parsed: &Document) -> String {
    let heading = parsed.title.and_then(|id| parsed.headings.get(id.0));
    let title = heading.map(|it| plain(&it.repaired)).filter(|it| !it.trim().is_empty());
    let path = &dossier.view.document.path;
    title.unwrap_or_else(|| path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned())
}

fn head(dossier: &Dossier, title: &str) -> String {
    let verdict = dossier.view.verdict.word();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <title>{verdict} · {}</title><style>{STYLE}</style></head><body>",
        base64(&Sha256::digest(STYLE)),
        base64(&Sha256::digest(SCRIPT)),
        text::text(title),
    )
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |six: u32| {
        let at = usize::try_from(six & 63).unwrap_or(0);
        LETTERS.get(at).copied().map_or('=', char::from)
    };
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| chunk.get(at).copied().map_or(0, u32::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend([letter(bits >> 18), letter(bits >> 12)]);
        out.push(if chunk.len() < 2 { '=' } else { letter(bits >> 6) });
        out.push(if chunk.len() < 3 { '=' } else { letter(bits) });
    }
    out
}

fn sprite() -> String {
    let mut out =
        String::from("<svg class=\"sprite\" width=\"0\" height=\"0\" aria-hidden=\"true\">");
    for (state, drawing) in SYMBOLS {
        write!(out, "<symbol id=\"i-{}\" viewBox=\"0 0 16 16\">{drawing}</symbol>", state.word())
            .expect("strings take text");
    }
    out.push_str("</svg>");
    out
}

/// The sections of the document, each with how many of its lines are in which state.
fn contents(dossier: &Dossier, parsed: &Document) -> String {
    let title = parsed.title.map(|id| id.0);
    let shown: Vec<(usize, &Heading)> = parsed
        .headings
        .iter()
        .enumerate()
        .filter(|(at, it)| it.level < 7 && Some(*at) != title)
        .collect();
    let top = shown.iter().map(|(_, it)| it.level).min().unwrap_or(1);
    let mut out = String::from("<p class=\"eyebrow\">Contents</p><ol>");
    let listed: Vec<&Heading> =
        shown.iter().map(|(_, it)| *it).filter(|it| it.level < top + 3).collect();
    for (at, heading) in listed.iter().enumerate().take(CONTENTS) {
        let rest = listed.get(at + 1..).unwrap_or_default();
        let next = rest.iter().find(|it| it.level <= heading.level);
        let end = next.map_or(usize::MAX, |it| it.number);
        let (n, words) = (heading.number, text::claim(&heading.repaired, 200));
        write!(
            out,
            "<li class=\"c{}\"><a href=\"#H{n}\"><span>{}</span>{}</a></li>",
            heading.level - top,
            words,
            tally(dossier, n, end)
        )
        .expect("strings take text");
    }
    if let Some(left) = listed.len().checked_sub(CONTENTS).filter(|left| 0 < *left) {
        write!(out, "<li>… {left} more</li>").expect("strings take text");
    }
    out.push_str("</ol><p class=\"eyebrow\">This run</p><ol class=\"own\">");
    if dossier.view.lines.iter().any(|it| stands_in_the_way(it.standing.state)) {
        out.push_str("<li><a href=\"#way\">What stands in the way</a></li>");
    }
    out.push_str("<li><a href=\"#frame\">The record</a></li></ol>");
    out
}

fn stands_in_the_way(state: State) -> bool {
    matches!(state, State::Fail | State::Unknown | State::Owed)
}

/// How many lines from `from` to before `end` are in which state.
fn tally(dossier: &Dossier, from: usize, end: usize) -> String {
    let mut counts: BTreeMap<State, usize> = BTreeMap::new();
    for line in &dossier.view.lines {
        if from <= line.plan.line && line.plan.line < end {
            *counts.entry(line.standing.state).or_default() += 1;
        }
    }
    counts.remove(&State::Noted);
    let mut out = String::new();
    for (state, word) in TOLD {
        let Some(n) = counts.get(&state) else { continue };
        write!(
            out,
            "<span class=\"state {}\" title=\"{n} {word}\">{}{n}<span class=\"sr\"> {word}</span></span>",
            state.word(),
            line::symbol(state)
        )
        .expect("strings take text");
    }
    if out.is_empty() { out } else { format!("<span class=\"tally\">{out}</span>") }
}

/// Boxes by state and a search; nothing without scripts, where the page shows everything.
fn filters(dossier: &Dossier) -> String {
    let mut out = String::from(
        "<form id=\"filters\" class=\"filters\" role=\"search\" aria-label=\"Lines\" hidden><fieldset><legend>Show only</legend>",
    );
    for (state, word) in TOLD {
        let n = dossier.view.counts.get(&state).copied().unwrap_or(0);
        if 0 < n {
            write!(
                out,
                "<label class=\"state {w}\"><input type=\"checkbox\" value=\"{w}\">{} {word} {n}</label>",
                line::symbol(state),
                w = state.word(),
            )
            .expect("strings take text");
        }
    }
    out.push_str("</fieldset><label class=\"find\"><span>Find</span><input type=\"search\" id=\"find\" autocomplete=\"off\" spellcheck=\"false\"></label><button type=\"button\" id=\"open\">Open all</button><p id=\"shown\" role=\"status\"></p></form>");
    out
}
