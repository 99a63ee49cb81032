//! Asks: questions put to the world. A closed list, so that every fault of every ask can be tried.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::{limits, line::Impact};

/// Where a look is made from, by the name it has in the settings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Vantage(pub String);

impl Vantage {
    /// The machine that runs holdpoint.
    pub fn here() -> Self {
        Self(String::from("here"))
    }
}

/// One question, from one vantage. Two looks at the same thing differ in `nth`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ask {
    /// Where the look is made from.
    pub from: Vantage,
    /// The question.
    pub what: What,
    /// Which of several equal questions this is, from 1.
    pub nth: u32,
}

/// The machine whose files and processes an ask is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// The machine of the vantage itself.
    Here,
    /// A tree of files, such as a mounted image; paths are taken below it.
    Root(String),
    /// A machine reached by `ssh`, as its client spells the destination.
    Ssh(String),
    /// Whatever runs the POSIX shell that this argument vector starts (`docker exec -i app sh`).
    Command(Vec<String>),
}

/// Which authorities a TLS peer is verified with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Roots {
    /// Those of the vantage's system.
    System,
    /// Those of a PEM file at the vantage.
    File(String),
}

/// `http` or `https`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// The word before `://`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that goes without saying.
    pub fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// One HTTP/1.1 request. No redirect is followed and nothing is sent twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Request {
    /// `GET`, `HEAD`, `OPTIONS`, `POST`, …
    pub method: String,
    /// Over TLS or not.
    pub scheme: Scheme,
    /// Name for the `Host` header and for TLS.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path and query, beginning with `/`.
    pub path: String,
    /// Address to connect to.
    pub at: IpAddr,
    /// Further header fields; never a secret.
    pub headers: Vec<(String, String)>,
    /// A reference (`env:NAME`, `file:PATH`) to the value of the `Authorization` header.
    pub authorization: Option<String>,
    /// Local address to connect from, for claims about several clients.
    pub source: Option<IpAddr>,
    /// Authorities for TLS.
    pub roots: Roots,
    /// Bytes of the body that are kept.
    pub body_max: u32,
    /// Milliseconds for the whole exchange.
    pub timeout_ms: u32,
}

/// Where variables are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A dotenv file.
    File(String),
    /// The environment of a running process, by its id.
    Process(u32),
}

/// What a git repository is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GitAsk {
    /// The commit that is checked out, its branch and whether the tree is clean.
    Head,
    /// The commit a tag names, and whether the tag is signed.
    Tag(String),
    /// Whether a path is tracked, ignored, or in the history.
    Path(String),
    /// Whether `HEAD` is an ancestor of, or equal to, a branch.
    MergedInto(String),
}

/// How a value of a configuration is compared with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// It is the text; numbers and truths are compared as what they mean.
    Equals,
    /// It is a text with this in it, a list with this among its items, or a table with this key.
    Contains,
    /// It is a number greater than this, or equal.
    AtLeast,
    /// It is a number greater than this.
    Greater,
    /// It is a number less than this, or equal.
    AtMost,
    /// It is a number less than this.
    Less,
}

/// One comparison, decided where the value is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Comparison {
    /// How.
    pub relation: Relation,
    /// With what.
    pub text: String,
}

