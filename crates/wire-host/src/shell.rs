//! The words of the shell port: what is written to a POSIX shell, and what its lines mean.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
};

use holdpoint_model::{ask::Host, fault::Fault};

use crate::{
    answer::Failed,
    kinds,
    process::{Ended, How},
    redact,
};

/// Functions that answer the questions.
const SCRIPT: &str = include_str!("script.sh");
/// Characters of what a carrying program said that are passed on to a person.
const WORDS_MAX: usize = 300;

/// One line `key words`, and the bytes that followed it as hex. Has no `Debug`: it may hold a
/// secret.
pub(crate) struct Field {
    pub(crate) key: String,
    pub(crate) words: String,
    pub(crate) bytes: Vec<u8>,
}

/// Text as one word of the shell.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A path as one word that no program takes for an option.
pub(crate) fn path(path: &str) -> String {
    let dot = if path.starts_with('-') { "./" } else { "" };
    quoted(&format!("{dot}{path}"))
}

/// A word that no file can hold.
pub(crate) fn nonce() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}

/// The program for the shell: nothing of it runs unless all of it has arrived.
pub(crate) fn program(nonce: &str, calls: &[String]) -> String {
    let calls: String = calls
        .iter()
        .enumerate()
        .map(|(number, call)| {
            format!(
                "echo \"@{nonce} {number}\"\n({call}) 2>/dev/null\necho \"@{nonce} {number} end\"\n"
            )
        })
        .collect();
    format!(
        "hp_main() {{\nhp_nonce={nonce}\necho \"@{nonce} begin\"\n{SCRIPT}\n{calls}\
         echo \"@{nonce} done\"\n}}\nhp_main </dev/null\nexit 0\n"
    )
}

/// The same for one call whose output and error output come as they are.
pub(crate) fn program_of_one(nonce: &str, call: &str) -> String {
    format!(
        "hp_main() {{\nhp_nonce={nonce}\necho \"@{nonce} begin\"\n\
         {SCRIPT}\necho \"@{nonce} begin\" >&2\n\
         ({call})\necho \"@{nonce} done\"\nprintf '\\n@%s done\\n' \"$hp_nonce\" >&2\n}}\n\
         hp_main </dev/null\nexit 0\n"
    )
}

/// What a batch answered.
#[derive(Default)]
pub(crate) struct Answers {
    /// Whether the shell began at all.
    pub(crate) begun: bool,
    /// Tools that the machine lacks.
    pub(crate) without: Vec<String>,
    /// By the number of the call, for those calls that came to their end.
    pub(crate) whole: std::collections::BTreeMap<usize, Vec<Field>>,
}

/// Reads the lines of a batch.
pub(crate) fn answers(nonce: &str, output: &[u8]) -> Answers {
    let mark = format!("@{nonce} ");
    let mut answers = Answers::default();
    let mut fields: Vec<Field> = Vec::new();
    for line in output.split(|byte| *byte == b'\n') {
        if let Some(words) = line.strip_prefix(mark.as_bytes()) {
            let words = String::from_utf8_lossy(words);
            if words == "begin" {
                answers.begun = true;
            } else if let Some(number) = words.strip_suffix(" end") {
                let done = std::mem::take(&mut fields);
                if let Ok(number) = number.parse() {
                    answers.whole.insert(number, done);
                }
            } else {
                let before = std::mem::take(&mut fields);
                answers.without.extend(lacking(before));
            }
        } else if answers.begun {
            push(&mut fields, line);
        }
    }
    answers
}

fn lacking(fields: Vec<Field>) -> impl Iterator<Item = String> {
    fields.into_iter().filter(|field| field.key == "without").map(|field| field.words)
}

/// Takes one line into the fields.
pub(crate) fn push(fields: &mut Vec<Field>, line: &[u8]) {
    let text = String::from_utf8_lossy(line);
    if line.is_empty() || line.starts_with(b" ") || line.starts_with(b"\t") {
        let digits: String = text.split_ascii_whitespace().collect();
        if let (Some(field), Some(bytes)) = (fields.last_mut(), kinds::unhex(&digits)) {
            field.bytes.extend(bytes);
        }
        return;
    }
    let (key, words) = text.split_once(' ').unwrap_or((&text, ""));
    fields.push(Field { key: key.to_owned(), words: words.to_owned(), bytes: Vec::new() });
}

/// The first field of a key.
pub(crate) fn field<'a>(fields: &'a [Field], key: &str) -> Option<&'a Field> {
    fields.iter().find(|field| field.key == key)
}

/// Whether the words of a failed look say that there is no such thing; otherwise the failure.
pub(crate) fn is_absent(fields: &[Field]) -> Result<bool, Failed> {
    match field(fields, "error") {
        None => Ok(false),
        Some(error) => classified(&String::from_utf8_lossy(&error.bytes)).map(|()| true),
    }
}

