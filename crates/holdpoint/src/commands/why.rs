//! `plan --why`: why one line was bound as it was, where its values come from, and what would
//! change it.

use std::fmt::Write as _;

use holdpoint_bind::{
    question::PERSON,
    settings::Which,
    why::{Decided, Fate, Ground, Why, why as reasons},
};
use holdpoint_checks::heads::{Head, head};
use holdpoint_model::{
    line::{Binding, Form, Kind, Phase},
    plan::{BoundCheck, Origin, PlanLine},
};
use holdpoint_report::style::{Style, Tone};
use serde_json::{Value, json};

use crate::{
    args::Format,
    commands::{ask::keep::pasted, catalog::looks},
    exit::{Done, Exit, Stop},
    out,
    project::Project,
};

/// Columns of the names at the left.
const LABEL: usize = 12;
/// Entries by rules that are shown.
const SHOWN_MAX: usize = 6;
/// Other entries that are offered to be pasted, people aside.
const OTHERS_MAX: usize = 2;
/// Thousandths from which an entry by rules is worth to be offered.
const OFFER_MIN: u32 = 480;
/// Likelihood from which an entry by examples is worth to be offered first.
const LIKELY_MIN: f64 = 0.25;
/// Thousandths by which an entry may explain less than the one that is bound, to be offered.
const NEAR: u32 = 150;
/// Columns of the names before what is to be pasted.
const PASTE: usize = 16;

/// `holdpoint plan DOC --why LINE`
pub(crate) fn why(project: &Project, number: usize, format: Format, style: Style) -> Done {
    let plan = project.plan();
    let line = plan.lines.iter().find(|line| line.line == number).ok_or_else(|| {
        let near = plan.lines.iter().min_by_key(|line| line.line.abs_diff(number));
        let near =
            near.map_or_else(String::new, |line| format!("; the nearest is line {}", line.line));
        Stop::usage(format!("line {number} of {} makes no claim{near}", plan.document.path))
    })?;
    let why = reasons(&project.document, number)
        .ok_or_else(|| Stop::usage(format!("line {number} makes no claim")))?;
    let it = It { project, line, why, said: said(project, line, number) };
    match format {
        Format::Json | Format::Jsonl => out::result(&format!("{}\n", it.page())),
        Format::Text => out::result(&it.text(style)),
    }
    Ok(Exit::Go)
}

/// What people said about a line, which goes before what its words say.
fn said(project: &Project, line: &PlanLine, number: usize) -> Option<&'static str> {
    let ids = |line: &PlanLine| line.checks.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    let today = reasons(&project.document, number)?;
    if today.bound == ids(line) && (today.state == line.state || line.state == Binding::Choice) {
        return None;
    }
    let source = project.document.lines.iter().find(|it| it.number == number)?;
    let named = |which: &Which| match which {
        Which::Text(text) => *text == line.text || *text == source.repaired,
        Which::Number { line, .. } => *line == number,
    };
    if project.settings.lines.iter().any(|it| named(&it.which)) {
        Some("a [line] of holdpoint.toml says so")
    } else if source.override_comment.is_some() {
        Some("the comment on the line says so")
    } else if project.planned.proposals.iter().any(|it| it.line == number) {
        Some("the lock pins it; `--accept` binds it afresh")
    } else {
        None
    }
}

/// A line with everything there is to say about it.
struct It<'a> {
    project: &'a Project,
    line: &'a PlanLine,
    why: Why,
    said: Option<&'static str>,
}

