//! `doctor`: is it me or is it them? What of this machine, this folder and these settings would
//! stop a run, or make its answers doubtful.

use std::fmt::Write as _;

use holdpoint_report::style::{Style, Tone};
use serde_json::{Value, json};

use crate::{
    args::{Common, DoctorArgs, Format},
    exit::{Done, Exit},
    out,
};

mod contact;
mod folder;
mod machine;
mod project;
mod tools;

/// How bad a finding is, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// As it should be.
    Fine,
    /// Worth knowing.
    Note,
    /// Some answers will be unknown, or doubtful.
    Warning,
    /// A run would not begin, or not end.
    Stops,
}

impl Level {
    const ALL: [Self; 4] = [Self::Fine, Self::Note, Self::Warning, Self::Stops];

    fn word(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Stops => "stops",
        }
    }

    fn sign(self, style: Style) -> String {
        let (tone, symbol, word) = match self {
            Self::Fine => (Tone::Good, "✓", "ok  "),
            Self::Note => (Tone::Faint, "·", "note"),
            Self::Warning => (Tone::Dark, "!", "WARN"),
            Self::Stops => (Tone::Bad, "✗", "STOP"),
        };
        style.paint(tone, if style.ascii { word } else { symbol })
    }
}

/// One thing that was looked into.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    area: &'static str,
    name: String,
    level: Level,
    says: String,
    remedy: Option<String>,
    detail: Option<String>,
}

impl Finding {
    fn new(area: &'static str, name: &str, level: Level, says: impl Into<String>) -> Self {
        let says = says.into();
        Self { area, name: name.to_owned(), level, says, remedy: None, detail: None }
    }

    fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// What can be looked with, of one family of the catalog.
#[derive(Clone, Debug, Default)]
pub(crate) struct Family {
    name: &'static str,
    /// Entries that look as things are.
    works: usize,
    /// Entries that need something declared first.
    declare: usize,
    /// Entries that this version cannot look with.
    cannot: usize,
    /// Entries that no look decides: steps, what people do, and what is derived.
    other: usize,
}

/// Everything that was found out.
#[derive(Default)]
struct Report {
    findings: Vec<Finding>,
    families: Vec<Family>,
    document: Option<String>,
    contacted: Option<Vec<String>>,
}

/// `holdpoint doctor`
pub(crate) fn doctor(args: &DoctorArgs, common: &Common, style: Style) -> Done {
    let watch = machine::Watch::start();
    let mut report = Report::default();
    let opened = project::open(args, common);
    report.document = args.document.as_ref().map(|it| it.display().to_string());
    let folder = folder::findings();
    report.findings.extend(machine::findings(folder.newest, args.document.as_deref(), style));
    report.findings.extend(tools::findings(&opened.settings));
    report.findings.extend(folder.findings);
    report.findings.extend(opened.findings);
    if args.contact {
        let contacts = contact::contact(&opened.settings, common.quiet)?;
        report.contacted = Some(contacts.names);
        report.findings.extend(contacts.findings);
    }
    report.families = project::families(&opened.settings);
    if let Some(finding) = watch.stepped() {
        report.findings.insert(1.min(report.findings.len()), finding);
    }
    match args.format {
        Format::Json | Format::Jsonl => out::result(&format!("{}\n", page(&report))),
        Format::Text => out::result(&text(&report, common.quiet, style)),
    }
    let stops = report.findings.iter().any(|it| it.level == Level::Stops);
    Ok(if stops { Exit::NoGo } else { Exit::Go })
}

/// `holdpoint.doctor/1`.
fn page(report: &Report) -> Value {
    let count = |level: Level| report.findings.iter().filter(|it| it.level == level).count();
    let counts: serde_json::Map<String, Value> =
        Level::ALL.iter().map(|it| (it.word().to_owned(), json!(count(*it)))).collect();
    let rows: Vec<Value> = report
        .findings
        .iter()
        .map(|it| {
            json!({
                "area": it.area, "name": it.name, "level": it.level.word(), "says": it.says,
                "remedy": it.remedy, "detail": it.detail,
            })
        })
        .collect();
    let families: Vec<Value> = report
        .families
        .iter()
        .map(|it| {
            json!({
                "family": it.name, "works": it.works, "needs-declaration": it.declare,
                "this-version-cannot": it.cannot, "no-look": it.other,
            })
        })
        .collect();
    json!({
        "schema": "holdpoint.doctor/1",
        "version": env!("CARGO_PKG_VERSION"),
        "document": report.document,
        "contacted": report.contacted.as_deref().unwrap_or_default(),
        "counts": counts,
        "findings": rows,
        "catalog": families,
    })
}

/// Columns of the names, at least and at most.
const NAME: (usize, usize) = (9, 18);
/// Families that are listed of those that this version cannot look with.
const BLIND_MAX: usize = 16;

fn text(report: &Report, quiet: bool, style: Style) -> String {
    let mut text = String::new();
    let mut area = "";
    let names = report.findings.iter().map(|it| it.name.chars().count());
    let name = names.max().unwrap_or(0).clamp(NAME.0, NAME.1);
    for it in &report.findings {
        if quiet && it.level < Level::Warning {
            continue;
        }
        if area != it.area {
            let gap = if area.is_empty() { "" } else { "\n" };
            writeln!(text, "{gap}{}", style.paint(Tone::Strong, it.area))
                .expect("strings take text");
            area = it.area;
        }
        text.push_str(&row(it, name, style));
    }
    if !quiet {
        text.push_str(&catalog(&report.families, style));
    }
    let gap = if text.is_empty() { "" } else { "\n" };
    let reached = match &report.contacted {
        None if !quiet => "nothing was contacted; --contact reaches what is declared\n",
        None | Some(_) => "",
    };
    format!("{text}{gap}{}\n{reached}", verdict(report, style))
}

fn row(it: &Finding, name: usize, style: Style) -> String {
    let sign = it.level.sign(style);
    let indent = 2 + if style.ascii { 4 } else { 1 } + 1 + name + 1;
    let blank = " ".repeat(indent);
    let says = style.wrap(&it.says, indent, style.width);
    let mut text = format!("  {sign} {} {says}\n", style.cell(&it.name, name));
    if let Some(remedy) = &it.remedy {
        let remedy = style.wrap(remedy, indent + 3, style.width);
        writeln!(text, "{blank}{}{remedy}", style.paint(Tone::Strong, "do "))
            .expect("strings take text");
    }
    for line in it.detail.iter().flat_map(|detail| detail.lines()) {
        let line = style.cut(line, style.width.saturating_sub(6));
        writeln!(text, "      {}", line.trim_end()).expect("strings take text");
    }
    text
}

/// What of the catalog can be looked with, a family a cell.
fn catalog(families: &[Family], style: Style) -> String {
    let sum = |of: fn(&Family) -> usize| families.iter().map(of).sum::<usize>();
    let (works, declare, cannot) = (sum(|it| it.works), sum(|it| it.declare), sum(|it| it.cannot));
    let other = sum(|it| it.other);
    let about = format!(
        "{} entries; this version looks with {}",
        works + declare + cannot + other,
        works + declare
    );
    let mut text = format!(
        "\n{}  {}\n",
        style.paint(Tone::Strong, "catalog"),
        style.paint(Tone::Faint, &about)
    );
    let rows = [
        ("works", works, Tone::Good, listed(families, usize::MAX, |it| it.works)),
        ("to declare", declare, Tone::Dark, listed(families, usize::MAX, |it| it.declare)),
        ("cannot", cannot, Tone::Faint, listed(families, BLIND_MAX, |it| it.cannot)),
        ("no look", other, Tone::Faint, listed(families, BLIND_MAX, |it| it.other)),
    ];
    for (name, count, tone, list) in rows {
        let indent = 18;
        let list = if list.is_empty() { String::from("none") } else { list };
        let list = style.wrap(&list, indent, style.width);
        let head = style.paint(tone, &format!("{name:<10}"));
        writeln!(text, "  {head} {count:>3}  {list}").expect("strings take text");
    }
    text
}

/// `http:4, tls:1`: the largest families first where not all are shown.
fn listed(families: &[Family], most: usize, of: fn(&Family) -> usize) -> String {
    let mut some: Vec<&Family> = families.iter().filter(|it| 0 < of(it)).collect();
    let more = some.len().saturating_sub(most);
    if 0 < more {
        some.sort_by_key(|it| (std::cmp::Reverse(of(it)), it.name));
        some.truncate(most);
    }
    let texts: Vec<String> = some.iter().map(|it| format!("{}:{}", it.name, of(it))).collect();
    let more = if more == 0 { String::new() } else { format!(" and {more} more families") };
    format!("{}{more}", texts.join(", "))
}

fn verdict(report: &Report, style: Style) -> String {
    let count = |level: Level| report.findings.iter().filter(|it| it.level == level).count();
    let (stops, warnings) = (count(Level::Stops), count(Level::Warning));
    let many = |count: usize, one: &str, more: &str| {
        format!("{count} {}", if count == 1 { one } else { more })
    };
    let warned = many(warnings, "warning", "warnings");
    if 0 < stops {
        let stopped = many(stops, "thing stops a run", "things stop a run");
        return style.paint(Tone::Bad, &format!("{stopped}, {warned}"));
    }
    let tone = if warnings == 0 { Tone::Good } else { Tone::Dark };
    style.paint(tone, &format!("nothing here stops a run, {warned}"))
}

/// A number of bytes in the unit that people read it in.
fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let (mut count, mut unit) = (count, "bytes");
    for next in UNITS {
        if count < 1024 {
            break;
        }
        (count, unit) = (count / 1024, next);
    }
    format!("{count} {unit}")
}

/// Milliseconds as one unit that is coarse enough to be read at a glance.
fn age(ms: i64) -> String {
    let many =
        |count: i64, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    match ms / 1_000 {
        ..60 => many(ms / 1_000, "second"),
        60..3_600 => many(ms / 60_000, "minute"),
        3_600..86_400 => many(ms / 3_600_000, "hour"),
        86_400.. => many(ms / 86_400_000, "day"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_at_a_glance() {
        assert_eq!(bytes(900), "900 bytes");
        assert_eq!(bytes(5 * 1024 * 1024 * 1024), "5 GiB");
        assert_eq!([age(1_000), age(120_000), age(86_400_000)], ["1 second", "2 minutes", "1 day"]);
    }
}
