//! Prints the figures of labelled sets, and compares them with what is asked of each.

use std::path::{Path, PathBuf};

use crate::{
    documents,
    figures::{Counts, Figures, Set, measure, share},
    learn, seeds, vocabulary,
};

/// What is asked of each set: a share in per cent, at least or at most.
static THRESHOLDS: &str = include_str!("../thresholds.tsv");
/// Labelled lines from which on a family is shown.
const FAMILY_MIN: u32 = 5;
/// How many of the commonest confusions are shown.
const CONFUSIONS_MAX: usize = 12;

/// Prints the figures of a set, or of all that are there.
pub(crate) fn print(args: &[&str]) -> Result<(), String> {
    let mut wanted =
        Set { name: "other".to_owned(), folder: PathBuf::new(), labels: PathBuf::new() };
    let mut notes = false;
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let mut value =
            || rest.next().map(PathBuf::from).ok_or_else(|| format!("{arg} needs a value"));
        match *arg {
            "--set" => wanted.folder = value()?,
            "--labels" => wanted.labels = value()?,
            "--notes" => notes = true,
            _ => {
                let known = "--set, --labels, --notes";
                return Err(format!("unknown argument {arg}; there are {known}"));
            }
        }
    }
    let none = wanted.folder.as_os_str().is_empty();
    if none && !wanted.labels.as_os_str().is_empty() {
        return Err("--labels needs --set, the folder of its documents".to_owned());
    }
    if wanted.labels.as_os_str().is_empty() {
        wanted.labels = beside(&wanted.folder);
    }
    let sets = if none { known() } else { vec![wanted] };
    let mut low = Vec::new();
    if !learn::is_fresh()? {
        low.push("the weights were learned from other examples: cargo xtask learn".to_owned());
    }
    for set in &sets {
        let figures = measure(set)?;
        show(set, &figures, notes);
        low.extend(below(&set.name, &figures.all));
    }
    if none {
        low.extend(written(notes)?);
    }
    let lines = reference("seeds");
    if none && lines.is_dir() {
        seeds::print(&lines, notes)?;
    }
    if none {
        low.extend(vocabulary(&sets, notes));
    }
    if low.is_empty() { Ok(()) } else { Err(low.join("\n")) }
}

/// Prints the figures of the checklists that were written with their meaning: of those that nothing
/// was learned from.
fn written(notes: bool) -> Result<Vec<String>, String> {
    let mut figures = Figures::default();
    for it in &documents::measured()? {
        figures.document(it.text.as_bytes(), &it.language, it.labels.iter());
    }
    let set = Set { name: "written".to_owned(), folder: PathBuf::new(), labels: PathBuf::new() };
    show(&set, &figures, notes);
    Ok(below(&set.name, &figures.all))
}

/// Says how much of the vocabulary stands in one document only.
fn vocabulary(sets: &[Set], notes: bool) -> Option<String> {
    let mut folders: Vec<PathBuf> = sets.iter().map(|it| it.folder.clone()).collect();
    folders.push(reference("seeds"));
    let found = vocabulary::singles(&folders);
    let single = u32::try_from(found.single.len()).unwrap_or(u32::MAX);
    let is = share(single, found.entries);
    println!(
        "vocabulary · {} entries, {single} of them ({is:.1} %) in one document only, {} in none",
        found.entries, found.unused
    );
    for entry in found.single.iter().filter(|_| notes) {
        println!("  only once: {entry}");
    }
    let max = vocabulary::SINGLE_MAX;
    (max < is).then(|| format!("vocabulary: {is:.1} % stand in one document, at most {max} % may"))
}

/// The labels that belong to a folder: within it, or beside it under its name.
fn beside(folder: &Path) -> PathBuf {
    let inside = folder.join("labels.tsv");
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if inside.is_file() { inside } else { folder.with_file_name(format!("{name}.labels.tsv")) }
}

/// A folder of references beside the project, which may be absent.
fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(name)
}

/// The project's own set, and the reference sets where they are present.
fn known() -> Vec<Set> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for (name, folder) in [("own", here.join("own")), ("dev", reference("corpus/dev"))] {
        if folder.is_dir() {
            all.push(Set { name: name.to_owned(), labels: beside(&folder), folder });
        } else {
            println!("skipped: {} is absent", folder.display());
        }
    }
    all
}

fn show(set: &Set, figures: &Figures, notes: bool) {
    println!("{} · {} labelled lines", set.name, figures.all.labelled);
    println!("  {}", row("all", &figures.all));
    for (name, counts) in figures.languages.iter().filter(|(name, _)| *name != "?") {
        println!("  {}", row(name, counts));
    }
    println!("  by family of the label, where it has enough lines");
    for (name, counts) in figures.families.iter().filter(|(_, it)| FAMILY_MIN <= it.labelled) {
        println!("  {}", row(name, counts));
    }
    let mut worst: Vec<_> = figures.confusions.iter().collect();
    worst.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    for ((wanted, bound), times) in worst.into_iter().take(CONFUSIONS_MAX) {
        println!("  {times} × {bound} where {wanted} is meant");
    }
    for note in figures.notes.iter().filter(|_| notes) {
        println!("{note}");
    }
}

fn row(name: &str, it: &Counts) -> String {
    format!(
        "{name:<14} precision {:5.1} of {:<4} coverage {:5.1} of {:<4} false {:4.1} of {:<4} asked {:4.1}  values {:5.1} of {:<4} present {:5.1}  reasons {:5.1}  blanked {:4.1}",
        it.precision(),
        it.bound,
        it.coverage(),
        it.machine,
        it.false_claims(),
        it.others,
        it.asked_share(),
        it.values_share(),
        it.values,
        it.present_share(),
        it.reasons_share(),
        it.still(),
    )
}

/// The figures of a set that are worse than what is asked.
fn below(set: &str, it: &Counts) -> Vec<String> {
    let mut rows = THRESHOLDS.lines().map(|row| row.split('\t').collect::<Vec<_>>());
    let head = rows.next().unwrap_or_default();
    let Some(column) = head.iter().position(|it| *it == set) else { return Vec::new() };
    let mut low = Vec::new();
    for row in rows {
        let (Some(name), Some(asked)) = (row.first(), row.get(column)) else { continue };
        let Ok(asked) = asked.parse::<f64>() else { continue };
        let (is, at_most) = match *name {
            "precision" => (it.precision(), false),
            "coverage" => (it.coverage(), false),
            "values" => (it.values_share(), false),
            "present" => (it.present_share(), false),
            "reasons" => (it.reasons_share(), false),
            "false-claims" => (it.false_claims(), true),
            "asked" => (it.asked_share(), true),
            "blanked" => (it.still(), true),
            _ => continue,
        };
        if (at_most && asked < is) || (!at_most && is < asked) {
            let word = if at_most { "at most" } else { "at least" };
            low.push(format!("{set}: {name} is {is:.1} %, {word} {asked} % is asked"));
        }
    }
    low
}