/// `Ok` when the words end in "there is no such thing".
pub(crate) fn classified(words: &str) -> Result<(), Failed> {
    let words = words.trim_end();
    let ends = |endings: &[&str]| endings.iter().any(|ending| words.ends_with(ending));
    let absent =
        ["No such file or directory", "No such file", "Not a directory", "No such process"];
    if ends(&absent) {
        return Ok(());
    }
    let denied = ends(&["Permission denied", "Operation not permitted"]);
    let fault = if denied { Fault::Denied } else { Fault::Garbled };
    Err(Failed(fault, shortened(words)))
}

/// An answer that a shell of this port would not have given.
pub(crate) fn garbled(what: &str) -> Failed {
    Failed(Fault::Garbled, format!("the shell's answer lacks {what}"))
}

/// The argument vector that starts a shell on a host.
pub(crate) fn carrier(host: &Host) -> Result<Vec<String>, Failed> {
    match host {
        Host::Ssh(destination) => {
            if destination.is_empty() || destination.starts_with('-') {
                let words = format!("{destination:?} is no destination for ssh");
                return Err(Failed(Fault::Unsupported, words));
            }
            let options = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5", "--"];
            let words = options.into_iter().chain([destination.as_str(), "sh"]);
            Ok(words.map(str::to_owned).collect())
        }
        Host::Command(argv) if !argv.is_empty() => Ok(argv.clone()),
        Host::Command(_) => {
            Err(Failed(Fault::Unsupported, "the command of the host is empty".to_owned()))
        }
        Host::Here | Host::Root(_) => {
            Err(Failed(Fault::Unsupported, "this host has no shell port".to_owned()))
        }
    }
}

/// Why the shell on a host did not answer to the end.
pub(crate) fn broken(host: &Host, ended: &Ended, begun: bool) -> Failed {
    let said = String::from_utf8_lossy(&ended.stderr.head).into_owned();
    let said = shortened(said.trim());
    if ended.how == How::TimedOut {
        return Failed(Fault::TimedOut, "the shell did not answer in time".to_owned());
    }
    if begun {
        return Failed(Fault::Reset, format!("the shell's answer is cut off. {said}"));
    }
    let fault = match host {
        Host::Ssh(_) => ssh_fault(&said),
        Host::Command(_) | Host::Here | Host::Root(_) => Fault::Unreachable,
    };
    Failed(fault, format!("no shell answered. {said}"))
}

fn ssh_fault(said: &str) -> Fault {
    let faults = [
        ("Could not resolve hostname", Fault::NameNotFound),
        ("Connection refused", Fault::Refused),
        ("timed out", Fault::TimedOut),
        ("No route to host", Fault::Unreachable),
        ("Network is unreachable", Fault::Unreachable),
        ("Host key verification failed", Fault::Untrusted),
        ("IDENTIFICATION HAS CHANGED", Fault::Untrusted),
        ("Permission denied", Fault::Denied),
        ("Too many authentication failures", Fault::Denied),
        ("Connection reset", Fault::Reset),
        ("Connection closed", Fault::Reset),
        ("closed by remote host", Fault::Reset),
    ];
    let found = faults.into_iter().find(|(words, _)| said.contains(words));
    found.map_or(Fault::Unreachable, |(_, fault)| fault)
}

/// Text for a person: short, and without secrets.
pub(crate) fn shortened(text: &str) -> String {
    redact::text(text).chars().take(WORDS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(path("-rf"), "'./-rf'");
        assert_eq!(path("a\nb $(x)"), "'a\nb $(x)'");
    }

    #[test]
    fn whole_answers_are_told_from_cut_ones() {
        let output =
            b"noise\n@n begin\nwithout od\n@n 0\nkey a b\n 61 62\n\n 0a\n@n 0 end\n@n 1\nkey c\n";
        let answers = answers("n", output);
        assert!(answers.begun);
        assert_eq!(answers.without, ["od"]);
        assert_eq!(answers.whole.keys().collect::<Vec<_>>(), [&0]);
        let field = &answers.whole[&0][0];
        assert_eq!((field.key.as_str(), field.words.as_str()), ("key", "a b"));
        assert_eq!(field.bytes, b"ab\n");
    }

    #[test]
    fn reasons_stand_at_the_end() {
        assert!(
            classified("ls: cannot access 'Permission denied': No such file or directory").is_ok()
        );
        assert_eq!(
            classified("sh: 1: cannot open x: Permission denied").unwrap_err().0,
            Fault::Denied
        );
        assert_eq!(classified("ls: x: Input/output error").unwrap_err().0, Fault::Garbled);
    }

    #[test]
    fn destinations_are_no_options() {
        assert!(carrier(&Host::Ssh("-oProxyCommand=x".to_owned())).is_err());
        let argv = carrier(&Host::Ssh("a@b".to_owned())).unwrap();
        assert_eq!(argv.join(" "), "ssh -o BatchMode=yes -o ConnectTimeout=5 -- a@b sh");
    }
}
