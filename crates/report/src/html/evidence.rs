//! Looks as HTML: each with what was asked, when and from where, and what came back.

use std::fmt::Write as _;

use holdpoint_model::{ask::What, look::Look, time::Time};

use super::{
    plot,
    text::{text, within},
};
use crate::{
    exhibit::{self, Excerpt, Exchange, Exhibit, Fact, Link, Table},
    when::{clock, rfc3339},
};

/// How much evidence there is room for: of one line, and of the whole page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Bytes of HTML that the evidence of this line may still take.
    pub(super) left: usize,
    /// Bytes of one text.
    text: usize,
    /// Rows of one table.
    rows: usize,
}

/// Bytes of HTML for the evidence of all lines together.
const WHOLE: usize = 900_000;

impl Room {
    /// The room of each of `lines` lines that have evidence.
    pub(super) fn of(lines: usize) -> Self {
        let left = (WHOLE / lines.max(1)).clamp(700, 60_000);
        Self { left, text: (left / 4).clamp(160, 3_000), rows: (left / 200).clamp(3, 40) }
    }
}

/// A moment in UTC, for machines and people.
pub(super) fn moment(time: Time) -> String {
    let full = rfc3339(time);
    let (day, rest) = full.split_at_checked(10).unwrap_or((&full, ""));
    let clock = rest.get(1..9).unwrap_or_default();
    format!("<time datetime=\"{full}\">{day} {clock} UTC</time>")
}

/// Looks in the order they were asked for, as far as there is room.
pub(super) fn looks(all: &[Look], room: &mut Room) -> String {
    let mut out = String::new();
    for series in exhibit::samples(all) {
        spend(&mut out, &plot::timeline(&series), room);
    }
    let open = if all.len() <= OPEN { " open" } else { "" };
    let mut shown = 0;
    for it in all {
        if room.left == 0 {
            break;
        }
        spend(&mut out, &look(it, open, room), room);
        shown += 1;
    }
    let left = all.len() - shown;
    if left != 0 {
        let looks = if left == 1 { "look" } else { "looks" };
        write!(out, "<p class=\"rest\">… {left} more {looks}, in the record</p>")
            .expect("strings take text");
    }
    out
}

fn spend(out: &mut String, piece: &str, room: &mut Room) {
    out.push_str(piece);
    room.left = room.left.saturating_sub(piece.len());
}

/// Looks up to which each is open at once; more of them are a list of what each brought.
const OPEN: usize = 3;

fn look(it: &Look, open: &str, room: &Room) -> String {
    let exhibits = exhibit::of(it);
    let (asked, _) = within(&exhibit::asked(&it.ask.what), 600);
    let nth = if it.ask.nth == 1 { String::new() } else { format!(" · number {}", it.ask.nth) };
    let brief = text(&exhibit::brief(&exhibits));
    let plotted = exhibits.iter().any(|it| matches!(it, Exhibit::Timeline(_)));
    let open = if plotted { " open" } else { open };
    let mut out = format!(
        "<details class=\"look\"{open}><summary><code>{asked}</code> <b>{brief}</b> <span>from {}{nth} · <time datetime=\"{}\">{}</time> · {} ms</span></summary>",
        text(&it.ask.from.0),
        rfc3339(it.at),
        clock(it.at),
        it.ms
    );
    for exhibit in exhibits {
        out.push_str(&one(&exhibit, &it.ask.what, room));
    }
    if !it.note.is_empty() && it.outcome.is_ok() {
        let (note, _) = within(&it.note, room.text);
        write!(out, "<p class=\"note\">{note}</p>").expect("strings take text");
    }
    out.push_str("</details>");
    out
}

fn one(it: &Exhibit, what: &What, room: &Room) -> String {
    match it {
        Exhibit::Blind { fault, note } => {
            let (note, _) = within(note, room.text);
            let gap = if note.is_empty() { "" } else { ": " };
            format!(
                "<p class=\"blind\"><b>nothing was seen</b> {} <code>{}</code>{gap}{note}</p>",
                text(fault.sentence()),
                fault.word()
            )
        }
        Exhibit::Facts(rows) => facts(rows, room),
        Exhibit::Exchange(it) => exchange(it, room),
        Exhibit::Chain(links) => chain(links, room),
        Exhibit::Timeline(it) => plot::timeline(it),
        Exhibit::Table(it) => table(it, room),
        Exhibit::Text(it) => excerpt(it, &exhibit::asked(what), room),
    }
}

fn facts(rows: &[Fact], room: &Room) -> String {
    let mut out = String::from("<dl class=\"facts\">");
    for row in rows {
        let (value, whole) = within(&row.value, room.text.max(240));
        let more = if whole { "" } else { " … more, in the record" };
        write!(out, "<dt>{}</dt><dd>{value}{more}</dd>", text(&row.label))
            .expect("strings take text");
    }
    out.push_str("</dl>");
    out
}

