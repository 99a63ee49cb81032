//! Meanings made by hand, so that these tests do not rest on what the words of a line are taken
//! to mean.

use std::collections::BTreeMap;

use holdpoint_bind::{
    plan::{Inputs, Planned, assemble},
    settings::Settings,
    understand::{Meaning, Understood},
};
use holdpoint_document::{Document, parse};
use holdpoint_model::line::{Binding, Kind, Phase};

/// A line that binds `id`.
pub(crate) fn bound(id: &str, params: &[(&str, &str)], because: &str) -> Understood {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Understood {
        phase: Phase::Pre,
        kind: Kind::Probe,
        severity: None,
        state: Binding::Bound,
        checks: vec![Meaning {
            id: id.to_owned(),
            params: params.collect::<BTreeMap<_, _>>(),
            because: vec![because.to_owned()],
        }],
        condition: None,
    }
}

/// A line that nobody understood.
pub(crate) fn unbound() -> Understood {
    Understood { state: Binding::Unbound, checks: Vec::new(), ..bound("", &[], "") }
}

pub(crate) fn settings(text: &str) -> Settings {
    Settings::read(text, "holdpoint.toml").unwrap()
}

pub(crate) fn inputs<'a>(document: &'a Document, settings: &'a Settings) -> Inputs<'a> {
    Inputs { document, path: "docs/LIST.md", settings, lock: None, environment: None }
}

/// The plan of a document with these meanings.
pub(crate) fn planned(document: &str, meanings: &[Understood], settings: &Settings) -> Planned {
    let document = parse(document.as_bytes());
    assert_eq!(document.lines.len(), meanings.len(), "one meaning for each line");
    assemble(inputs(&document, settings), meanings)
}

/// Codes and lines of all complaints that are more than notes.
pub(crate) fn codes(planned: &Planned) -> Vec<String> {
    let all = planned.diagnostics.iter();
    let loud = all.filter(|it| it.level > holdpoint_model::diagnostic::Level::Note);
    loud.map(|it| format!("{}:{}", it.code, it.line)).collect()
}
