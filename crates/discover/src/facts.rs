//! Settings that follow from what was read: one value a path, the better founded one.

use crate::{found::Repository, paper::Paper, place::Place};

mod data;
mod machine;
mod release;
mod web;

/// A value of the settings that somebody wrote down elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Path in the settings, such as `target.web.url` or `env.staging.target.web.url`.
    pub path: String,
    /// The value as the settings would have it; a secret is a reference.
    pub value: String,
    /// Where it stands.
    pub origin: Place,
    /// Whether it can be taken as it is. What is not sure is only proposed.
    pub sure: bool,
    /// Why it is only proposed, or what has to be known of it; often empty.
    pub remark: String,
    /// Other values for the same path that were found.
    pub others: Vec<(String, Place)>,
}

/// All facts, by path.
pub(crate) fn facts(all: &Repository, papers: &[Paper<'_>]) -> Vec<Fact> {
    let mut facts = Vec::new();
    release::facts(all, &mut facts);
    web::facts(all, papers, &mut facts);
    data::facts(all, &mut facts);
    machine::facts(all, papers, &mut facts);
    facts.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| b.sure.cmp(&a.sure)));
    facts.dedup_by(|later, first| {
        let same = later.path == first.path;
        // What is only proposed says nothing beside what is sure.
        if same && later.value != first.value && (later.sure || !first.sure) {
            first.others.push((std::mem::take(&mut later.value), later.origin.clone()));
        }
        same
    });
    facts
}
