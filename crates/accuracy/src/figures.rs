//! The figures of a labelled set: how often lines are understood rightly, and with what reasons.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use holdpoint_bind::understand::{Understood, understand};
use holdpoint_document::{Document, parse};
use holdpoint_model::line::Binding;

use crate::{reasons, values};

/// Families whose entries only people answer.
const HUMAN: [&str; 6] = ["attest", "signoff", "field", "choice", "contact", "meta"];
/// Entries of the family of policies are rules of the document itself, not machine checks.
const RULES: &str = "policy";

/// A set of documents with labels for some of their lines.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) labels: PathBuf,
}

/// One labelled line.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) document: String,
    pub(crate) number: usize,
    pub(crate) expect: String,
    /// Acceptable ids, the best first.
    pub(crate) ids: Vec<String>,
    pub(crate) params: String,
}

/// Counts of what became of the labelled lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) labelled: u32,
    pub(crate) present: u32,
    pub(crate) machine: u32,
    pub(crate) covered: u32,
    pub(crate) asked: u32,
    pub(crate) bound: u32,
    pub(crate) right: u32,
    pub(crate) others: u32,
    /// In halves of a line.
    pub(crate) false_halves: u32,
    pub(crate) values: u32,
    pub(crate) values_right: u32,
    pub(crate) reasons: u32,
    pub(crate) reasons_stand: u32,
    pub(crate) blanked: u32,
    pub(crate) blanked_still: u32,
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) all: Counts,
    pub(crate) families: BTreeMap<String, Counts>,
    pub(crate) languages: BTreeMap<String, Counts>,
    /// Wrong bindings: wanted, bound, how often.
    pub(crate) confusions: BTreeMap<(String, String), u32>,
    /// Every line that is not as its label says, for reading.
    pub(crate) notes: Vec<String>,
}

/// A share in per cent; of nothing, everything.
pub(crate) fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 100.0 } else { f64::from(part) * 100.0 / f64::from(whole) }
}

impl Counts {
    pub(crate) fn precision(&self) -> f64 {
        share(self.right, self.bound)
    }

    pub(crate) fn coverage(&self) -> f64 {
        share(self.covered, self.machine)
    }

    pub(crate) fn false_claims(&self) -> f64 {
        if self.others == 0 { 0.0 } else { share(self.false_halves, self.others * 2) }
    }

    pub(crate) fn asked_share(&self) -> f64 {
        if self.machine == 0 { 0.0 } else { share(self.asked, self.machine) }
    }

    pub(crate) fn values_share(&self) -> f64 {
        share(self.values_right, self.values)
    }

    pub(crate) fn present_share(&self) -> f64 {
        share(self.present, self.labelled)
    }

    pub(crate) fn reasons_share(&self) -> f64 {
        share(self.reasons_stand, self.reasons)
    }

    /// How many lines still bind to the same id without the words that decided.
    pub(crate) fn still(&self) -> f64 {
        if self.blanked == 0 { 0.0 } else { share(self.blanked_still, self.blanked) }
    }
}

/// The labels of a file, in its order.
pub(crate) fn labels(path: &Path) -> Result<Vec<Label>, String> {
    let text = fs::read_to_string(path).map_err(|it| format!("{}: {it}", path.display()))?;
    let mut all = Vec::new();
    for (at, row) in text.lines().enumerate().skip(1) {
        let mut cells = row.split('\t');
        let mut next = || cells.next().unwrap_or_default().trim().to_owned();
        let (document, number, expect, ids, params) = (next(), next(), next(), next(), next());
        let number = number
            .parse()
            .map_err(|_| format!("{}:{}: {number:?} is no line number", path.display(), at + 1))?;
        let ids = ids.split('|').map(|it| it.trim_start_matches("want:").to_owned()).collect();
        all.push(Label { document, number, expect, ids, params });
    }
    Ok(all)
}

/// Measures a set.
pub(crate) fn measure(set: &Set) -> Result<Figures, String> {
    let labels = labels(&set.labels)?;
    let languages = languages(&set.labels);
    let mut figures = Figures::default();
    let mut names: Vec<&str> = labels.iter().map(|it| it.document.as_str()).collect();
    names.dedup();
    for name in names {
        let path = set.folder.join(format!("{name}.md"));
        let bytes = fs::read(&path).map_err(|it| format!("{}: {it}", path.display()))?;
        let language = languages.get(name).map_or("?", String::as_str);
        let own = labels.iter().filter(|it| it.document == name);
        figures.document(&bytes, language, own);
    }
    Ok(figures)
}

