//! The evidence behind a line: what was asked, what came back, laid out for a terminal.

mod plot;
pub(super) mod rows;

use holdpoint_model::{event::Answer, line::State, look::Look, verdict::Verdict};

use crate::{
    dossier::Judgement,
    exhibit::{self, Exchange, Exhibit, Fact, Link, Timeline},
    style::{Style, Tone},
    view::LineView,
    when::{clock, rfc3339, span},
};

use rows::{Page, excerpt, table};

/// Looks of one judgement that are laid out.
const LOOKS_MAX: usize = 40;

/// A person's answer, with the run that it was carried from.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The answer.
    pub answer: &'a Answer,
    /// The run that holds the original.
    pub carried_from: Option<&'a str>,
}

/// Everything behind one line of a run.
pub fn evidence(
    run: &str,
    line: &LineView,
    judgements: &[Judgement],
    answers: &[Answered<'_>],
    style: Style,
) -> String {
    let mut page = Page::new(style);
    let state = line.standing.state;
    let word = style.paint(style.tone(state), state.word());
    let path = line.plan.section.join(&format!(" {} ", style.arrow()));
    page.raw(&format!("{word}   run {run}, line {}", line.plan.line));
    page.folded(0, Tone::Strong, &line.plan.text);
    if !path.is_empty() {
        page.folded(0, Tone::Faint, &path);
    }
    for answer in answers {
        answered(&mut page, answer);
    }
    for judgement in judgements {
        judged(&mut page, judgement);
    }
    page.text
}

fn answered(page: &mut Page, it: &Answered<'_>) {
    use holdpoint_model::event::Reply;
    let answer = it.answer;
    page.gap();
    let said = match &answer.reply {
        Reply::Value(value) => value.clone(),
        Reply::File { name, evidence } => format!("file {name}, sha256 {}", evidence.0),
        Reply::NotApplicable => String::from("does not apply"),
        Reply::Acknowledged => String::from("acknowledged"),
    };
    page.label(0, "answer", &said);
    let rows = [
        ("because", answer.reason.clone()),
        ("about", answer.about.clone()),
        ("by", Some(answer.whose())),
        ("at", Some(rfc3339(answer.at))),
        ("for", answer.environment.clone()),
        ("kept in", it.carried_from.map(|run| format!("run {run}"))),
    ];
    for (label, text) in rows {
        if let Some(text) = text {
            page.label(0, label, &text);
        }
    }
}

fn judged(page: &mut Page, it: &Judgement) {
    page.gap();
    found(page, it);
    let params: Vec<String> =
        it.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if !params.is_empty() {
        page.label(0, "parameters", &params.join("  "));
    }
    for series in exhibit::samples(&it.looks) {
        page.gap();
        timeline(page, &series);
    }
    let mut shown: Vec<(usize, Vec<Exhibit>)> = Vec::new();
    for (nth, look) in it.looks.iter().enumerate().take(LOOKS_MAX) {
        page.gap();
        heading(page, nth + 1, look);
        let exhibits = exhibit::of(look);
        let steady: Vec<Exhibit> = exhibits.iter().cloned().map(steady).collect();
        let before = shown.iter().find(|(_, it)| *it == steady).map(|(nth, _)| *nth);
        match before.filter(|_| is_long(&exhibits)) {
            Some(before) => page.label(2, "came", &format!("the same as in look {before}")),
            None => {
                for it in &exhibits {
                    lay(page, it);
                }
                shown.push((nth + 1, steady));
            }
        }
    }
    if let Some(more) = it.looks.len().checked_sub(LOOKS_MAX).filter(|it| 0 < *it) {
        page.gap();
        page.raw(&format!("  and {more} more looks; --format json has all"));
    }
}

/// The verdict with its words.
fn found(page: &mut Page, it: &Judgement) {
    let (style, finding) = (page.style, &it.finding);
    let state = match finding.verdict {
        Verdict::Pass => State::Pass,
        Verdict::Unknown => State::Unknown,
        Verdict::Fail => State::Fail,
    };
    let word = style.paint(style.tone(state), &format!("{:<8}", finding.verdict.word()));
    let id = style.paint(Tone::Strong, &style.cut(&it.check, style.width.saturating_sub(9)));
    page.raw(&format!("{word} {id}"));
    let rows = [
        ("why", Some(&finding.reason)),
        ("expected", finding.expected.as_ref()),
        ("seen", finding.seen.as_ref()),
        ("do", finding.remedy.as_ref()),
        ("easy to miss", finding.easy_to_miss.as_ref()),
    ];
    for (label, text) in rows {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            page.label(0, label, text);
        }
    }
    for unproven in &finding.unproven {
        page.label(0, "unproven", unproven);
    }
}

fn heading(page: &mut Page, nth: usize, look: &Look) {
    let style = page.style;
    let dot = style.dot();
    let asked = format!("look {nth} {dot} {}", exhibit::asked(&look.ask.what));
    page.folded(2, Tone::Strong, &asked);
    let text = format!(
        "{} {dot} from {} {dot} {}",
        clock(look.at),
        look.ask.from.0,
        span(i64::from(look.ms))
    );
    page.folded(4, Tone::Faint, &text);
    if look.outcome.is_ok() && !look.note.is_empty() {
        page.label(2, "note", &look.note);
    }
}