/// The questions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Every address of a name, IPv4 and IPv6.
    Addresses {
        /// Fully qualified name.
        name: String,
    },
    /// Whether a declared control answers: are we blind, or is the target down?
    Control {
        /// Host name or address.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// A TCP connection; then optionally bytes, and what comes back first.
    Connect {
        /// Address and port.
        at: SocketAddr,
        /// Milliseconds until it must stand.
        timeout_ms: u32,
        /// Bytes to send, as hex; empty sends nothing.
        send: String,
        /// Bytes of the answer that are kept; 0 reads nothing.
        read_max: u32,
    },
    /// A TLS handshake that is finished even when the peer's certificate is not trusted.
    Handshake {
        /// Address and port.
        at: SocketAddr,
        /// Name sent to the server; `None` sends none.
        name: Option<String>,
        /// Authorities to judge the chain by.
        roots: Roots,
        /// Milliseconds for connection and handshake.
        timeout_ms: u32,
    },
    /// One HTTP exchange.
    Http(Request),
    /// Many equal requests, evenly spread; one look.
    Burst {
        /// The request; its body is read and thrown away.
        request: Request,
        /// How many.
        count: u32,
        /// Milliseconds over which they are due.
        over_ms: u32,
        /// Whether each carries another forged `X-Forwarded-For`.
        forged: bool,
    },
    /// The bytes of a file.
    Read {
        /// Machine.
        on: Host,
        /// Path.
        path: String,
        /// Bytes that are kept.
        max: u32,
    },
    /// Facts about one path.
    Stat {
        /// Machine.
        on: Host,
        /// Path.
        path: String,
    },
    /// The entries of a folder, not deeper; for a file, the file itself.
    List {
        /// Machine.
        on: Host,
        /// Path.
        path: String,
    },
    /// The file system that holds a path.
    Filesystem {
        /// Machine.
        on: Host,
        /// Path.
        path: String,
    },
    /// A local program without a shell, that changes nothing.
    Run {
        /// Machine.
        on: Host,
        /// Program and arguments.
        argv: Vec<String>,
        /// Milliseconds until its process group is ended.
        timeout_ms: u32,
    },
    /// Listening TCP sockets.
    Listeners {
        /// Machine.
        on: Host,
    },
    /// Facts about variables; never their values.
    Variables {
        /// Machine.
        on: Host,
        /// Where they are read.
        source: Source,
        /// A template whose values are not real ones.
        template: Option<String>,
        /// Names whose absence is of interest; the others are compared with them.
        names: Vec<String>,
        /// Texts that a value is compared with, by name.
        compare: Vec<(String, String)>,
        /// A repository in whose history the values are searched.
        history: Option<String>,
    },
    /// A file read to its end through its compression; never its content.
    Stream {
        /// Machine.
        on: Host,
        /// Path.
        path: String,
        /// Texts looked for in the last 64 KiB of the decoded stream.
        markers: Vec<String>,
    },
    /// The structure of a SQLite file, opened for reading only.
    Sqlite {
        /// Machine.
        on: Host,
        /// Path.
        path: String,
    },
    /// A git repository at the vantage.
    Git {
        /// Path of the work tree.
        repo: String,
        /// The question.
        ask: GitAsk,
    },
    /// Paths that fit a pattern letter by letter, with what they lead to. `*` and `?` stand for
    /// characters of a name, `**` for folders.
    Find {
        /// Machine.
        on: Host,
        /// The folder that the pattern begins in and that nothing may lead out of; `None` for a
        /// pattern from the root.
        below: Option<String>,
        /// Pattern.
        pattern: String,
    },
    /// A value of a configuration file, by its key, as facts.
    Setting {
        /// Machine.
        on: Host,
        /// Path.
        path: String,
        /// How the file is read; `None` lets its name tell.
        format: Option<String>,
        /// Names from the outside to the inside, separated by dots; `[0]` is an item of a list.
        key: String,
        /// What the value is compared with.
        compare: Vec<Comparison>,
    },
    /// Places in the source of a work tree at which a text stands. A text that begins with `re:` is
    /// a regular expression.
    Search {
        /// Folder of the work tree.
        repo: String,
        /// Paths and patterns below it; none means all of it.
        paths: Vec<String>,
        /// The text.
        text: String,
        /// A text that only files of interest hold.
        when: Option<String>,
    },
    /// What an earlier run, for the same document and environment, saw last when it asked this.
    Earlier(Box<Self>),
}

