//! Heads: what is known of every entry of the catalog, whether or not this version can judge it.

use std::sync::LazyLock;

use holdpoint_model::line::{Form, Impact, Severity};

/// How directly a check sees what its claim says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Measures the claim itself.
    Direct,
    /// Measures something that strongly implies it.
    Proxy,
    /// Needs a number or a list that checklists do not give.
    Policy,
    /// Decides the mechanical half; a person decides the rest.
    Partial,
    /// Only a person can say.
    Human,
}

impl Strength {
    const ALL: [Self; 5] = [Self::Direct, Self::Proxy, Self::Policy, Self::Partial, Self::Human];

    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Proxy => "proxy",
            Self::Policy => "policy",
            Self::Partial => "partial",
            Self::Human => "human",
        }
    }
}

/// One entry of the catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// `family.noun-phrase`.
    pub id: &'static str,
    /// What it is called on the screen.
    pub title: &'static str,
    /// What kind of entry it is.
    pub form: Form,
    /// What a failure does to the release unless a line says otherwise.
    pub severity: Severity,
    /// How directly the claim is seen.
    pub strength: Strength,
    /// The most that looking or acting usually does to the target; an entry whose impact depends
    /// on the command it runs counts as mutating.
    pub impact: Impact,
    /// Surfaces and vantages, as the table writes them.
    pub surfaces: &'static str,
}

impl Head {
    /// The part of the id before the dot.
    pub fn family(&self) -> &'static str {
        self.id.split('.').next().unwrap_or(self.id)
    }
}

/// One parameter that an entry of the catalog has or will have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamName {
    /// Id of the entry.
    pub check: &'static str,
    /// Name as written on a line.
    pub name: &'static str,
    /// `page` when the entry's own page names it, `lines` when only checklists do.
    pub named_on: &'static str,
    /// The operator that goes without saying.
    pub op: &'static str,
    /// The default, or what is possible, or nothing.
    pub default: &'static str,
}

static HEADS: LazyLock<Vec<Head>> = LazyLock::new(|| {
    rows(include_str!("../data/heads.tsv")).map(|row| read_head(row).expect(GOOD)).collect()
});

static PARAMS: LazyLock<Vec<ParamName>> = LazyLock::new(|| {
    rows(include_str!("../data/params.tsv")).map(|row| read_param(row).expect(GOOD)).collect()
});

/// Why reading the tables cannot fail: they are part of the program, and a test reads every row.
const GOOD: &str = "every row of the built-in tables is well formed";

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().skip(1).filter(|row| !row.is_empty())
}

fn read_head(row: &'static str) -> Option<Head> {
    let mut cells = row.split('\t');
    let mut cell = || cells.next();
    let (id, title, form, severity) = (cell()?, cell()?, cell()?, cell()?);
    let (strength, impact, surfaces) = (cell()?, cell()?, cell()?);
    let word = impact.split(' ').next()?;
    Some(Head {
        id,
        title,
        form: Form::read(form)?,
        severity: Severity::read(severity)?,
        strength: Strength::ALL.into_iter().find(|it| it.word() == strength)?,
        impact: if word == "depends" { Impact::Mutating } else { Impact::read(word)? },
        surfaces,
    })
}

fn read_param(row: &'static str) -> Option<ParamName> {
    let mut cells = row.split('\t');
    let mut cell = || cells.next();
    let (check, name, named_on, op) = (cell()?, cell()?, cell()?, cell()?);
    Some(ParamName { check, name, named_on, op, default: cell()? })
}

/// Every head, by id.
pub fn heads() -> &'static [Head] {
    &HEADS
}

/// The head of that id.
pub fn head(id: &str) -> Option<&'static Head> {
    let at = HEADS.binary_search_by(|head| head.id.cmp(id)).ok()?;
    HEADS.get(at)
}

/// The parameters of that entry, in the order of the table; none for an id that is not in it.
pub fn param_names(id: &str) -> &'static [ParamName] {
    let from = PARAMS.partition_point(|row| row.check < id);
    let to = PARAMS.partition_point(|row| row.check <= id);
    PARAMS.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        assert_eq!(heads().len(), 385);
        assert!(heads().is_sorted_by(|a, b| a.id < b.id));
        assert_eq!(PARAMS.len(), 873);
        assert!(PARAMS.is_sorted_by(|a, b| a.check <= b.check));
        for row in PARAMS.iter() {
            assert!(head(row.check).is_some(), "{}", row.check);
        }
    }

    #[test]
    fn reads_one_entry() {
        let head = head("http.rate-limit").unwrap();
        assert_eq!((head.family(), head.form), ("http", Form::Check));
        assert_eq!((head.severity, head.impact), (Severity::Major, Impact::Active));
        let names: Vec<&str> = param_names("net.port-open").iter().map(|it| it.name).collect();
        assert_eq!(names, ["port", "proto", "timeout"]);
        assert!(param_names("net.port").is_empty());
    }
}
