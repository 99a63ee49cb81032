//! A run with its document and everything behind it: what the reports for others are made of.

use std::collections::BTreeMap;

use holdpoint_model::{event::Answer, look::Look, verdict::Finding};

use crate::view::RunView;

/// One judgement of one check of a line, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Which of the line's checks, from 0.
    pub nth: usize,
    /// Id of the check.
    pub check: String,
    /// Its revision.
    pub revision: u32,
    /// The parameters it was judged with.
    pub params: BTreeMap<String, String>,
    /// What was found.
    pub finding: Finding,
    /// The looks it rests on, in the order they were asked for.
    pub looks: Vec<Look>,
}

/// Everything that a record says of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dossier {
    /// The run as reporters see it.
    pub view: RunView,
    /// The bytes of the document as they were looked at.
    pub document: Vec<u8>,
    /// The judgements of every line, by its number; the last ones where a line was judged again.
    pub judgements: BTreeMap<usize, Vec<Judgement>>,
    /// What people answered, by line.
    pub answers: BTreeMap<usize, Vec<Answer>>,
    /// The version of holdpoint that looked.
    pub version: String,
    /// The public key that the record is sealed with, as one line of OpenSSH; `None` without a seal.
    pub seal: Option<String>,
}
