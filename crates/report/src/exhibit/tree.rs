//! Exhibits of what was seen of work trees and configuration files.

use holdpoint_model::{
    ask::{Comparison, Relation, What},
    found::{Found, Held, Hit, Searched, Setting, Spot, StandIn, Value},
    seen::Git,
};

use super::{Exhibit, Table, fact, host, listed, yes};

pub(super) fn git(it: &Git) -> Exhibit {
    Exhibit::Facts(match it {
        Git::Head { commit, branch, clean } => vec![
            fact("commit", commit.as_str()),
            fact("branch", branch.as_deref().unwrap_or("none, detached")),
            fact("work tree", if *clean { "clean" } else { "changed" }),
        ],
        Git::Tag { commit, signed } => {
            vec![fact("commit", commit.as_str()), fact("carries a signature", yes(*signed))]
        }
        Git::Path { tracked, ignored, in_history } => vec![
            fact("tracked", yes(*tracked)),
            fact("ignored", yes(*ignored)),
            fact("in the history", yes(*in_history)),
        ],
        Git::Merged(merged) => vec![fact("merged", yes(*merged))],
    })
}

pub(super) fn found(it: &Found) -> Vec<Exhibit> {
    let row = |hit: &Hit| {
        let kind = hit.kind.map_or("leads nowhere", host::kind).to_owned();
        let mut remarks = Vec::new();
        remarks.extend(hit.points_to.as_ref().map(|to| format!("link to {to}")));
        remarks.extend(hit.outside.then(|| String::from("leads out of the folder")));
        remarks.extend(hit.entries.map(|n| format!("{n} entries")));
        remarks.extend(hit.stand_in.map(|it| match it {
            StandIn::Blank => String::from("nothing but white space"),
            StandIn::Pointer => String::from("a Git LFS pointer"),
        }));
        vec![hit.path.clone(), kind, hit.bytes.to_string(), remarks.join("; ")]
    };
    let mut rows = vec![fact("folders looked into", it.folders.to_string())];
    rows.extend(listed("fits but for capitals", &it.other_case));
    rows.extend(listed("not looked into", &it.unread));
    rows.extend(listed("passed over", &it.passed_over));
    vec![
        Exhibit::Table(Table {
            title: String::from("what fits"),
            head: vec!["path", "kind", "bytes", "remarks"],
            rows: it.hits.iter().map(row).collect(),
            truncated: it.truncated,
        }),
        Exhibit::Facts(rows),
    ]
}

fn relation(it: &Comparison) -> String {
    let word = match it.relation {
        Relation::Equals => "is",
        Relation::Contains => "contains",
        Relation::AtLeast => "≥",
        Relation::Greater => ">",
        Relation::AtMost => "≤",
        Relation::Less => "<",
    };
    format!("{word} {}", it.text)
}

pub(super) fn setting(what: &What, it: &Setting) -> Vec<Exhibit> {
    let compared: &[Comparison] =
        if let What::Setting { compare, .. } = what { compare } else { &[] };
    let row = |value: &Value| {
        let held = value.held.iter().enumerate().map(|(nth, held)| {
            let asked = compared.get(nth).map_or_else(String::new, relation);
            let held = match held {
                Held::Yes => String::from("yes"),
                Held::No => String::from("no"),
                Held::Unsure(why) => format!("not to be told: {why}"),
            };
            format!("{asked}: {held}")
        });
        let held: Vec<String> = held.collect();
        let shown = value.shown.clone().unwrap_or_else(|| String::from("(not kept)"));
        let odd = value.oddity.clone().unwrap_or_default();
        vec![shown, value.kind.word().to_owned(), held.join("; "), odd]
    };
    let mut rows = vec![fact("read as", it.format.as_str())];
    if 1 < it.documents {
        rows.push(fact("documents", it.documents.to_string()));
    }
    rows.extend(listed("also at", &it.elsewhere));
    rows.extend(listed("keys beside it", &it.beside));
    rows.extend(listed("doubts", &it.doubts));
    rows.push(fact("sha256", it.sha256.as_str()));
    vec![
        Exhibit::Table(Table {
            title: String::from("values of the key"),
            head: vec!["value", "kind", "compared", "remarks"],
            rows: it.values.iter().map(row).collect(),
            truncated: false,
        }),
        Exhibit::Facts(rows),
    ]
}

pub(super) fn searched(it: &Searched) -> Vec<Exhibit> {
    let row = |spot: &Spot| {
        let comment = spot.comment.map_or("not to be told", yes);
        let (line, test) = (spot.line.to_string(), yes(spot.test).to_owned());
        vec![spot.path.clone(), line, comment.to_owned(), test]
    };
    let left_out: Vec<String> =
        it.left_out.iter().map(|(why, files)| format!("{files} {why}")).collect();
    let mut rows = vec![
        fact("files searched", it.files.to_string()),
        fact("files that fit", it.fitting.to_string()),
        fact("lines found", it.lines.to_string()),
    ];
    if 0 < it.changed {
        rows.push(fact("changed, not committed", it.changed.to_string()));
    }
    rows.extend(listed("lacking in", &it.lacking));
    rows.extend(listed("not known to git", &it.untracked));
    rows.extend(listed("left out", &left_out));
    rows.extend(listed("not read", &it.unread));
    rows.extend(listed("names no file", &it.empty));
    let more = usize::try_from(it.lines).unwrap_or(usize::MAX);
    vec![
        Exhibit::Table(Table {
            title: String::from("where it stands"),
            head: vec!["path", "line", "in a comment", "in a test"],
            rows: it.spots.iter().map(row).collect(),
            truncated: it.truncated || it.spots.len() < more,
        }),
        Exhibit::Facts(rows),
    ]
}
