//! What was seen in a look, arranged for a reader: the page and the terminal lay out the same.

mod asked;
mod host;
mod network;
mod tree;

use holdpoint_model::{ask::What, fault::Fault, look::Look, seen::Seen, time::Time};

pub use asked::asked;
pub use network::samples;

use crate::when::rfc3339;

/// One thing to lay before a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exhibit {
    /// The look came back empty-handed.
    Blind {
        /// Why.
        fault: Fault,
        /// What the wire said beyond that; may be empty.
        note: String,
    },
    /// Labels with their values.
    Facts(Vec<Fact>),
    /// One HTTP request and its answer.
    Exchange(Exchange),
    /// Certificates as sent, the leaf first.
    Chain(Vec<Link>),
    /// What happened at several moments.
    Timeline(Timeline),
    /// Rows under a header.
    Table(Table),
    /// Text as it was read.
    Text(Excerpt),
}

/// A label with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// A word or two.
    pub label: String,
    /// What was seen.
    pub value: String,
}

/// One HTTP request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// `GET /path`.
    pub request: String,
    /// Header fields that were sent beside those of every request, the host first.
    pub sent: Vec<(String, String)>,
    /// Where the connection led: address, port, and whether over TLS.
    pub over: String,
    /// Status code.
    pub status: u16,
    /// The words that go with the code, where it is a registered one.
    pub phrase: &'static str,
    /// Header fields of the answer in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body, as far as it was kept.
    pub body: Excerpt,
    /// Milliseconds of the phases, in their order: a word for each.
    pub phases: Vec<(&'static str, u32)>,
}

/// One certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is in the chain: `leaf`, `sent second`, …
    pub place: String,
    /// Subject.
    pub subject: String,
    /// Issuer.
    pub issuer: String,
    /// Names and addresses it is for.
    pub names: Vec<String>,
    /// Begin of validity.
    pub not_before: Time,
    /// End of validity.
    pub not_after: Time,
    /// When it was looked at.
    pub looked: Time,
    /// Hex SHA-256 of the certificate.
    pub sha256: String,
}

impl Link {
    /// Whole days from the look to the end of validity; negative when it is over.
    pub fn days_left(&self) -> i64 {
        self.not_after.since(self.looked).div_euclid(holdpoint_model::time::DAY)
    }

    /// The same in words.
    pub fn left(&self) -> String {
        match self.days_left() {
            days @ ..0 => format!("over for {} days", -days),
            1 => String::from("1 day left"),
            days @ 0.. => format!("{days} days left"),
        }
    }

    /// How much of the validity was over when it was looked at, in thousandths.
    pub fn used(&self) -> i64 {
        let whole = self.not_after.since(self.not_before).max(1);
        let gone = self.looked.since(self.not_before).clamp(0, whole);
        gone.saturating_mul(1000) / whole
    }
}

/// Moments on one line of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// What the moments are of.
    pub title: String,
    /// They in order.
    pub points: Vec<Point>,
    /// How often each outcome occurred, the most frequent first.
    pub tally: Vec<(String, usize)>,
}

/// One moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Milliseconds after the first.
    pub at_ms: i64,
    /// Milliseconds that it took, where that was measured.
    pub took_ms: Option<u32>,
    /// A status code, or the word of a fault.
    pub outcome: String,
    /// What sort of outcome.
    pub sort: Sort,
}

/// What sort of outcome a moment had. No judgement: whether it is wanted is the check's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// 1xx, 2xx, or a look that saw.
    Answered,
    /// 3xx.
    Moved,
    /// 4xx.
    Declined,
    /// 5xx.
    Broken,
    /// Nothing came back.
    Blind,
}

/// Rows under a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What the rows are.
    pub title: String,
    /// Header cells.
    pub head: Vec<&'static str>,
    /// Rows, each as long as the header.
    pub rows: Vec<Vec<String>>,
    /// Whether there was more than the look brought back.
    pub truncated: bool,
}

/// Text as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// What it is: `body`, `standard output`, a path.
    pub title: String,
    /// As kept; never a secret.
    pub text: String,
    /// Bytes of the whole, where known.
    pub bytes: Option<u64>,
    /// Hex SHA-256 of what was read, where it was taken.
    pub sha256: Option<String>,
    /// Whether it went on behind what was kept.
    pub truncated: bool,
}