impl It<'_> {
    fn text(&self, style: Style) -> String {
        let line = self.line;
        let mut rows = Rows { text: String::new(), style };
        let head = format!("{:>5} {}", line.line, line.text);
        let head = style.wrap(&head, 6, style.width);
        rows.text.push_str(&style.paint(Tone::Strong, head.trim_start()));
        rows.text.push('\n');
        if !line.section.is_empty() {
            rows.row("", &line.section.join(&format!(" {} ", style.arrow())));
        }
        rows.gap();
        let gated = if line.gated { "gated" } else { "not gated" };
        rows.row("state", &format!("{}, {}, {gated}", line.state.word(), line.severity.word()));
        rows.row("phase", &ground(&self.phase()));
        rows.row("kind", &ground(&self.kind()));
        rows.row("decided", self.decided());
        for check in &line.checks {
            rows.gap();
            self.check(check, &mut rows);
        }
        rows.gap();
        for (at, need) in line.needs.iter().enumerate() {
            rows.row(if at == 0 { "needs" } else { "" }, need);
        }
        self.entries(&mut rows);
        self.change(&mut rows);
        rows.text
    }

    fn check(&self, check: &BoundCheck, rows: &mut Rows) {
        let title = head(&check.id).map_or("", |head| head.title);
        rows.row("entry", &format!("{}: {title}", check.id));
        rows.row("target", &check.target);
        if !check.because.is_empty() {
            rows.row("because of", &quoted(&check.because));
        }
        for (name, value, from) in self.values(check) {
            rows.row("", &format!("{name} = {value}  ({from})"));
        }
    }

    /// When it is decided, and what says so: people before its headings.
    fn phase(&self) -> Ground {
        let word = self.line.phase.word();
        if word == self.why.phase.word {
            return self.why.phase.clone();
        }
        let by = self.project.planned.phases.get(&self.line.line);
        let rule = by.copied().unwrap_or("the lock pins it, or an override of the line says so");
        Ground { word, rule, because: Vec::new() }
    }

    fn kind(&self) -> Ground {
        let word = self.line.kind.word();
        if word == self.why.kind.word {
            return self.why.kind.clone();
        }
        let rule = "it follows from its phase, or from an override of the line";
        Ground { word, rule, because: Vec::new() }
    }

    fn decided(&self) -> &'static str {
        match (self.said, self.why.decided, self.why.state) {
            (Some(said), ..) => said,
            (None, Decided::Examples, Binding::Asked | Binding::Choice) => {
                "the weights learned from examples are sure, but not that the entry looks at all \
                 that the line says: it is asked"
            }
            (None, decided, _) => decided.sentence(),
        }
    }

    /// Every parameter of a check with where it is from; defaults are the last.
    fn values(&self, check: &BoundCheck) -> Vec<(String, String, String)> {
        let mut all = Vec::new();
        for (name, value) in &check.params {
            let word = check.sources.get(name).map_or("text", |origin| origin.word());
            let target = self.project.settings.targets.get(&check.target);
            let file = target.and_then(|it| it.discovered.get(name));
            let file = file.filter(|_| check.sources.get(name) == Some(&Origin::Discovered));
            let from = file.map_or_else(|| word.to_owned(), |file| format!("{word}: {file}"));
            all.push((name.clone(), value.clone(), from));
        }
        let specs = holdpoint_checks::find(&check.id).map(|it| it.specs()).unwrap_or_default();
        for spec in specs.iter().filter(|spec| !check.params.contains_key(spec.name)) {
            if let Some(default) = spec.default {
                all.push((spec.name.to_owned(), default.to_owned(), String::from("default")));
            }
        }
        all
    }

    fn entries(&self, rows: &mut Rows) {
        let why = &self.why;
        if !why.entries.is_empty() {
            rows.title("by rules", "how much of the line the entry explains");
        }
        for it in why.entries.iter().take(SHOWN_MAX) {
            let words = if it.because.is_empty() { String::new() } else { quoted(&it.because) };
            let tone = if it.fate == Fate::Taken { Tone::Good } else { Tone::Faint };
            let text = format!("{}; {words}", it.fate.sentence());
            rows.entry(&format!("0.{:03}", it.score.min(999)), &it.id, &text, tone);
        }
        if !why.refused.is_empty() {
            rows.title("refused", "entries that share a word with the line");
        }
        for it in &why.refused {
            rows.entry("", &it.id, &it.why, Tone::Faint);
        }
        if !why.likely.is_empty() {
            rows.title("by examples", "how likely the entry is right");
        }
        for it in &why.likely {
            let (text, tone) = match &it.lost {
                None => ("taken", Tone::Good),
                Some(lost) => (lost.as_str(), Tone::Faint),
            };
            rows.entry(&format!("{:.2}", it.chance), &it.id, text, tone);
        }
        if let Some(people) = why.people.filter(|_| !why.likely.is_empty()) {
            rows.entry(
                &format!("{people:.2}"),
                "people",
                "any answer that only they can give",
                Tone::Faint,
            );
        }
    }

    /// Whether a line may be sent to an entry: one that acts needs a command to run, and one that
    /// is judged over a time, or derived, is decided by no look.
    fn can_be(&self, head: &Head) -> bool {
        let commanded = matches!(self.line.kind, Kind::Command | Kind::Procedure | Kind::Schedule)
            && self.line.command.is_some();
        match head.form {
            Form::Check => !head.id.starts_with("followup.") || commanded,
            Form::Duty => true,
            Form::Step => commanded,
            Form::Watch => self.line.phase == Phase::Watch,
            Form::Fold => false,
        }
    }

    /// Entries that the line may mean instead, the nearest first; last what only people can say.
    fn others(&self) -> Vec<String> {
        let bound = |id: &str| self.line.checks.first().is_some_and(|it| it.id == id);
        let offered = self.line.checks.iter().skip(1).map(|it| it.id.as_str());
        let offered = offered.filter(|_| self.line.state == Binding::Choice);
        let likely = |least: f64| {
            let all = self.why.likely.iter().filter(move |it| least <= it.chance);
            all.map(|it| it.id.as_str())
        };
        let ruled = self.why.entries.iter().filter(|it| OFFER_MIN <= it.score);
        // Beside what is bound only what explains nearly as much of the line.
        let taken = self.why.entries.iter().filter(|it| it.fate == Fate::Taken);
        let least = taken.map(|it| it.score.saturating_sub(NEAR)).max();
        let least = least.filter(|_| self.line.state == Binding::Bound).unwrap_or(OFFER_MIN);
        let ruled = ruled.filter(|it| least <= it.score);
        let all = offered.chain(likely(LIKELY_MIN)).chain(ruled.map(|it| it.id.as_str()));
        let mut some: Vec<String> = Vec::new();
        // Who has a look does not want to lose it.
        let seen = self.line.state == Binding::Bound
            && self.line.checks.iter().all(|it| looks(&it.id) == Some(true));
        let fits = |id: &str| {
            head(id).is_some_and(|head| self.can_be(head)) && !(seen && looks(id) == Some(false))
        };
        for id in all.filter(|id| fits(id) && *id != PERSON && !bound(id)) {
            if some.len() < OTHERS_MAX && !some.iter().any(|it| it == id) {
                some.push(id.to_owned());
            }
        }
        if !bound(PERSON) {
            some.push(PERSON.to_owned());
        }
        some
    }

    fn change(&self, rows: &mut Rows) {
        rows.title("to change it", "paste one of these");
        let others = self.others();
        let own = self.line.state == Binding::Choice;
        let first = self.line.checks.first().filter(|_| own).map(|it| it.id.clone());
        let mut first_of = first.into_iter().chain(others);
        if let Some(id) = first_of.next() {
            let text = pasted(&self.why.place, "check", &id);
            rows.paste("holdpoint.toml", &format!("{}{}", text.trim_end(), blind(&id)));
            for id in first_of {
                rows.paste("", &format!("check = \"{id}\"{}", blind(&id)));
            }
            rows.paste("on the line", &format!("<!-- holdpoint: {id} -->"));
        }
    }

    fn page(&self) -> Value {
        let ground = |it: &Ground| json!({"word": it.word, "rule": it.rule, "because": it.because});
        let checks: Vec<Value> = self
            .line
            .checks
            .iter()
            .map(|check| {
                let values: Vec<Value> = self
                    .values(check)
                    .into_iter()
                    .map(|(name, value, from)| json!({"name": name, "value": value, "from": from}))
                    .collect();
                json!({
                    "id": check.id, "target": check.target, "because": check.because,
                    "params": values,
                })
            })
            .collect();
        let entries: Vec<Value> = self
            .why
            .entries
            .iter()
            .map(|it| {
                json!({
                    "id": it.id, "score": it.score, "because": it.because,
                    "taken": it.fate == Fate::Taken, "fate": it.fate.sentence(),
                })
            })
            .collect();
        let refused: Vec<Value> =
            self.why.refused.iter().map(|it| json!({"id": it.id, "why": it.why})).collect();
        let likely: Vec<Value> = self
            .why
            .likely
            .iter()
            .map(|it| json!({"id": it.id, "chance": thousandths(it.chance), "lost": it.lost}))
            .collect();
        let others: Vec<Value> = self
            .others()
            .iter()
            .map(|id| {
                let settings = pasted(&self.why.place, "check", id);
                match looks(id) {
                    Some(looks) => json!({"check": id, "settings": settings, "looks": looks}),
                    None => json!({"check": id, "settings": settings}),
                }
            })
            .collect();
        json!({
            "schema": "holdpoint.why/1",
            "document": self.project.plan().document.path,
            "line": self.line.line,
            "text": self.line.text,
            "section": self.line.section,
            "state": self.line.state.word(),
            "severity": self.line.severity.word(),
            "gated": self.line.gated,
            "phase": ground(&self.phase()),
            "kind": ground(&self.kind()),
            "decided": {
                "by": if self.said.is_some() { "override" } else { self.why.decided.word() },
                "why": self.decided(),
            },
            "checks": checks,
            "needs": self.line.needs,
            "by-rules": entries,
            "refused": refused,
            "by-examples": likely,
            "people": self.why.people.map(thousandths),
            "instead": others,
        })
    }
}

