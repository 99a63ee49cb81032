//! Seen: what came back. Only what checks read, never a secret.

use std::{collections::BTreeMap, net::IpAddr};

use serde::{Deserialize, Serialize};

use crate::{
    found::{Found, Searched, Setting},
    time::Time,
};

/// An answer to the ask of the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// Addresses in a stable order; none when the name exists without any.
    Addresses(Vec<IpAddr>),
    /// The control answered.
    Control,
    /// The connection stood.
    Connected(Connected),
    /// The handshake was finished, trusted or not.
    Handshake(Handshake),
    /// An HTTP response.
    Http(Response),
    /// What came back of many requests.
    Burst(Vec<Shot>),
    /// The bytes of a file.
    File(File),
    /// Facts about a path.
    Stat(Entry),
    /// The entries of a folder.
    List(List),
    /// A file system.
    Filesystem(Filesystem),
    /// What a program wrote, and how it ended.
    Output(Output),
    /// Listening sockets.
    Listeners(Vec<Listener>),
    /// Facts about variables.
    Variables(Variables),
    /// A file read to its end.
    Stream(Stream),
    /// The structure of a SQLite file.
    Sqlite(Sqlite),
    /// What a repository answered.
    Git(Git),
    /// Paths that fit a pattern.
    Found(Found),
    /// Facts about a value of a configuration file.
    Setting(Setting),
    /// Places in source files.
    Searched(Searched),
    /// What an earlier run saw.
    Earlier(Earlier),
    /// There is no such thing: a file, a folder, a process, an earlier run.
    Absent,
}

/// See [`crate::ask::What::Connect`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connected {
    /// Milliseconds until the connection stood.
    pub connect_ms: u32,
    /// What was answered first, as hex.
    pub answer: String,
    /// Whether the peer closed the connection while we read.
    pub closed: bool,
}

/// One certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Hex SHA-256 of the DER bytes.
    pub sha256: String,
    /// Hex SHA-256 of the public key.
    pub key_sha256: String,
    /// Subject as text.
    pub subject: String,
    /// Issuer as text.
    pub issuer: String,
    /// DNS names and addresses of the subject alternative names.
    pub names: Vec<String>,
    /// Begin of validity.
    pub not_before: Time,
    /// End of validity.
    pub not_after: Time,
}

/// What a verifier said of a chain, dates and name left aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// The chain ends in one of the authorities.
    Trusted,
    /// It does not, and why.
    Untrusted(String),
    /// There were no authorities to judge by.
    NoRoots,
}

/// See [`crate::ask::What::Handshake`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handshake {
    /// `TLSv1.2` or `TLSv1.3`.
    pub protocol: String,
    /// Cipher suite by its registered name.
    pub cipher: String,
    /// Certificates as sent, the leaf first.
    pub chain: Vec<Certificate>,
    /// Whether the chain is trusted.
    pub trust: Trust,
    /// Hex SHA-256 over the authorities' DER bytes, in sorted order.
    pub roots_sha256: String,
    /// Whether an OCSP answer was stapled.
    pub stapled: bool,
}

/// See [`crate::ask::What::Http`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Header fields in the order sent, names in lower case; `set-cookie` values are left out.
    pub headers: Vec<(String, String)>,
    /// The first bytes of the body as text, U+FFFD where it is none.
    pub body: String,
    /// Bytes of the body that were read.
    pub body_bytes: u64,
    /// Hex SHA-256 of the bytes that were read.
    pub body_sha256: String,
    /// Whether the body went on behind what was read.
    pub truncated: bool,
    /// Milliseconds from the start to the end of the connection's making.
    pub connect_ms: u32,
    /// Milliseconds from there to the end of the TLS handshake; 0 without TLS.
    pub handshake_ms: u32,
    /// Milliseconds from there to the first byte of the answer.
    pub first_byte_ms: u32,
    /// Milliseconds of the whole exchange.
    pub total_ms: u32,
}

impl Response {
    /// Every value of a header field; `name` in lower case.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a header field; `name` in lower case.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// One request of a burst.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shot {
    /// Milliseconds after the start of the burst at which it was sent.
    pub at_ms: u32,
    /// Status code, or the word of the fault.
    pub outcome: Result<u16, crate::fault::Fault>,
}

/// See [`crate::ask::What::Read`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The first bytes as text, U+FFFD where it is none.
    pub text: String,
    /// Size of the whole file in bytes; for files of `/proc` and `/sys`, of what was read.
    pub bytes: u64,
    /// Hex SHA-256 of the bytes that were read.
    pub sha256: String,
    /// Whether the file goes on behind what was read.
    pub truncated: bool,
}

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// Anything else.
    Other,
}

/// One path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Last component of the path.
    pub name: String,
    /// What it is; a link is told as such and not followed.
    pub kind: EntryKind,
    /// Size in bytes.
    pub bytes: u64,
    /// Permission bits, such as 0o600.
    pub mode: u32,
    /// User id of the owner.
    pub owner: u32,
    /// Time of the last change of the content, whole seconds.
    pub modified: Time,
    /// Where a link points to.
    pub points_to: Option<String>,
}

/// See [`crate::ask::What::List`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Entries by name.
    pub entries: Vec<Entry>,
    /// The machine's own clock at the time of the look, whole seconds.
    pub clock: Time,
    /// Whether there are more entries than were listed.
    pub truncated: bool,
}