/// What a look brought, to be laid out in this order. Never empty.
pub fn of(look: &Look) -> Vec<Exhibit> {
    match &look.outcome {
        Ok(seen) => of_seen(look, seen),
        Err(fault) => vec![Exhibit::Blind { fault: *fault, note: look.note.clone() }],
    }
}

fn of_seen(look: &Look, seen: &Seen) -> Vec<Exhibit> {
    let what = &look.ask.what;
    match seen {
        Seen::Addresses(addresses) => network::addresses(addresses),
        Seen::Control => vec![facts([("control", "answers")])],
        Seen::Connected(it) => network::connected(it),
        Seen::Handshake(it) => network::handshake(it, look.at),
        Seen::Http(it) => vec![network::exchange(what, it)],
        Seen::Burst(shots) => network::burst(shots),
        Seen::File(it) => host::file(what, it),
        Seen::Stat(it) => vec![host::entry(it)],
        Seen::List(it) => host::list(it),
        Seen::Filesystem(it) => vec![host::filesystem(it)],
        Seen::Output(it) => host::output(it),
        Seen::Listeners(it) => vec![host::listeners(it)],
        Seen::Variables(it) => host::variables(it),
        Seen::Stream(it) => vec![host::stream(it)],
        Seen::Sqlite(it) => host::sqlite(it),
        Seen::Git(it) => vec![tree::git(it)],
        Seen::Found(it) => tree::found(it),
        Seen::Setting(it) => tree::setting(what, it),
        Seen::Searched(it) => tree::searched(it),
        Seen::Earlier(it) => {
            let at = rfc3339(it.at);
            let mut all = vec![facts([("seen by run", it.run.as_str()), ("at", at.as_str())])];
            let mut inner = Look { at: it.at, ..look.clone() };
            if let What::Earlier(asked) = what {
                inner.ask.what = What::clone(asked);
            }
            all.extend(of_seen(&inner, &it.seen));
            all
        }
        Seen::Absent => vec![facts([("seen", "there is no such thing")])],
    }
}

/// What a look brought in a few words: a status, an end, a number of rows.
pub fn brief(all: &[Exhibit]) -> String {
    match all.first() {
        None => String::new(),
        Some(Exhibit::Blind { fault, .. }) => fault.word().to_owned(),
        Some(Exhibit::Facts(rows)) => rows.first().map_or_else(String::new, |row| {
            let value: String = row.value.chars().take(60).collect();
            format!("{} {value}", row.label)
        }),
        Some(Exhibit::Exchange(it)) => format!("{} {}", it.status, it.phrase).trim_end().to_owned(),
        Some(Exhibit::Chain(links)) => match links.first() {
            None => String::from("no certificate"),
            Some(leaf) => leaf.left(),
        },
        Some(Exhibit::Timeline(it)) => it.words(),
        Some(Exhibit::Table(it)) => match it.rows.len() {
            0 => format!("{}: none", it.title),
            1 => String::from("1 row"),
            n => format!("{n} rows"),
        },
        Some(Exhibit::Text(it)) => it.bytes.map_or_else(|| String::from("text"), size),
    }
}

/// Facts of fixed labels.
fn facts<'a>(pairs: impl IntoIterator<Item = (&'static str, &'a str)>) -> Exhibit {
    Exhibit::Facts(pairs.into_iter().map(|(label, value)| fact(label, value)).collect())
}

fn fact(label: &str, value: impl Into<String>) -> Fact {
    Fact { label: label.to_owned(), value: value.into() }
}

/// A list as one value; nothing where it is empty.
fn listed(label: &str, items: &[String]) -> Option<Fact> {
    (!items.is_empty()).then(|| fact(label, items.join(", ")))
}

fn yes(it: bool) -> &'static str {
    if it { "yes" } else { "no" }
}

/// A number of bytes as people say it, the exact number beside it.
pub fn size(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000_u64), ("MB", 1_000_000), ("kB", 1_000)];
    match units.into_iter().find(|(_, unit)| *unit <= bytes) {
        None => format!("{bytes} bytes"),
        Some((word, unit)) => {
            format!("{}.{} {word} ({bytes} bytes)", bytes / unit, bytes % unit * 10 / unit)
        }
    }
}

#[cfg(test)]
mod tests;
