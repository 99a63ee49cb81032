//! The team's own document as HTML, in its order and words, with the lines' states in the margin.

mod blocks;
mod tags;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use holdpoint_document::{Encoding, Heading};
use pulldown_cmark::{Event, Options, Parser};

use super::{
    evidence::Room,
    line::{attributes, details, mark},
    text::{claim, text},
};
use crate::{dossier::Dossier, view::LineView};

/// The document as HTML.
pub(super) fn document(dossier: &Dossier, headings: &[Heading], room: Room) -> String {
    let source = decoded(&dossier.document);
    let starts = std::iter::once(0)
        .chain(source.bytes().enumerate().filter(|(_, it)| *it == b'\n').map(|(at, _)| at + 1));
    let mut set = Set {
        dossier,
        room,
        out: String::new(),
        starts: starts.collect(),
        lines: dossier.view.lines.iter().map(|line| (line.plan.line, line)).collect(),
        headings: headings.iter().map(|it| (it.number, it)).collect(),
        anchored: BTreeSet::new(),
        level: 2,
        run: None,
        items: Vec::new(),
        lists: Vec::new(),
        marks: false,
        inline: Vec::new(),
        depth: 0,
        code: None,
        table: None,
        raw: None,
        reached: 0,
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    for (event, range) in Parser::new_ext(&source, options).into_offset_iter() {
        set.event(event, range);
    }
    set.close_run();
    set.strays(usize::MAX);
    set.out
}

/// The bytes as text. Whatever stands for a line's end stays where it was.
fn decoded(bytes: &[u8]) -> String {
    let units = |from: fn([u8; 2]) -> u16| {
        let pairs = bytes.get(2..).unwrap_or_default().chunks_exact(2);
        let units = pairs.filter_map(|it| it.try_into().ok()).map(from);
        char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match encoding(bytes) {
        Encoding::Utf16Le => units(u16::from_le_bytes),
        Encoding::Utf16Be => units(u16::from_be_bytes),
        Encoding::Utf8 => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

fn encoding(bytes: &[u8]) -> Encoding {
    match bytes {
        [0xff, 0xfe, ..] => Encoding::Utf16Le,
        [0xfe, 0xff, ..] => Encoding::Utf16Be,
        _ => Encoding::Utf8,
    }
}

/// Text that runs on, and what closes it.
struct Run {
    close: &'static str,
    /// First physical line of it.
    from: usize,
    /// The line whose words it is, where it has one.
    claim: Option<usize>,
    /// What closes the box around the claim and what is behind it.
    around: &'static str,
}

/// The line of a list item that is open, until its words are over.
struct Item {
    line: Option<usize>,
    /// Its printed number.
    ordinal: Option<u64>,
}

struct Code {
    language: String,
    rows: Vec<(usize, String)>,
}

struct Table {
    columns: usize,
    cell: usize,
    head: bool,
    line: Option<usize>,
}

struct Set<'a> {
    dossier: &'a Dossier,
    room: Room,
    out: String,
    /// Byte at which each physical line begins.
    starts: Vec<usize>,
    /// Lines that have no place yet.
    lines: BTreeMap<usize, &'a LineView>,
    headings: BTreeMap<usize, &'a Heading>,
    anchored: BTreeSet<usize>,
    /// Level of the heading before, so that none is skipped.
    level: u8,
    run: Option<Run>,
    items: Vec<Item>,
    /// The next number of each list that is open; `None` for one of bullets.
    lists: Vec<Option<u64>>,
    /// Whether marks of a heading stand in front of the text that comes.
    marks: bool,
    /// Closing tags of emphasis and links that are open.
    inline: Vec<&'static str>,
    /// Blocks that are open.
    depth: usize,
    code: Option<Code>,
    table: Option<Table>,
    raw: Option<String>,
    /// The last physical line that was written.
    reached: usize,
}

impl<'a> Set<'a> {
    /// The physical line of a byte, counted from one.
    fn number(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    fn event(&mut self, event: Event<'_>, range: std::ops::Range<usize>) {
        let first = self.number(range.start);
        match event {
            Event::Start(tag) => self.start(tag, first),
            Event::End(tag) => {
                let last = self.number(range.end.saturating_sub(1).max(range.start));
                self.end(tag, last);
            }
            Event::Text(words) => self.words(&words, first),
            Event::Code(words) => {
                self.inline(first);
                write!(self.out, "<code>{}</code>", text(&words)).expect("strings take text");
            }
            Event::InlineHtml(words) => {
                self.inline(first);
                self.out.push_str(&markup(&words));
            }
            Event::Html(words) => match &mut self.raw {
                Some(raw) => raw.push_str(&words),
                None => self.out.push_str(&markup(&words)),
            },
            Event::SoftBreak => self.soft(first, self.number(range.end), " "),
            Event::HardBreak => self.soft(first, self.number(range.end), "<br>"),
            Event::Rule => {
                self.close_run();
                self.out.push_str("<hr>");
                self.reached = first;
            }
            Event::TaskListMarker(ticked) => {
                self.inline(first);
                let (class, words) =
                    if ticked { ("box on", "ticked") } else { ("box", "not ticked") };
                write!(
                    self.out,
                    "<span class=\"{class}\" role=\"img\" aria-label=\"box, {words} in the document\"></span> "
                )
                .expect("strings take text");
            }
            Event::FootnoteReference(words)
            | Event::InlineMath(words)
            | Event::DisplayMath(words) => self.words(&words, first),
        }
    }

    fn words(&mut self, words: &str, first: usize) {
        if let Some(code) = &mut self.code {
            for (nth, row) in words.split_inclusive('\n').enumerate() {
                let row = row.trim_end_matches(['\n', '\r']).to_owned();
                match code.rows.last_mut() {
                    Some((number, before)) if *number == first + nth => before.push_str(&row),
                    Some(_) | None => code.rows.push((first + nth, row)),
                }
            }
            return;
        }
        if let Some(raw) = &mut self.raw {
            raw.push_str(words);
            return;
        }
        self.inline(first);
        let words = match std::mem::take(&mut self.marks) {
            true => words.trim_start_matches('#').trim_start(),
            false => words,
        };
        self.out.push_str(&text(words));
        self.reached = self.reached.max(first);
    }

    /// Something that runs in a line of text: where no text is open, one begins.
    fn inline(&mut self, first: usize) {
        self.reached = self.reached.max(first);
        if self.run.is_none() && self.table.is_none() && self.raw.is_none() {
            self.open_run(first, "<p dir=\"auto\">", "</p>");
        }
    }

    fn open_run(&mut self, first: usize, plain: &str, close: &'static str) {
        let own = self.items.last().is_some_and(|it| it.line == Some(first));
        let heading = self.headings.get(&first).copied();
        if let Some(heading) = heading.filter(|_| !own && !self.anchored.contains(&first)) {
            self.close_run();
            self.open_heading(heading.level, first);
            self.marks = true;
            return;
        }
        let (close, claim, around) = if own {
            self.out.push_str("<div class=\"claim\" dir=\"auto\">");
            if let Some(ordinal) = self.items.last().and_then(|it| it.ordinal) {
                write!(self.out, "<span class=\"ord\">{ordinal}.</span> ")
                    .expect("strings take text");
            }
            ("</div>", Some(first), "")
        } else if let Some(line) = self.lines.get(&first) {
            write!(
                self.out,
                "<div class=\"line\" {}>{}<div class=\"claim\" dir=\"auto\">",
                attributes(line),
                mark(line)
            )
            .expect("strings take text");
            ("</div>", Some(first), "</div>")
        } else {
            self.out.push_str(plain);
            (close, None, "")
        };
        self.run = Some(Run { close, from: first, claim, around });
    }

    fn open_heading(&mut self, own: u8, first: usize) {
        let level = (own + 2).min(self.level + 1).min(6);
        // A bold paragraph is a heading of its own, not one that others stand below.
        if own < 7 {
            self.level = level;
        }
        self.anchored.insert(first);
        let taken = self.items.iter().any(|it| it.line == Some(first));
        let line = self.lines.get(&first).copied().filter(|_| !taken);
        let around = match line {
            Some(line) => {
                write!(self.out, "<div class=\"line h{own}\" {}>{}", attributes(line), mark(line))
                    .expect("strings take text");
                "</div>"
            }
            None => "",
        };
        write!(self.out, "<h{level} id=\"H{first}\" class=\"d{own}\" dir=\"auto\">")
            .expect("strings take text");
        let claim = line.map(|_| first);
        self.run = Some(Run { close: close_of(level), from: first, claim, around });
    }

    /// Ends the text that is open; behind it stands what its lines rest on.
    fn close_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        while let Some(close) = self.inline.pop() {
            self.out.push_str(close);
        }
        self.out.push_str(run.close);
        if let Some(number) = run.claim
            && let Some(line) = self.lines.remove(&number)
        {
            self.out.push_str(&details(line, self.dossier, self.room));
            if let Some(item) = self.items.last_mut().filter(|it| it.line == Some(number)) {
                item.line = None;
            }
        }
        self.out.push_str(run.around);
        let within: Vec<usize> =
            self.lines.range(run.from..=self.reached).map(|(number, _)| *number).collect();
        let open: Vec<usize> = self.items.iter().filter_map(|it| it.line).collect();
        for number in within.into_iter().filter(|number| !open.contains(number)) {
            self.stray(number);
        }
    }

    /// A line whose words stand in a text that could not be parted: they are said again.
    fn stray(&mut self, number: usize) {
        let Some(line) = self.lines.remove(&number) else { return };
        write!(
            self.out,
            "<div class=\"line stray\" {}>{}<div class=\"claim\" dir=\"auto\">{}</div>{}</div>",
            attributes(line),
            mark(line),
            claim(&line.plan.text, 4_000),
            details(line, self.dossier, self.room)
        )
        .expect("strings take text");
    }

    /// Everything up to a line that found no place by itself.
    fn strays(&mut self, last: usize) {
        let numbers: Vec<usize> = self.lines.range(..=last).map(|(number, _)| *number).collect();
        for number in numbers {
            self.stray(number);
        }
    }

    /// The end of a physical line inside a text; what begins a line of the plan begins a text.
    fn soft(&mut self, first: usize, next: usize, mark: &str) {
        let fresh = self.lines.contains_key(&next)
            || (self.headings.contains_key(&next) && !self.anchored.contains(&next));
        let free =
            next != first && self.inline.is_empty() && self.table.is_none() && self.run.is_some();
        if fresh && free {
            self.close_run();
            self.open_run(next, "<p dir=\"auto\">", "</p>");
        } else {
            self.out.push_str(mark);
        }
        self.reached = self.reached.max(first);
    }
}

fn close_of(level: u8) -> &'static str {
    match level {
        ..=1 => "</h1>",
        2 => "</h2>",
        3 => "</h3>",
        4 => "</h4>",
        5 => "</h5>",
        6.. => "</h6>",
    }
}

/// Raw HTML of the document stays text: a comment without its marks, a line break as one.
fn markup(raw: &str) -> String {
    let trimmed = raw.trim();
    if matches!(trimmed.to_ascii_lowercase().as_str(), "<br>" | "<br/>" | "<br />") {
        return String::from("<br>");
    }
    let comment = trimmed.strip_prefix("<!--").and_then(|it| it.strip_suffix("-->"));
    let words = comment.map_or(trimmed, str::trim);
    format!("<code class=\"raw\">{}</code>", text(words))
}
