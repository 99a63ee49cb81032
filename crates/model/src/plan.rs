//! Plan: what every line of a document was understood to mean.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::line::{Binding, Gate, Kind, Phase, Severity};

/// Where a parameter's value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The document.
    Text,
    /// `holdpoint.toml`, or an override comment.
    Settings,
    /// A file of the repository.
    Discovered,
}

impl Origin {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Settings => "settings",
            Self::Discovered => "discovered",
        }
    }
}

/// One entry of the catalog that a line is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundCheck {
    /// Id in the catalog.
    pub id: String,
    /// Parameters, as text that a user would type; defaults are not among them.
    pub params: BTreeMap<String, String>,
    /// Where each of them came from.
    pub sources: BTreeMap<String, Origin>,
    /// Exact parts of the line, its fence, its headings or its row that decided.
    pub because: Vec<String>,
    /// The target that the claim is about: a name of the settings, or, where none of its kind is
    /// declared, the name that it would have.
    pub target: String,
}

/// One line with its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    /// Physical line, counted from one.
    pub line: usize,
    /// The statement as it stands in the file.
    pub text: String,
    /// Headings above it without the document's title, outermost first.
    pub section: Vec<String>,
    /// When it is decided.
    pub phase: Phase,
    /// What sort of statement it is.
    pub kind: Kind,
    /// What its failure does.
    pub severity: Severity,
    /// Whether the gate of its phase waits for it.
    pub gated: bool,
    /// Whether it only declares something, so that there is nothing to decide: titles, and
    /// declarations that bind no check.
    pub declares: bool,
    /// What became of the attempt to understand it.
    pub state: Binding,
    /// The entries; the first is the primary one. Joined by *and*.
    pub checks: Vec<BoundCheck>,
    /// Settings paths that are missing before it can be looked at.
    pub needs: Vec<String>,
    /// Columns of a contact's row that have to be filled in and are not: nobody's word fills them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// Physical line of the item it is nested in.
    pub parent: Option<usize>,
    /// The command of the line, where it is one.
    pub command: Option<String>,
}

impl PlanLine {
    /// Whether `gate` is about the phase of this line. Contacts stand anywhere in a document and
    /// are needed before anything goes wrong.
    pub fn in_gate(&self, gate: Gate) -> bool {
        let before = self.phase == Phase::Pre || self.kind == Kind::Contact;
        let after = self.phase == Phase::Post;
        match gate {
            Gate::Pre => before,
            Gate::Post => after,
            Gate::All => before || after,
        }
    }

    /// The condition under which the line applies ("if using S3 backups"), while nobody has
    /// decided whether it holds.
    pub fn condition(&self) -> Option<&str> {
        let params = &self.checks.first()?.params;
        let condition = params.get("applies-if")?.as_str();
        (!matches!(condition, "yes" | "true")).then_some(condition)
    }
}

/// The document that a plan or a run is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRef {
    /// Path as given by the user.
    pub path: String,
    /// Hex SHA-256 of its bytes.
    pub sha256: String,
    /// Hex SHA-256 of what was parsed from it: ticks and white space do not change it.
    pub parsed_sha256: String,
    /// Physical lines.
    pub lines: usize,
}

/// What is released, as the settings declare it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseRef {
    /// Its version.
    pub version: Option<String>,
    /// Its commit: the one that was checked out, where that is what was declared.
    pub commit: Option<String>,
}

/// What every line of a document was understood to mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The document.
    pub document: DocumentRef,
    /// The environment, when an overlay was chosen.
    pub environment: Option<String>,
    /// The release, when the settings declare one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseRef>,
    /// Lines in the order of the document.
    pub lines: Vec<PlanLine>,
}
