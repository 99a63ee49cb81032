//! Vantages of the settings: where looks are made from, and what side of the network that is.

use std::collections::BTreeSet;

use holdpoint_model::line::Side;
use toml::de::DeTable;

use crate::{
    nearest::hint,
    settings::reader::{Place, Reader},
};

/// A vantage as declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vantage {
    /// It is this machine.
    pub here: bool,
    /// It is reached by `ssh`, as its client spells the destination.
    pub ssh: Option<String>,
    /// Looks go through this proxy.
    pub proxy: Option<String>,
    /// Looks are made in this network namespace.
    pub netns: Option<String>,
    /// The sides that it sees.
    pub counts_as: BTreeSet<Side>,
    /// Where its table begins.
    pub place: Place,
}

const KEYS: &[&str] = &["here", "ssh", "proxy", "netns", "counts-as"];

/// Reads one `[vantage.NAME]`.
pub(crate) fn read<'a>(
    reader: &mut Reader<'a>,
    within: &str,
    place: Place,
    table: &'a DeTable<'a>,
) -> Vantage {
    let mut vantage = Vantage { place, ..Vantage::default() };
    for entry in reader.entries(table) {
        match entry.key {
            "here" => vantage.here = reader.flag(&entry).unwrap_or(false),
            "ssh" => vantage.ssh = reader.string(&entry),
            "proxy" => vantage.proxy = reader.string(&entry),
            "netns" => vantage.netns = reader.string(&entry),
            "counts-as" => {
                for word in reader.list(&entry).unwrap_or_default() {
                    match Side::read(&word) {
                        Some(side) => {
                            vantage.counts_as.insert(side);
                        }
                        None => {
                            let words = Side::ALL.iter().map(|side| side.word());
                            let mut help = hint(&word, words);
                            if help.is_empty() {
                                help = String::from("a vantage counts as `outside` or `inside`");
                            }
                            reader.wrong_value(&entry, &format!("`{word}` is no side"), help);
                        }
                    }
                }
            }
            _ => reader.unknown_key(&entry, within, KEYS),
        }
    }
    let ways = usize::from(vantage.here)
        + [&vantage.ssh, &vantage.proxy, &vantage.netns].iter().filter(|it| it.is_some()).count();
    if ways > 1 {
        let what = format!("{within} is reached in more than one way");
        let help = String::from("keep one of `here`, `ssh`, `proxy`, `netns`");
        reader.complain("settings::wrong-value", place, &what, help);
    }
    vantage
}
