//! What is released: the version of the package nearest to the top.

use crate::{facts::Fact, found::Repository};

pub(super) fn facts(all: &Repository, into: &mut Vec<Fact>) {
    let mut found: Vec<_> = all
        .manifests
        .iter()
        .filter_map(|it| Some((it.file.matches('/').count(), it.version.as_ref()?)))
        .collect();
    found.sort_by_key(|(depth, _)| *depth);
    let Some(((depth, (version, at)), rest)) = found.split_first() else { return };
    let others: Vec<_> = rest
        .iter()
        .filter(|(_, (other, _))| other != version)
        .map(|(_, (other, at))| (other.clone(), at.clone()))
        .collect();
    // Several packages side by side: none of them is the release.
    let beside = rest.iter().any(|(other, (text, _))| other == depth && text != version);
    let remark = if beside { "several packages have a version of their own" } else { "" };
    into.push(Fact {
        path: String::from("release.version"),
        value: version.clone(),
        origin: at.clone(),
        sure: !beside,
        remark: remark.to_owned(),
        others,
    });
}