/// See [`crate::ask::What::Filesystem`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filesystem {
    /// Size in bytes.
    pub bytes: u64,
    /// Bytes that an ordinary user may still write.
    pub available: u64,
    /// Inodes; 0 where the file system has no such limit.
    pub inodes: u64,
    /// Inodes that are free.
    pub inodes_free: u64,
    /// Whether it is mounted for reading only.
    pub read_only: bool,
}

/// See [`crate::ask::What::Run`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    /// Standard output as text, bounded, secrets replaced.
    pub stdout: String,
    /// Standard error as text, bounded, secrets replaced.
    pub stderr: String,
    /// Whether output went on behind what was kept.
    pub truncated: bool,
}

/// A listening TCP socket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Listener {
    /// Address it is bound to.
    pub address: IpAddr,
    /// Port.
    pub port: u16,
    /// Process id and name of the owner, where it could be seen.
    pub owner: Option<(u32, String)>,
}

/// See [`crate::ask::What::Variables`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variables {
    /// Facts by name, for every variable of the source.
    pub facts: BTreeMap<String, Facts>,
    /// Physical lines that could not be read as assignments.
    pub malformed: Vec<u32>,
    /// Names that are assigned more than once.
    pub duplicates: Vec<String>,
    /// Lists or histories that values should have been compared with and could not be.
    pub not_compared: Vec<String>,
    /// Revision of the functions that computed the facts.
    pub revision: u32,
}

/// What is known of a value that nobody may keep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Characters as written, white space around it and one pair of quotes taken off.
    pub chars: u32,
    /// Bytes it decodes to when it is hex of even length.
    pub hex_bytes: Option<u32>,
    /// Bytes it decodes to when it is base64 or base64url.
    pub base64_bytes: Option<u32>,
    /// Estimated entropy of the whole value, in bits.
    pub entropy_bits: u32,
    /// Different characters in it.
    pub distinct: u32,
    /// The rule by which it looks like a placeholder.
    pub placeholder: Option<String>,
    /// The list of common or default values that holds it.
    pub listed: Option<String>,
    /// Other names of the source with the same value.
    pub same_as: Vec<String>,
    /// Whether it equals the template's value of that name; `None` without one.
    pub same_as_template: Option<bool>,
    /// Whether it stands in the history of the repository; `None` when that was not searched.
    pub in_history: Option<bool>,
    /// Types it can be read as: `int number bool port host url seconds email json`, and
    /// `url(SCHEME)`.
    pub types: Vec<String>,
    /// Texts asked about that it equals.
    pub equals: Vec<String>,
    /// Whether it still carries quotes inside its quotes, or a comment behind the value.
    pub oddity: Option<String>,
}

/// How a stream was packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Codec {
    /// Not packed.
    Plain,
    /// gzip, one member or several.
    Gzip,
    /// Zstandard, one frame or several.
    Zstd,
    /// A packing that this version cannot read (bzip2, xz, lz4), by its first bytes.
    Other,
}

/// How a stream ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StreamEnd {
    /// At its end, checksums right.
    Complete,
    /// Before its end.
    Cut {
        /// Bytes of the file at which it ended.
        at: u64,
    },
    /// With damage.
    Corrupt {
        /// Bytes of the file that had been read.
        at: u64,
        /// What the decoder said.
        why: String,
    },
}

/// See [`crate::ask::What::Stream`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Hex SHA-256 of the file.
    pub sha256: String,
    /// How it was packed.
    pub codec: Codec,
    /// Bytes after unpacking.
    pub decoded_bytes: u64,
    /// First 16 bytes after unpacking, as hex.
    pub magic: String,
    /// How it ended.
    pub end: StreamEnd,
    /// Which of the markers were found near its end.
    pub found: Vec<String>,
    /// Time of the last change of the file, whole seconds.
    pub modified: Time,
}

/// See [`crate::ask::What::Sqlite`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sqlite {
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Whether the file begins as a SQLite 3 file does.
    pub header: bool,
    /// Lines of `integrity_check`; `["ok"]` when all is well.
    pub integrity: Vec<String>,
    /// Rows of `foreign_key_check`.
    pub foreign_key_violations: u64,
    /// Rows by table, internal tables left out.
    pub tables: BTreeMap<String, u64>,
}

/// See [`crate::ask::What::Git`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Git {
    /// Answer to `Head`.
    Head {
        /// Commit id.
        commit: String,
        /// Branch; `None` when detached.
        branch: Option<String>,
        /// Whether nothing is changed or untracked.
        clean: bool,
    },
    /// Answer to `Tag`.
    Tag {
        /// The commit it names.
        commit: String,
        /// Whether it carries a signature (not whether the signature is good).
        signed: bool,
    },
    /// Answer to `Path`.
    Path {
        /// In the index.
        tracked: bool,
        /// By the ignore rules, index aside.
        ignored: bool,
        /// In any commit reachable from any ref.
        in_history: bool,
    },
    /// Answer to `MergedInto`.
    Merged(bool),
}

/// See [`crate::ask::What::Earlier`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The run that saw it.
    pub run: String,
    /// When.
    pub at: Time,
    /// What it saw.
    pub seen: Box<Seen>,
}
