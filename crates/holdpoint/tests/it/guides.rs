//! Sessions of the guides are held: every command is given, and says what the page says it does.
//!
//! A page has a folder of its own with the files of `docs/examples`. In the order of the page, a
//! fence with a name behind its language (`toml holdpoint.toml`) is written there, and a fence
//! `console` is a session: `$` begins a command, and what it prints follows. A line `…` stands
//! for any number of lines.

use std::path::{Path, PathBuf};

use crate::common::{HOLDPOINT, Place, program, real, said};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every guide, and the pages beside them that hold sessions.
fn pages() -> Vec<(String, String)> {
    let folders = ["docs", "docs/guides"];
    let mut pages = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|it| it == "md") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                pages.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    pages.sort();
    pages
}

/// Replaces what is another at every time and place: times, ports, sums, how long it took.
fn masked(line: &str) -> String {
    // The date of an answer is of seven words, which change with the day.
    if let Some((head, _)) = line.split_once("date ").filter(|_| line.ends_with(" GMT")) {
        return format!("{head}date #");
    }
    let part_of = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '.');
    let mut text = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| part_of(c) != part_of(first)).unwrap_or(rest.len());
        let (token, behind) = rest.split_at(end);
        let took = [" ms", " s"].iter().find(|unit| behind.starts_with(**unit));
        match took {
            Some(unit) if token.parse::<f64>().is_ok() => {
                text.push_str("# s");
                rest = &behind[unit.len()..];
            }
            _ => {
                text.push_str(if changes(token) { "#" } else { token });
                rest = behind;
            }
        }
    }
    text.trim_end().to_owned()
}

/// Whether a word is a time, a date, a port or a sum.
fn changes(token: &str) -> bool {
    let shape: String = token.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    let sum = 16 <= token.len() && token.chars().all(|c| c.is_ascii_hexdigit());
    sum || ["99999", "99:99:99", "9999-99-99"].iter().any(|it| shape.contains(it))
}

/// Whether lines are those of the page, where `…` stands for any number of lines.
fn fits(wanted: &[String], got: &[String]) -> bool {
    match wanted.split_first() {
        None => got.is_empty(),
        Some((first, rest)) if first == "…" => {
            (0..=got.len()).any(|skipped| fits(rest, &got[skipped..]))
        }
        Some((first, rest)) => got.first() == Some(first) && fits(rest, &got[1..]),
    }
}

/// One page, from its first command to its last.
struct Session<'a> {
    page: &'a str,
    place: Place,
    folder: PathBuf,
    /// How the last command ended.
    code: i32,
    commands: usize,
}

impl<'a> Session<'a> {
    fn new(page: &'a str) -> Self {
        let place = Place::new();
        for entry in std::fs::read_dir(root().join("docs/examples")).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, place.path().join(path.file_name().unwrap())).unwrap();
        }
        let folder = place.path().to_owned();
        Self { page, place, folder, code: 0, commands: 0 }
    }

    /// The commands of one fence; false when a program is missing here.
    fn hold(&mut self, body: &[String]) -> bool {
        let starts = |line: &&String| line.starts_with("$ ");
        let mut rest = body;
        while let Some((command, behind)) = rest.split_first() {
            let command = command.strip_prefix("$ ").expect("a session begins with a command");
            let end = behind.iter().position(|it| starts(&it)).unwrap_or(behind.len());
            let (wanted, next) = behind.split_at(end);
            rest = next;
            let first = command.split(' ').next().unwrap();
            if !["holdpoint", "cd", "echo"].contains(&first) && program(first).is_none() {
                real(self.page, Some(&format!("{first} not installed")));
                return false;
            }
            self.give(command, wanted);
        }
        true
    }

    fn give(&mut self, command: &str, wanted: &[String]) {
        self.commands += 1;
        if let Some(folder) = command.strip_prefix("cd ") {
            self.folder = self.folder.join(folder);
            assert!(self.folder.is_dir(), "{}: {command}", self.page);
            return;
        }
        let programs = Path::new(HOLDPOINT).parent().unwrap().display().to_string();
        let paths = std::env::var("PATH").unwrap_or_default();
        let script = format!("exec 2>&1; (exit {}); {command}", self.code);
        // Only where, and by whom, a command is given is told by hand.
        let mut shell = std::process::Command::new("sh");
        let made = self.place.command(&[]);
        shell
            .args(["-c", &script])
            .current_dir(&self.folder)
            .env_clear()
            .envs(made.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .env("PATH", format!("{programs}:{paths}"))
            .env("USER", "ada")
            .stdin(std::process::Stdio::null());
        let came = said(shell.output().unwrap());
        self.code = came.code.unwrap_or(1);
        let got: Vec<String> = came.out.trim_end().lines().map(masked).collect();
        let wanted: Vec<String> = wanted.iter().map(|it| masked(it)).collect();
        assert!(
            fits(&wanted, &got),
            "{}: `{command}` says otherwise (code {}):\n{}",
            self.page,
            self.code,
            came.out
        );
    }
}

/// Holds the sessions of a page; how many commands there were.
fn held(page: &str, text: &str) -> usize {
    let mut session = Session::new(page);
    let mut fence: Option<(Vec<&str>, Vec<String>)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), fence.as_mut()) {
            (Some(info), None) => fence = Some((info.split(' ').collect(), Vec::new())),
            (None, Some((_, body))) => body.push(line.to_owned()),
            (None, None) => {}
            (Some(_), Some(_)) => {
                let (info, body) = fence.take().unwrap();
                match info.as_slice() {
                    ["console"] if !session.hold(&body) => return session.commands,
                    ["markdown" | "toml" | "text", name] => {
                        let mut text = body.join("\n");
                        text.push('\n');
                        std::fs::write(session.folder.join(name), text).unwrap();
                    }
                    _ => {}
                }
            }
        }
    }
    session.commands
}

#[test]
fn sessions_of_the_guides_say_what_they_say() {
    let pages = pages();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> =
            pages.iter().map(|(name, text)| scope.spawn(move || held(name, text))).collect();
        let mut wrong = Vec::new();
        let mut commands = 0;
        for one in running {
            match one.join() {
                Ok(count) => commands += count,
                Err(why) => wrong.push(
                    why.downcast_ref::<String>().cloned().unwrap_or_else(|| String::from("?")),
                ),
            }
        }
        assert!(40 <= commands || !wrong.is_empty(), "only {commands} commands were given");
        wrong
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_changes_is_masked_and_nothing_else() {
    let line = "GO   3 passed · 2.1 s at harbour.test:40123, 16:40:01";
    assert_eq!(masked(line), "GO   3 passed · # s at #, #");
    assert_ne!(masked(line), masked("GO   4 passed · 2.1 s at harbour.test:40123, 16:40:01"));
    assert_eq!(masked("5 lines · 149 ms"), masked("5 lines · 1.2 s"));
    let dated = ["Sat, 21 Nov 2026 23:59:59 GMT", "Sun, 01 Feb 2027 00:00:00 GMT"];
    let [one, other] = dated.map(|it| masked(&format!("    date   {it}")));
    assert_eq!(one, other, "a day is no part of a page");
}

#[test]
fn a_page_that_is_wrong_is_told() {
    let right = "```console\n$ echo a; echo b; false\na\n…\n$ echo $?\n1\n```\n";
    assert_eq!(held("page", right), 2);
    for wrong in [
        "```console\n$ echo a\nb\n```\n",
        "```console\n$ echo a; echo b\na\n```\n",
        "```console\n$ echo a\n```\n",
    ] {
        assert!(std::panic::catch_unwind(|| held("page", wrong)).is_err(), "{wrong}");
    }
}