/// What stands behind an entry that this version cannot look with, as a comment of TOML.
fn blind(id: &str) -> &'static str {
    match looks(id) {
        Some(false) => "  # this version cannot look with it: the line would be unknown",
        Some(true) | None => "",
    }
}

/// A likelihood in thousandths.
fn thousandths(chance: f64) -> u32 {
    (0..=1_000).find(|it| chance * 1_000.0 <= f64::from(*it) + 0.5).unwrap_or(1_000)
}

fn ground(it: &Ground) -> String {
    if it.because.is_empty() {
        format!("{}: {}", it.word, it.rule)
    } else {
        format!("{}: {} ({})", it.word, it.rule, quoted(&it.because))
    }
}

fn quoted(parts: &[String]) -> String {
    parts.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}

/// Rows with a name at the left and text that is wrapped beside it.
struct Rows {
    text: String,
    style: Style,
}

impl Rows {
    fn gap(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn row(&mut self, label: &str, text: &str) {
        let label = self.style.paint(Tone::Faint, &format!("{label:<LABEL$}"));
        // Values keep the blanks that set their origin apart.
        let text = match text.rsplit_once("  (") {
            Some((value, from)) => {
                let whole = self.style.clean(text);
                if LABEL + whole.chars().count() <= self.style.width {
                    whole
                } else {
                    self.style.wrap(&format!("{value} ({from}"), LABEL, self.style.width)
                }
            }
            None => self.style.wrap(text, LABEL, self.style.width),
        };
        writeln!(self.text, "{label}{text}").expect("strings take text");
    }

    fn title(&mut self, title: &str, about: &str) {
        self.gap();
        let title = self.style.paint(Tone::Strong, title);
        let about = self.style.paint(Tone::Faint, about);
        writeln!(self.text, "{title}  {about}").expect("strings take text");
    }

    fn entry(&mut self, score: &str, id: &str, text: &str, tone: Tone) {
        let wide: usize = if self.style.width < 60 { 20 } else { 28 };
        let id = self.style.paint(tone, &self.style.cell(id, wide));
        let room = self.style.width.saturating_sub(2 + 6 + wide + 1);
        let text = self.style.cut(text.trim_end_matches("; "), room.max(16));
        writeln!(self.text, "  {score:<5} {id} {}", text.trim_end()).expect("strings take text");
    }

    /// Text that is to be copied is never cut.
    fn paste(&mut self, label: &str, text: &str) {
        for (at, line) in text.trim().lines().enumerate() {
            let label = if at == 0 { label } else { "" };
            let label = self.style.paint(Tone::Faint, &format!("{label:<PASTE$}"));
            writeln!(self.text, "  {label}{}", self.style.clean(line)).expect("strings take text");
        }
    }
}