/// An exhibit without its times, to see whether the same came again.
fn steady(mut it: Exhibit) -> Exhibit {
    match &mut it {
        Exhibit::Exchange(exchange) => {
            exchange.phases.clear();
            exchange.over.clear();
            exchange.request.clear();
            exchange.sent.clear();
            exchange.headers.retain(|(name, _)| name != "date" && name != "age");
        }
        Exhibit::Chain(links) => {
            for link in links {
                link.looked = holdpoint_model::time::Time::default();
            }
        }
        Exhibit::Blind { .. }
        | Exhibit::Facts(_)
        | Exhibit::Timeline(_)
        | Exhibit::Table(_)
        | Exhibit::Text(_) => {}
    }
    it
}

fn is_long(all: &[Exhibit]) -> bool {
    all.iter().any(|it| match it {
        Exhibit::Blind { .. } => false,
        Exhibit::Facts(rows) => 3 < rows.len(),
        Exhibit::Exchange(_)
        | Exhibit::Chain(_)
        | Exhibit::Timeline(_)
        | Exhibit::Table(_)
        | Exhibit::Text(_) => true,
    })
}

fn lay(page: &mut Page, it: &Exhibit) {
    match it {
        Exhibit::Blind { fault, note } => {
            let text = format!("nothing: {}", fault.word());
            page.label(2, "came", &text);
            if !note.is_empty() {
                page.label(2, "note", note);
            }
        }
        Exhibit::Facts(rows) => facts(page, rows),
        Exhibit::Exchange(it) => exchange(page, it),
        Exhibit::Chain(links) => links.iter().for_each(|it| link(page, it)),
        Exhibit::Timeline(it) => timeline(page, it),
        Exhibit::Table(it) => table(page, it),
        Exhibit::Text(it) => excerpt(page, it),
    }
}

fn facts(page: &mut Page, rows: &[Fact]) {
    use unicode_width::UnicodeWidthStr as _;
    let widest = rows.iter().map(|it| it.label.width()).filter(|it| *it <= 20).max().unwrap_or(0);
    for Fact { label, value } in rows {
        page.labelled(4, label, value, rows::VALUE.max(4 + widest + 2));
    }
}

fn exchange(page: &mut Page, it: &Exchange) {
    page.label(2, "asked", &it.request);
    if !it.over.is_empty() {
        page.label(2, "over", &it.over);
    }
    pairs(page, &it.sent);
    page.label(2, "came", format!("{} {}", it.status, it.phrase).trim_end());
    pairs(page, &it.headers);
    let gap = format!(" {} ", page.style.dot());
    // Without TLS there is no handshake to time.
    let phases = it.phases.iter().filter(|(word, ms)| *word != "TLS" || *ms != 0);
    let phases: Vec<String> = phases.map(|(word, ms)| format!("{word} {ms} ms")).collect();
    page.label(2, "took", &phases.join(&gap));
    excerpt(page, &it.body);
}

/// Header fields, their names in one column.
fn pairs(page: &mut Page, all: &[(String, String)]) {
    use unicode_width::UnicodeWidthStr as _;
    let column = all.iter().map(|(name, _)| name.width()).max().unwrap_or(0).min(26);
    for (name, value) in all {
        let gap = column.saturating_sub(name.width()) + 2;
        page.hanging(rows::VALUE, column + 2, &format!("{name}{}", " ".repeat(gap)), value);
    }
}

fn link(page: &mut Page, it: &Link) {
    page.label(2, &it.place, &it.subject);
    page.label(4, "for", &it.names.join(", "));
    page.label(4, "issuer", &it.issuer);
    let day = |time| rfc3339(time).get(..10).unwrap_or_default().to_owned();
    let left = match it.days_left() {
        left @ 0.. => format!("{left} days left"),
        gone => format!("ended {} days before", gone.unsigned_abs()),
    };
    let bar = plot::bar(it.used(), page.style);
    page.label(4, "valid", &format!("{} to {}, {left}", day(it.not_before), day(it.not_after)));
    page.row(rows::VALUE, &bar);
    page.label(4, "sha256", &it.sha256);
}

fn timeline(page: &mut Page, it: &Timeline) {
    let style = page.style;
    page.folded(2, Tone::Strong, &it.title);
    let room = style.width.saturating_sub(rows::VALUE + 12).clamp(10, 60);
    let took: Vec<u32> = it.points.iter().filter_map(|point| point.took_ms).collect();
    if took.is_empty() {
        for (outcome, times) in &it.tally {
            let plot = plot::density(&it.points, outcome, room, style);
            page.plot(outcome, &format!("{plot}  {}", counted(*times)));
        }
    } else {
        page.plot("took", &plot::times(&it.points, room, style));
        page.row(rows::VALUE, &plot::summary(&took, style));
        let gap = format!(" {} ", style.dot());
        let tally = it.tally.iter().map(|(word, times)| format!("{word}, {}", counted(*times)));
        page.label(2, "came", &tally.collect::<Vec<_>>().join(&gap));
    }
    let last = it.points.last().map_or(0, |point| point.at_ms);
    page.label(2, "within", &span(last));
}

fn counted(times: usize) -> String {
    if times == 1 { String::from("once") } else { format!("{times} times") }
}

#[cfg(test)]
mod tests;
