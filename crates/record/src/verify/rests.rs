//! What a verification rests on, for those who ask: everything that it has to believe.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_model::{
    ask::What,
    event::{Event, Seq},
    seen::Seen,
    time::Time,
};

use crate::{
    canonical,
    key::Kept,
    verify::{file::Content, report::Report},
};

/// Fills [`Report::rests_on`].
pub(crate) fn on(content: &Content, report: &mut Report) {
    report.rests_on = [seal(content), vantages(content), wires(content), clocks(content)].concat();
}

fn seal(content: &Content) -> Vec<String> {
    let Some(sealed) = &content.sealed else {
        return vec![String::from(
            "seal: none; nothing says who wrote this record, or that it is all",
        )];
    };
    let kept = match sealed.seal.kept {
        Kept::Machine => "kept by the machine that ran",
        Kept::Ephemeral => "made for this run alone",
    };
    let voucher = match &content.voucher {
        Some(voucher) => format!("vouched for by {voucher}"),
        None => String::from("nobody vouches for it"),
    };
    vec![format!("seal: key {}, {kept}; {voucher}", sealed.seal.key)]
}

/// Looks are believed to have happened as their vantage says.
fn vantages(content: &Content) -> Vec<String> {
    let mut looks: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, event) in &content.events {
        if let Event::Looked { ask, .. } = event {
            *looks.entry(&ask.from.0).or_default() += 1;
        }
    }
    let told = |(name, count): (&&str, &usize)| {
        format!("vantage {name}: that {count} looks went as they are told")
    };
    looks.iter().map(told).collect()
}

/// What a wire concluded from bytes that are not in the record.
fn wires(content: &Content) -> Vec<String> {
    let mut said = BTreeSet::new();
    for (seq, event) in &content.events {
        let Event::Looked { ask, outcome: Ok(digest), .. } = event else { continue };
        if let What::Http(request) | What::Burst { request, .. } = &ask.what
            && let Some(reference) = &request.authorization
        {
            said.insert(format!("secret {reference}: sent by vantage {}, not kept", ask.from.0));
        }
        let bytes = content.evidence.get(digest);
        let seen = bytes.and_then(|bytes| canonical::read::<Seen>(bytes).ok());
        said.extend(seen.and_then(|seen| believed(*seq, &ask.from.0, &seen)));
    }
    said.into_iter().collect()
}

fn believed(seq: Seq, from: &str, seen: &Seen) -> Option<String> {
    match seen {
        Seen::Handshake(handshake) => Some(format!(
            "trust roots of vantage {from}: those with the digest {}",
            handshake.roots_sha256
        )),
        Seen::Variables(variables) => Some(format!(
            "facts about {} secret values at vantage {from} (event {}): computed there by revision {}",
            variables.facts.len(),
            seq.0,
            variables.revision
        )),
        Seen::Stream(_) => Some(format!("event {}: a file read to its end and not kept", seq.0)),
        Seen::Sqlite(_) => Some(format!("event {}: a database looked into and not kept", seq.0)),
        Seen::Git(_) => Some(format!("event {}: what git said of a repository", seq.0)),
        Seen::Setting(setting) => Some(format!(
            "event {}: a value of a configuration file, read as {} by revision {} and not kept",
            seq.0, setting.format, setting.revision
        )),
        Seen::Searched(searched) => Some(format!(
            "event {}: {} source files, searched by revision {} and not kept",
            seq.0, searched.files, searched.revision
        )),
        Seen::Earlier(earlier) => {
            Some(format!("event {}: run {}, which is a record of its own", seq.0, earlier.run))
        }
        Seen::Addresses(_)
        | Seen::Control
        | Seen::Connected(_)
        | Seen::Http(_)
        | Seen::Burst(_)
        | Seen::File(_)
        | Seen::Stat(_)
        | Seen::List(_)
        | Seen::Found(_)
        | Seen::Filesystem(_)
        | Seen::Output(_)
        | Seen::Listeners(_)
        | Seen::Absent => None,
    }
}

fn clocks(content: &Content) -> Vec<String> {
    let mut clocks: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (_, event) in &content.events {
        if let Event::Looked { ask, at, .. } = event {
            let span = clocks.entry(&ask.from.0).or_insert((at.0, at.0));
            *span = (span.0.min(at.0), span.1.max(at.0));
        }
    }
    let told = |(name, (first, last)): (&&str, &(i64, i64))| {
        let (first, last) = (Time(*first).rfc3339(), Time(*last).rfc3339());
        format!("clock of this machine, for vantage {name}: looks from {first} to {last}")
    };
    clocks.iter().map(told).collect()
}