fn exchange(it: &Exchange, room: &Room) -> String {
    let (request, _) = within(&it.request, 600);
    let mut out = format!("<pre class=\"sent\"><b>{request}</b>");
    headers(&mut out, &it.sent, room);
    let phases: Vec<String> = it
        .phases
        .iter()
        .filter(|(word, ms)| *word != "TLS" || 0 < *ms)
        .map(|(word, ms)| format!("{word} {ms} ms"))
        .collect();
    write!(
        out,
        "</pre><p class=\"over\">to {} · {}</p><pre class=\"came\"><b>{} {}</b>",
        text(&it.over),
        phases.join(" · "),
        it.status,
        it.phrase
    )
    .expect("strings take text");
    headers(&mut out, &it.headers, room);
    out.push_str("</pre>");
    if it.body.bytes != Some(0) {
        out.push_str(&excerpt(&it.body, "", room));
    }
    out
}

fn headers(out: &mut String, all: &[(String, String)], room: &Room) {
    let max = room.rows.max(6);
    for (name, value) in all.iter().take(max) {
        let (value, whole) = within(value, room.text);
        let more = if whole { "" } else { "…" };
        write!(out, "\n<i>{}:</i> {value}{more}", text(name)).expect("strings take text");
    }
    if let Some(left) = all.len().checked_sub(max).filter(|left| 0 < *left) {
        write!(out, "\n… {left} more, in the record").expect("strings take text");
    }
}

fn chain(links: &[Link], room: &Room) -> String {
    let mut out = String::from("<ol class=\"chain\">");
    for link in links.iter().take(6) {
        let left = link.left();
        let (subject, _) = within(&link.subject, room.text);
        let (issuer, _) = within(&link.issuer, room.text);
        let (names, whole) = within(&link.names.join(", "), room.text);
        let more = if whole { "" } else { "…" };
        write!(
            out,
            "<li><p><b>{subject}</b> <span>{}</span></p>{}<p>{} to {} · <b>{left}</b> at the look</p><dl class=\"facts\"><dt>issuer</dt><dd>{issuer}</dd>",
            text(&link.place),
            plot::validity(link),
            moment(link.not_before),
            moment(link.not_after),
        )
        .expect("strings take text");
        if !names.is_empty() {
            write!(out, "<dt>names</dt><dd>{names}{more}</dd>").expect("strings take text");
        }
        write!(out, "<dt>sha256</dt><dd class=\"hash\">{}</dd></dl></li>", text(&link.sha256))
            .expect("strings take text");
    }
    out.push_str("</ol>");
    out
}

fn table(it: &Table, room: &Room) -> String {
    let title = text(&it.title);
    if it.rows.is_empty() {
        return format!("<p class=\"note\">{title}: none</p>");
    }
    let mut out = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{title}\"><table class=\"rows\"><caption>{title}</caption><thead><tr>"
    );
    for cell in &it.head {
        write!(out, "<th scope=\"col\">{cell}</th>").expect("strings take text");
    }
    out.push_str("</tr></thead><tbody>");
    for row in it.rows.iter().take(room.rows) {
        out.push_str("<tr>");
        for cell in row {
            let (cell, whole) = within(cell, room.text.min(400));
            let more = if whole { "" } else { "…" };
            write!(out, "<td>{cell}{more}</td>").expect("strings take text");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    let left = it.rows.len().saturating_sub(room.rows);
    match (left, it.truncated) {
        (0, false) => {}
        (0, true) => out.push_str("<p class=\"rest\">… and more than the look brought back</p>"),
        (left, _) => write!(out, "<p class=\"rest\">… {left} more, in the record</p>")
            .expect("strings take text"),
    }
    out
}

/// Lines of one text.
const LINES: usize = 24;

fn excerpt(it: &Excerpt, fallback: &str, room: &Room) -> String {
    let title = if it.title.is_empty() { fallback } else { &it.title };
    let cut = it.text.char_indices().filter(|(_, c)| *c == '\n').nth(LINES);
    let head = cut.and_then(|(at, _)| it.text.get(..at));
    let (body, whole) = within(head.unwrap_or(&it.text), room.text);
    let whole = whole && head.is_none_or(|head| it.text.trim_end() == head.trim_end());
    let mut about = text(title);
    if let Some(bytes) = it.bytes {
        write!(about, " · {}", exhibit::size(bytes)).expect("strings take text");
    }
    if it.truncated {
        about.push_str(" · cut when it was read");
    }
    if let Some(hash) = it.sha256.as_ref().filter(|it| !it.is_empty()) {
        write!(about, " · sha256 <span class=\"hash\">{}</span>", text(hash))
            .expect("strings take text");
    }
    let more = if whole { "" } else { "\n… more, in the record" };
    format!("<p class=\"over\">{about}</p><pre class=\"body\">{body}{more}</pre>")
}
