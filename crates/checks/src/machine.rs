//! Which machine a claim about a server's files and memory is about, and asks put to it.

use holdpoint_model::{
    ask::{Ask, Host, Vantage, What},
    look::{Look, Looks, Need, garbled},
    scope::Scope,
    seen::{File, Seen},
    verdict::Finding,
};

/// The declared server; for a check typed by hand, this machine.
pub(crate) fn server(scope: &Scope) -> Result<Host, Need> {
    match scope.host() {
        Err(_) if scope.here_is_enough => Ok(Host::Here),
        declared => declared,
    }
}

/// One question from this vantage.
pub(crate) fn ask(what: What, nth: u32) -> Ask {
    Ask { from: Vantage::here(), what, nth }
}

/// A small file, and when it was looked at; `None` where there is none.
pub(crate) fn read<'a>(
    looks: &'a Looks,
    on: &Host,
    path: &str,
    max: u32,
) -> Result<(&'a Look, Option<&'a File>), Need> {
    let what = What::Read { on: on.clone(), path: path.to_owned(), max };
    match looks.see(ask(what, 1))? {
        (look, Seen::File(file)) => Ok((look, Some(file))),
        (look, Seen::Absent) => Ok((look, None)),
        (look, _) => Err(garbled(look)),
    }
}

/// What this version cannot look at yet, by the word of its surface.
pub(crate) fn no_wire(surface: &str, remedy: &str) -> Finding {
    Finding::unknown(format!("this version cannot look at {surface}"), remedy)
}

/// A parameter or setting that the line lacks, as a finding: its remedy is what a person types.
pub(crate) fn undeclared(scope: &Scope, param: &str, why: &str) -> Result<Finding, Need> {
    match scope.line {
        0 => Ok(Finding::unknown(why, format!("declare `{param}=…`"))),
        line => Err(Need::Missing {
            setting: format!("line.{line}.params.{param}"),
            why: why.to_owned(),
        }),
    }
}

/// `one`, or `many` with the number in front of it.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}

/// The path that an ask reads.
pub(crate) fn path_read(ask: &Ask) -> Option<&str> {
    if let What::Read { path, .. } = &ask.what { Some(path) } else { None }
}

/// A small file of a pretend world.
pub(crate) fn file(text: &str) -> Seen {
    let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
    Seen::File(File { text: text.to_owned(), bytes, sha256: "0".repeat(64), truncated: false })
}