impl What {
    /// The role of an ask unless its check says otherwise: the word for its kind.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Addresses { .. } => "addresses",
            Self::Control { .. } => "control",
            Self::Connect { .. } => "connect",
            Self::Handshake { .. } => "handshake",
            Self::Http(_) => "http",
            Self::Burst { .. } => "burst",
            Self::Read { .. } => "read",
            Self::Stat { .. } => "stat",
            Self::List { .. } => "list",
            Self::Filesystem { .. } => "filesystem",
            Self::Run { .. } => "run",
            Self::Listeners { .. } => "listeners",
            Self::Variables { .. } => "variables",
            Self::Stream { .. } => "stream",
            Self::Sqlite { .. } => "sqlite",
            Self::Git { .. } => "git",
            Self::Find { .. } => "find",
            Self::Setting { .. } => "setting",
            Self::Search { .. } => "search",
            Self::Earlier(_) => "earlier",
        }
    }

    /// What is looked at, as people call it.
    pub fn subject(&self) -> String {
        let quoted = |text: &str| format!("`{text}`");
        match self {
            Self::Addresses { name } => quoted(name),
            Self::Control { host, port } => format!("the control `{host}:{port}`"),
            Self::Connect { at, .. } | Self::Handshake { at, .. } => quoted(&at.to_string()),
            Self::Http(request) | Self::Burst { request, .. } => {
                let Request { scheme, host, port, path, at, .. } = request;
                let path = path.split('?').next().unwrap_or_default();
                format!("`{}://{host}:{port}{path}` at {at}", scheme.word())
            }
            Self::Read { path, .. }
            | Self::Stat { path, .. }
            | Self::List { path, .. }
            | Self::Filesystem { path, .. }
            | Self::Stream { path, .. }
            | Self::Sqlite { path, .. } => quoted(path),
            Self::Find { pattern, .. } => quoted(pattern),
            Self::Setting { path, key, .. } => format!("`{key}` in `{path}`"),
            Self::Search { paths, .. } if paths.is_empty() => String::from("the source"),
            Self::Search { paths, .. } => quoted(&paths.join(",")),
            Self::Run { argv, .. } => quoted(argv.first().map_or("", String::as_str)),
            Self::Listeners { .. } => String::from("the listening sockets"),
            Self::Variables { source: Source::File(path), .. } => quoted(path),
            Self::Variables { source: Source::Process(id), .. } => {
                format!("the environment of process {id}")
            }
            Self::Git { repo, .. } => quoted(repo),
            Self::Earlier(what) => format!("what an earlier run saw of {}", what.subject()),
        }
    }

    /// Whether it is a file that is looked at, not something that answers.
    pub fn is_file(&self) -> bool {
        match self {
            Self::Read { .. }
            | Self::Stat { .. }
            | Self::List { .. }
            | Self::Filesystem { .. }
            | Self::Stream { .. }
            | Self::Sqlite { .. }
            | Self::Variables { .. }
            | Self::Find { .. }
            | Self::Setting { .. }
            | Self::Search { .. }
            | Self::Git { .. } => true,
            Self::Addresses { .. }
            | Self::Control { .. }
            | Self::Connect { .. }
            | Self::Handshake { .. }
            | Self::Http(_)
            | Self::Burst { .. }
            | Self::Run { .. }
            | Self::Listeners { .. }
            | Self::Earlier(_) => false,
        }
    }

    /// What looking in this way may do to its target.
    pub fn impact(&self) -> Impact {
        match self {
            Self::Burst { .. } => Impact::Active,
            Self::Http(request) => match request.method.as_str() {
                "GET" | "HEAD" | "OPTIONS" => Impact::Passive,
                _ => Impact::Active,
            },
            Self::Run { .. } => Impact::ReadOnly,
            Self::Addresses { .. }
            | Self::Control { .. }
            | Self::Connect { .. }
            | Self::Handshake { .. }
            | Self::Read { .. }
            | Self::Stat { .. }
            | Self::List { .. }
            | Self::Filesystem { .. }
            | Self::Listeners { .. }
            | Self::Variables { .. }
            | Self::Stream { .. }
            | Self::Sqlite { .. }
            | Self::Git { .. }
            | Self::Find { .. }
            | Self::Setting { .. }
            | Self::Search { .. }
            | Self::Earlier(_) => Impact::Passive,
        }
    }

    /// Milliseconds after which the runtime gives up on the look, whatever the wire does.
    pub fn patience_ms(&self) -> u32 {
        match self {
            Self::Connect { timeout_ms, .. } | Self::Handshake { timeout_ms, .. } => {
                timeout_ms.saturating_add(2_000)
            }
            Self::Http(request) => request.timeout_ms.saturating_add(2_000),
            Self::Burst { request, over_ms, .. } => {
                over_ms.saturating_add(request.timeout_ms).saturating_add(5_000)
            }
            Self::Run { timeout_ms, .. } => timeout_ms.saturating_add(2_000),
            Self::Stream { .. }
            | Self::Sqlite { .. }
            | Self::Variables { .. }
            | Self::Search { .. } => 600_000,
            Self::Find { .. } => limits::LOOK_MS.saturating_mul(6),
            Self::Control { .. } => limits::CONNECT_MS.saturating_add(2_000),
            Self::Addresses { .. }
            | Self::Read { .. }
            | Self::Stat { .. }
            | Self::List { .. }
            | Self::Filesystem { .. }
            | Self::Listeners { .. }
            | Self::Git { .. }
            | Self::Setting { .. }
            | Self::Earlier(_) => limits::LOOK_MS.saturating_mul(3),
        }
    }
}
