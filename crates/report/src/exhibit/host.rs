//! Exhibits of what was seen of a machine: files, programs, sockets, variables, databases.

use holdpoint_model::{
    ask::What,
    seen::{
        Codec, Entry, EntryKind, Facts, File, Filesystem, List, Listener, Output, Sqlite, Stream,
        StreamEnd, Variables,
    },
};

use super::{Excerpt, Exhibit, Fact, Table, asked, fact, listed, size, yes};
use crate::when::rfc3339;

pub(super) fn file(what: &What, it: &File) -> Vec<Exhibit> {
    let title = if let What::Read { path, .. } = what { path.clone() } else { asked(what) };
    vec![Exhibit::Text(Excerpt {
        title,
        text: it.text.clone(),
        bytes: Some(it.bytes),
        sha256: Some(it.sha256.clone()),
        truncated: it.truncated,
    })]
}

pub(super) fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::Folder => "folder",
        EntryKind::Link => "link",
        EntryKind::Other => "other",
    }
}

fn mode(mode: u32) -> String {
    format!("{mode:04o}")
}

pub(super) fn entry(it: &Entry) -> Exhibit {
    let mut rows = vec![
        fact("name", it.name.as_str()),
        fact("kind", kind(it.kind)),
        fact("size", size(it.bytes)),
        fact("mode", mode(it.mode)),
        fact("owner", it.owner.to_string()),
        fact("modified", rfc3339(it.modified)),
    ];
    rows.extend(it.points_to.as_ref().map(|to| fact("points to", to.as_str())));
    Exhibit::Facts(rows)
}

pub(super) fn list(it: &List) -> Vec<Exhibit> {
    let row = |entry: &Entry| {
        let link = entry.points_to.as_ref().map_or_else(String::new, |to| format!(" → {to}"));
        vec![
            format!("{}{link}", entry.name),
            kind(entry.kind).to_owned(),
            entry.bytes.to_string(),
            mode(entry.mode),
            entry.owner.to_string(),
            rfc3339(entry.modified),
        ]
    };
    vec![
        Exhibit::Table(Table {
            title: String::from("entries"),
            head: vec!["name", "kind", "bytes", "mode", "owner", "modified"],
            rows: it.entries.iter().map(row).collect(),
            truncated: it.truncated,
        }),
        Exhibit::Facts(vec![fact("clock there", rfc3339(it.clock))]),
    ]
}

pub(super) fn filesystem(it: &Filesystem) -> Exhibit {
    let share = |part: u64, whole: u64| {
        part.saturating_mul(100)
            .checked_div(whole)
            .map_or_else(String::new, |it| format!(", {it} %"))
    };
    let mut rows = vec![
        fact("size", size(it.bytes)),
        fact("available", format!("{}{}", size(it.available), share(it.available, it.bytes))),
    ];
    if it.inodes != 0 {
        let free = share(it.inodes_free, it.inodes);
        rows.push(fact("inodes free", format!("{} of {}{free}", it.inodes_free, it.inodes)));
    }
    rows.push(fact("read-only", yes(it.read_only)));
    Exhibit::Facts(rows)
}

pub(super) fn output(it: &Output) -> Vec<Exhibit> {
    let end = it.status.map_or_else(|| String::from("ended by a signal"), |it| it.to_string());
    let mut all = vec![Exhibit::Facts(vec![fact("exit status", end)])];
    for (title, text) in [("standard output", &it.stdout), ("standard error", &it.stderr)] {
        if !text.is_empty() {
            all.push(Exhibit::Text(Excerpt {
                title: title.to_owned(),
                text: text.clone(),
                bytes: None,
                sha256: None,
                truncated: it.truncated,
            }));
        }
    }
    all
}

pub(super) fn listeners(all: &[Listener]) -> Exhibit {
    let row = |it: &Listener| {
        let owner = it.owner.as_ref();
        let owner = owner.map_or_else(String::new, |(id, name)| format!("{name} ({id})"));
        vec![it.address.to_string(), it.port.to_string(), owner]
    };
    Exhibit::Table(Table {
        title: String::from("listening sockets"),
        head: vec!["address", "port", "process"],
        rows: all.iter().map(row).collect(),
        truncated: false,
    })
}

pub(super) fn variables(it: &Variables) -> Vec<Exhibit> {
    let row = |(name, facts): (&String, &Facts)| {
        let types = facts.types.join(" ");
        let bits = format!("{} bits", facts.entropy_bits);
        vec![name.clone(), facts.chars.to_string(), bits, types, remarks(facts)]
    };
    let mut all = vec![Exhibit::Table(Table {
        title: String::from("variables; values are never kept"),
        head: vec!["name", "characters", "entropy", "reads as", "remarks"],
        rows: it.facts.iter().map(row).collect(),
        truncated: false,
    })];
    let mut rows = Vec::new();
    let malformed: Vec<String> = it.malformed.iter().map(u32::to_string).collect();
    rows.extend(listed("lines not read", &malformed));
    rows.extend(listed("assigned twice", &it.duplicates));
    rows.extend(listed("not compared with", &it.not_compared));
    if !rows.is_empty() {
        all.push(Exhibit::Facts(rows));
    }
    all
}

/// What is odd about a value, in words.
fn remarks(facts: &Facts) -> String {
    let mut words = Vec::new();
    words.extend(facts.placeholder.as_ref().map(|rule| format!("placeholder: {rule}")));
    words.extend(facts.listed.as_ref().map(|list| format!("listed in {list}")));
    if !facts.same_as.is_empty() {
        words.push(format!("same as {}", facts.same_as.join(", ")));
    }
    if facts.same_as_template == Some(true) {
        words.push(String::from("as in the template"));
    }
    if facts.in_history == Some(true) {
        words.push(String::from("in the history of the repository"));
    }
    if !facts.equals.is_empty() {
        words.push(format!("equals {}", facts.equals.join(", ")));
    }
    words.extend(facts.oddity.clone());
    words.join("; ")
}

pub(super) fn stream(it: &Stream) -> Exhibit {
    let codec = match it.codec {
        Codec::Plain => "not packed",
        Codec::Gzip => "gzip",
        Codec::Zstd => "Zstandard",
        Codec::Other => "one that cannot be read",
    };
    let end = match &it.end {
        StreamEnd::Complete => String::from("complete, checksums right"),
        StreamEnd::Cut { at } => format!("cut at byte {at}"),
        StreamEnd::Corrupt { at, why } => format!("corrupt at byte {at}: {why}"),
    };
    let mut rows: Vec<Fact> = vec![
        fact("end", end),
        fact("size", size(it.bytes)),
        fact("unpacked", size(it.decoded_bytes)),
        fact("packing", codec),
        fact("begins with", format!("hex {}", it.magic)),
    ];
    rows.extend(listed("found near its end", &it.found));
    rows.push(fact("modified", rfc3339(it.modified)));
    rows.push(fact("sha256", it.sha256.as_str()));
    Exhibit::Facts(rows)
}

pub(super) fn sqlite(it: &Sqlite) -> Vec<Exhibit> {
    let rows = vec![
        fact("integrity", it.integrity.join("; ")),
        fact("broken references", it.foreign_key_violations.to_string()),
        fact("size", size(it.bytes)),
        fact("begins as SQLite 3", yes(it.header)),
    ];
    let tables = it.tables.iter().map(|(name, rows)| vec![name.clone(), rows.to_string()]);
    vec![
        Exhibit::Facts(rows),
        Exhibit::Table(Table {
            title: String::from("tables"),
            head: vec!["table", "rows"],
            rows: tables.collect(),
            truncated: false,
        }),
    ]
}