impl Figures {
    /// Adds what became of the labelled lines of a document.
    pub(crate) fn document<'a>(
        &mut self,
        bytes: &[u8],
        language: &str,
        labels: impl Iterator<Item = &'a Label>,
    ) {
        let document = parse(bytes);
        let understood = understand(&document);
        let at: BTreeMap<usize, usize> =
            document.lines.iter().enumerate().map(|(at, it)| (it.number, at)).collect();
        for label in labels {
            let at = at.get(&label.number).copied();
            let found = at.and_then(|at| Some((at, understood.get(at)?)));
            let counts = counted(label, found, &document, bytes, self);
            add(&mut self.all, &counts);
            let family = label.ids.first().and_then(|it| it.split('.').next());
            let family = family.filter(|it| !it.is_empty()).unwrap_or("nothing").to_owned();
            add(self.families.entry(family).or_default(), &counts);
            add(self.languages.entry(language.to_owned()).or_default(), &counts);
        }
    }
}

/// Languages by document, where the table of documents beside the labels tells them.
fn languages(labels: &Path) -> BTreeMap<String, String> {
    let name = labels.file_name().unwrap_or_default().to_string_lossy();
    let table = labels.with_file_name(name.replace("labels", "documents"));
    let text = fs::read_to_string(table).unwrap_or_default();
    let mut rows = text.lines().map(|row| row.split('\t').collect::<Vec<_>>());
    let Some(head) = rows.next() else { return BTreeMap::new() };
    let Some(at) = head.iter().position(|it| *it == "language") else { return BTreeMap::new() };
    rows.filter_map(|row| Some(((*row.first()?).to_owned(), (*row.get(at)?).to_owned()))).collect()
}

/// Whether an id is one that a machine decides.
pub(crate) fn is_machine(id: &str) -> bool {
    let family = id.split('.').next().unwrap_or_default();
    !family.is_empty() && !HUMAN.contains(&family) && family != RULES
}

fn counted(
    label: &Label,
    found: Option<(usize, &Understood)>,
    document: &Document,
    bytes: &[u8],
    figures: &mut Figures,
) -> Counts {
    let mut it = Counts { labelled: 1, ..Counts::default() };
    let place = format!("{}:{}", label.document, label.number);
    let Some((at, found)) = found else {
        figures.notes.push(format!("{place} absent, not {}", label.ids.join("|")));
        return it;
    };
    it.present = 1;
    let text = document.lines.get(at).map_or("", |it| it.text.as_str());
    let id = found.checks.first().map_or("", |it| it.id.as_str());
    let right = label.ids.iter().any(|want| want == id);
    let bound = found.state == Binding::Bound && is_machine(id);
    let wanted = label.ids.first().map_or("", String::as_str);
    let decidable = matches!(label.expect.as_str(), "check" | "command" | "watch" | "schedule");
    let decidable = decidable && is_catalogued(label) && !wanted.is_empty();
    if bound {
        it.bound = 1;
        it.right = u32::from(right);
        let (stand, falls) = reasons::hold(document, bytes, at, found);
        it.reasons = 1;
        it.reasons_stand = u32::from(stand);
        it.blanked = 1;
        it.blanked_still = u32::from(!falls);
        if !stand || !falls {
            figures.notes.push(format!("{place} reason: {:?} | {text}", found.checks));
        }
        if !right {
            let pair = (wanted.to_owned(), id.to_owned());
            *figures.confusions.entry(pair).or_default() += 1;
            let wanted = label.ids.join("|");
            figures
                .notes
                .push(format!("{place} wrong: {id}, not {} {wanted} | {text}", label.expect));
        }
    }
    if decidable {
        it.machine = 1;
        it.covered = u32::from(bound && right);
        it.asked = u32::from(matches!(found.state, Binding::Asked | Binding::Choice));
        if !bound {
            let state = format!("{:?}", found.state).to_lowercase();
            let wanted = label.ids.join("|");
            figures.notes.push(format!("{place} {state} {id}: {wanted} | {text}"));
        }
        if bound
            && right
            && let Some(check) = found.checks.first()
        {
            values::compare(label, check, &mut it, &mut figures.notes, text);
        }
    } else {
        it.others = 1;
        let asked = found.state == Binding::Asked && is_machine(id);
        it.false_halves = if right { 0 } else { 2 * u32::from(bound) + u32::from(asked) };
    }
    it
}

/// Whether the label names an entry of the catalog that existed when it was written.
fn is_catalogued(label: &Label) -> bool {
    label.expect != "none"
}

fn add(sum: &mut Counts, one: &Counts) {
    let pairs: [(&mut u32, u32); 15] = [
        (&mut sum.labelled, one.labelled),
        (&mut sum.present, one.present),
        (&mut sum.machine, one.machine),
        (&mut sum.covered, one.covered),
        (&mut sum.asked, one.asked),
        (&mut sum.bound, one.bound),
        (&mut sum.right, one.right),
        (&mut sum.others, one.others),
        (&mut sum.false_halves, one.false_halves),
        (&mut sum.values, one.values),
        (&mut sum.values_right, one.values_right),
        (&mut sum.reasons, one.reasons),
        (&mut sum.reasons_stand, one.reasons_stand),
        (&mut sum.blanked, one.blanked),
        (&mut sum.blanked_still, one.blanked_still),
    ];
    for (sum, one) in pairs {
        *sum += one;
    }
}
