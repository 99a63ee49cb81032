//! Found: what looks into work trees and configuration files bring back. Never a secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::seen::EntryKind;

/// See [`crate::ask::What::Find`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What fits the pattern letter by letter, by path.
    pub hits: Vec<Hit>,
    /// Paths that fit but for capitals and small letters.
    pub other_case: Vec<String>,
    /// Folders that we were not allowed to look into, or could not, each with why.
    pub unread: Vec<String>,
    /// Folders that `**` does not go into.
    pub passed_over: Vec<String>,
    /// Folders looked into.
    pub folders: u32,
    /// Whether there was more than a look may bring back.
    pub truncated: bool,
}

/// One path that fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Below the folder that was asked for, or from the root.
    pub path: String,
    /// Where it points to, if it is a link.
    pub points_to: Option<String>,
    /// What it is, links followed; `None` for a link that leads nowhere.
    pub kind: Option<EntryKind>,
    /// Whether it leads out of the folder that was asked for.
    pub outside: bool,
    /// Size of a file in bytes.
    pub bytes: u64,
    /// Entries of a folder, where they could be counted.
    pub entries: Option<u32>,
    /// What stands in the place of the content of a small file, where it is none.
    pub stand_in: Option<StandIn>,
}

/// What a file holds instead of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StandIn {
    /// Nothing but white space.
    Blank,
    /// The pointer that Git LFS keeps in the place of a large file.
    Pointer,
}

/// What a value of a configuration file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueKind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A value that says that there is none.
    Null,
    /// A list.
    List,
    /// A table of further keys.
    Table,
}

impl ValueKind {
    /// As people call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Bool => "true or false",
            Self::Null => "null",
            Self::List => "a list",
            Self::Table => "a table of keys",
        }
    }

    /// Whether it is made of further values.
    pub fn is_many(self) -> bool {
        matches!(self, Self::List | Self::Table)
    }
}

/// Whether a value stands in the relation that was asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// That depends on who reads the file, and how.
    Unsure(String),
}

/// One value that a key names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Characters of a text, items of a list, keys of a table; else 0.
    pub size: u32,
    /// One answer to each comparison of the ask, in its order.
    pub held: Vec<Held>,
    /// The value as people read it, where it is short and can be no secret.
    pub shown: Option<String>,
    /// Why nobody can tell what a program makes of it, where that is so.
    pub oddity: Option<String>,
}

/// See [`crate::ask::What::Setting`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// How the file was read: `json`, `yaml`, `toml`, `ini`, `properties`, `env` or `plist`.
    pub format: String,
    /// Every value that the key names: of several documents of one file, of keys written twice.
    pub values: Vec<Value>,
    /// Documents of the file; 1 but for YAML.
    pub documents: u32,
    /// Longer keys that end in this one, such as those of sections for one environment.
    pub elsewhere: Vec<String>,
    /// Names of the keys beside the place where the key would stand.
    pub beside: Vec<String>,
    /// What makes the reading of the whole file doubtful.
    pub doubts: Vec<String>,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Hex SHA-256 of the file.
    pub sha256: String,
    /// Revision of the functions that read and compare.
    pub revision: u32,
}

/// One place in a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// Path below the work tree.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Whether it stands in a comment; `None` where the language is not known.
    pub comment: Option<bool>,
    /// Whether the file is one of tests.
    pub test: bool,
}

/// See [`crate::ask::What::Search`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// Whether git said which files belong to the work tree.
    pub tracked: bool,
    /// Files that were searched from their beginning to their end.
    pub files: u32,
    /// The first of those that git does not know: they were asked for by name.
    pub untracked: Vec<String>,
    /// Searched files with changes that are not committed.
    pub changed: u32,
    /// Lines on which the text stands, in all files.
    pub lines: u32,
    /// The first of those places, code before comments and sources before tests.
    pub spots: Vec<Spot>,
    /// Files that hold the condition; all searched ones where there is none.
    pub fitting: u32,
    /// The first of the fitting files in which the text stands nowhere but in comments, if at all.
    pub lacking: Vec<String>,
    /// Files that were left out, by why.
    pub left_out: BTreeMap<String, u32>,
    /// Files that could not be read, each with why.
    pub unread: Vec<String>,
    /// Paths asked for that name no file.
    pub empty: Vec<String>,
    /// Whether there was more than a look may search.
    pub truncated: bool,
    /// Revision of the functions that search.
    pub revision: u32,
}
