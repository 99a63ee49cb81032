//! What a verification found, with the place of everything that is wrong.

use std::fmt;

use holdpoint_model::{
    event::{Digest, Release, Seq},
    time::Time,
    verdict::Verdict,
};

use crate::key::PublicKey;

/// How a verification ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything holds, and somebody vouches for the key.
    Holds,
    /// Nothing is wrong, and it is not proven either; see [`Report::open`].
    Open,
    /// Something was changed; see [`Report::troubles`].
    Broken,
}

impl Outcome {
    /// The exit code of `record verify`.
    pub fn code(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Broken => 1,
            Self::Open => 3,
        }
    }
}

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// Bytes of the file, from the first up to, not including, the second.
    Bytes(usize, usize),
    /// A file beside it.
    Beside(&'static str),
    /// A table.
    Table(String),
    /// An event of the journal.
    Event(Seq),
    /// A piece of evidence.
    Evidence(Digest),
    /// A line of the document.
    Line(usize),
    /// The seal.
    Seal,
    /// The run before, or after.
    Run(String),
}

impl fmt::Display for Place {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => write!(to, "the file"),
            Self::Bytes(from, end) => write!(to, "bytes {from}..{end}"),
            Self::Beside(suffix) => write!(to, "the file beside it that ends in {suffix}"),
            Self::Table(name) => write!(to, "table {name}"),
            Self::Event(seq) => write!(to, "event {}", seq.0),
            Self::Evidence(digest) => write!(to, "evidence {}", digest.0),
            Self::Line(line) => write!(to, "line {line}"),
            Self::Seal => write!(to, "the seal"),
            Self::Run(run) => write!(to, "run {run}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Where.
    pub place: Place,
    /// What.
    pub what: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}: {}", self.place, self.what)
    }
}

/// Why a record that holds together proves less than it could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// The run has not ended.
    Unfinished,
    /// The run has ended and was not sealed.
    Unsealed,
    /// Nobody vouches for the key of the seal.
    Unvouched(PublicKey),
    /// This version has no such check, and cannot judge the line again.
    NoCheck {
        /// The line.
        line: usize,
        /// The check.
        check: String,
    },
    /// The clock was set while the run was under way, so that the moment a verdict speaks for is
    /// not one of the run.
    Clock(Seq),
}

impl fmt::Display for Open {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfinished => write!(to, "the run is unfinished"),
            Self::Unsealed => write!(to, "the run has ended and is not sealed"),
            Self::Unvouched(key) => write!(to, "sealed by a key that nobody vouches for: {key}"),
            Self::NoCheck { line, check } => {
                write!(to, "line {line} cannot be judged again: this version has no {check}")
            }
            Self::Clock(seq) => {
                write!(to, "event {}: the moment it speaks for lies outside of the run", seq.0)
            }
        }
    }
}

/// A line that another revision of its check has judged. That is no fault of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revised {
    /// The line.
    pub line: usize,
    /// Which of its checks, from 0.
    pub nth: usize,
    /// The check.
    pub check: String,
    /// The revision that judged.
    pub then: u32,
    /// The revision of this version.
    pub now: u32,
    /// The verdict that was recorded.
    pub recorded: Verdict,
    /// The verdict that this version reaches from the same looks; `None` when it would look more.
    pub verdict: Option<Verdict>,
}

/// What a verification found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Number of the run, as far as it can be read.
    pub run: Option<String>,
    /// Everything that is wrong, as far as it was counted.
    pub troubles: Vec<Trouble>,
    /// Why less is proven than could be.
    pub open: Vec<Open>,
    /// Lines that another revision of a check has judged.
    pub revised: Vec<Revised>,
    /// What the verification rests on, a sentence each.
    pub rests_on: Vec<String>,
    /// Events read.
    pub events: usize,
    /// Pieces of evidence held against their digests.
    pub evidence: usize,
    /// Verdicts judged again.
    pub judged: usize,
    /// The verdict of the release.
    pub verdict: Option<Release>,
    /// By what the first event of the next run names this seal.
    pub seal: Option<Digest>,
    /// What the first event says of the seal before.
    pub previous: Option<Digest>,
    /// When the run began.
    pub began: Option<Time>,
    /// When it ended.
    pub ended: Option<Time>,
}

/// Troubles that are listed; a file that is no record has more.
const TROUBLES_MAX: usize = 100;

impl Report {
    /// How it ends.
    pub fn outcome(&self) -> Outcome {
        match (self.troubles.is_empty(), self.open.is_empty()) {
            (false, _) => Outcome::Broken,
            (true, false) => Outcome::Open,
            (true, true) => Outcome::Holds,
        }
    }

    pub(crate) fn trouble(&mut self, place: Place, what: impl Into<String>) {
        if self.troubles.len() < TROUBLES_MAX {
            self.troubles.push(Trouble { place, what: what.into() });
        }
    }
}
