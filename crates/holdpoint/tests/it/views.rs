//! What people see, at three widths: the binary at a real terminal, without colours and with them.
//! In a pipe it is the same text.
//!
//! A picture that is meant to change is written anew with `INSTA_UPDATE=always cargo test views`.

use std::process::Command;

use crate::{
    common::{HOLDPOINT, Place, Said, said},
    terminal::Terminal,
};

const LIST: &str = "\
# Harbour release

## Before we start

- [ ] The licence is in the repository <!-- holdpoint: file.exists path=LICENSE -->
- [ ] A changelog that is long enough to say what changed <!-- holdpoint: file.exists path=CHANGELOG.md -->
- [ ] The server listens on port 8443 <!-- holdpoint: config.value path=app.toml key=server.port equals=8443 -->
- [ ] The server writes its log as JSON <!-- holdpoint: config.value path=app.toml key=log.format equals=json -->
- [ ] Port 443 (HTTPS) accessible
- [ ] Team briefed on the rollback
- [ ] Frobnication is as it should be

## Roll out

- [ ] Ship it: `./release.sh 2.4.0`

## Afterwards

- [ ] Health endpoint responding (200 OK)
";

/// The views, each by its name and what is typed. All but the first two are of the second run.
const VIEWS: [(&str, &[&str]); 11] = [
    ("plan", &["plan", "list.md", "--no-lock"]),
    ("why", &["plan", "list.md", "--no-lock", "--why", "9"]),
    ("run", &["run", "list.md"]),
    ("status", &["status"]),
    ("record-show", &["record", "show", "7"]),
    ("diff", &["diff"]),
    ("lint", &["lint", "list.md"]),
    ("check", &["check", "file.exists", "path=CHANGELOG.md"]),
    ("explain", &["explain", "config.value"]),
    ("checks", &["checks", "--family", "backup"]),
    ("doctor", &["doctor", "list.md"]),
];

/// A folder in which one run failed, and another one is to come.
fn place() -> Place {
    let place = Place::new();
    place.write("list.md", LIST);
    place.write("LICENSE", "All rights are yours.\n");
    place.write("app.toml", "[server]\nport = 8080\n\n[log]\nformat = \"text\"\n");
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.args(args).current_dir(place.path()).env("HOME", place.path());
        assert!(command.status().is_ok_and(|it| it.success()), "git {args:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    assert_eq!(place.run(&["run", "list.md", "--quiet"]).code, Some(1));
    place.write("app.toml", "[server]\nport = 8443\n\n[log]\nformat = \"text\"\n");
    assert_eq!(place.run(&["run", "list.md", "--quiet"]).code, Some(1));
    place
}

/// A copy of a place: a view must not see what the one before it did.
fn copy(of: &Place) -> Place {
    let place = Place::new();
    let mut copy = Command::new("cp");
    let copy = copy.arg("-r").arg(of.path().join(".")).arg(place.path()).status();
    assert!(copy.is_ok_and(|it| it.success()));
    place
}

/// The command behind a view; what goes to standard error is left out.
fn command(place: &Place, args: &[&str]) -> Command {
    let words: Vec<String> = args.iter().map(|it| format!("'{it}'")).collect();
    let mut command = place.command(&[]);
    let typed = format!("exec {HOLDPOINT} {} 2>/dev/null", words.join(" "));
    let mut shell = Command::new("sh");
    shell.args(["-c", &typed]).current_dir(place.path()).env_clear();
    for (name, value) in command.env("TERM", "xterm-256color").get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    shell
}

fn at_terminal(place: &Place, args: &[&str], columns: u16) -> Said {
    Terminal::start(command(place, args), columns).end()
}

/// The text without what differs from day to day and from machine to machine.
fn steady(text: &str) -> String {
    let mut out = String::new();
    let (mut skipped, mut within) = (false, false);
    for line in text.lines() {
        // The doctor's look at this machine and its programs is another one everywhere.
        let plain = uncoloured(line);
        if !plain.starts_with(' ') && !plain.is_empty() {
            skipped = ["this machine", "programs"].contains(&plain.as_str());
        }
        let bare = plain.trim_start_matches([' ', '✓', '·', '!', '✗']);
        let volatile = ["rights ", "space ", "key "].iter().any(|name| bare.starts_with(name));
        // What a row says goes on below it.
        let deep = plain.len() - plain.trim_start().len() >= 12;
        within = volatile && plain.starts_with("  ") || within && deep;
        if !skipped && !within {
            out.push_str(&same(line));
            out.push('\n');
        }
    }
    out
}

fn uncoloured(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// Times, spans and digests as so many signs: nothing moves.
fn same(line: &str) -> String {
    let digits: Vec<char> = line.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < digits.len() {
        let rest: String = digits[at..].iter().collect();
        // Behind the end of an escape sequence a word begins, too.
        let before: String = digits[..at].iter().collect();
        let escape = before.rsplit_once('\u{1b}').is_some_and(|(_, it)| {
            it.ends_with('m') && it.chars().filter(|c| c.is_alphabetic()).count() == 1
        });
        let alone = escape || !before.ends_with(char::is_alphanumeric);
        let number = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').count();
        let unit = rest.chars().skip(number).take(3).collect::<String>();
        let hex = rest.chars().take_while(char::is_ascii_hexdigit).count();
        let clock = rest.len() > 7
            && rest.chars().take(8).enumerate().all(|(at, c)| match at {
                2 | 5 => c == ':',
                _ => c.is_ascii_digit(),
            });
        let day = rest.chars().take(10).enumerate().all(|(at, c)| match at {
            4 | 7 => c == '-',
            _ => c.is_ascii_digit(),
        });
        let seconds = rest.chars().skip(number).collect::<String>();
        let seconds = [" seconds", " second"].into_iter().find(|it| seconds.starts_with(it));
        let letter = rest.chars().nth(number + 2).is_some_and(char::is_alphabetic);
        let spent = unit.starts_with(" ms") || unit.starts_with(" s") && !letter;
        let stamp = rest.chars().nth(10) == Some('T') && rest.chars().nth(23) == Some('Z');
        let (width, shown) = if alone && day && stamp {
            (24, String::from("YYYY-MM-DDTHH:MM:SS.mmmZ"))
        } else if let Some(word) = seconds.filter(|_| alone && 0 < number) {
            (number + word.len(), String::from("N seconds"))
        } else if alone && clock {
            (8, String::from("HH:MM:SS"))
        } else if alone && day && rest.len() > 9 {
            (10, String::from("YYYY-MM-DD"))
        } else if alone && 12 <= hex {
            (hex, String::from("HEX"))
        } else if alone && 0 < number && spent {
            (number + if unit.starts_with(" ms") { 3 } else { 2 }, String::from("SOON"))
        } else {
            (1, digits[at].to_string())
        };
        out.push_str(&shown);
        at += width;
    }
    out
}

/// Whether a line may be longer than the screen: text to be copied, and words that cannot break.
fn may_be_long(line: &str) -> bool {
    let copied = ["<!-- holdpoint", "[line.", "check = ", "holdpoint ", "git ", "grep ", "ls "];
    let frame = ["│", "╭", "╰", "error[", "warning[", "note["];
    let plain = line.trim_start();
    copied.iter().any(|it| plain.contains(it))
        || frame.iter().any(|it| plain.contains(it))
        || plain.starts_with("- [ ]")
        || plain.split(' ').count() < 3
}

#[test]
fn every_view_fits_the_terminal() {
    let place = place();
    for (name, args) in VIEWS {
        let mut picture = String::new();
        for columns in [60, 80, 120] {
            let own = copy(&place);
            let args = [args, &["--no-color"]].concat();
            let shown = at_terminal(&own, &args, columns);
            assert!(matches!(shown.code, Some(0 | 1 | 3)), "{args:?}: {:?}", shown.code);
            for line in shown.out.lines() {
                let wide = line.chars().count() <= usize::from(columns);
                assert!(wide || may_be_long(line), "{name} at {columns}: {line}");
                assert!(!line.contains('\u{1b}'), "{name} at {columns}: {line:?}");
            }
            picture.push_str(&format!("=== {columns} columns ===\n{}\n", steady(&shown.out)));
        }
        // What was considered changes with every example that is learned from.
        if name != "why" {
            insta::assert_snapshot!(name, picture);
        }
    }
}

#[test]
fn colours_say_no_more_than_words() {
    let place = place();
    let mut pictures = String::new();
    for (name, args) in VIEWS {
        let plain = at_terminal(&copy(&place), &[args, &["--no-color"]].concat(), 80);
        let painted = at_terminal(&copy(&place), args, 80);
        let bare: Vec<String> = painted.out.lines().map(uncoloured).collect();
        let trimmed =
            steady(&bare.join("\n")).lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
        assert_eq!(trimmed, steady(&plain.out).trim_end(), "{name}");
        assert!(painted.out.contains('\u{1b}') || name == "lint", "{name} has no colour");
        if ["run", "status", "check", "diff"].contains(&name) {
            let picture = steady(&painted.out).replace('\u{1b}', "␛");
            pictures.push_str(&format!("=== {name} ===\n{picture}\n"));
        }
    }
    insta::assert_snapshot!("colours", pictures);
}

#[test]
fn a_pipe_gets_the_text_of_the_terminal() {
    let place = place();
    for (name, args) in VIEWS {
        let at = at_terminal(&copy(&place), &[args, &["--no-color"]].concat(), 80);
        let own = copy(&place);
        let mut command = command(&own, args);
        let piped = said(command.env("COLUMNS", "80").output().unwrap());
        let machine = |text: &str| !text.contains("terminal  ");
        let lines = |text: &str| -> Vec<String> {
            steady(text).lines().filter(|it| machine(it)).map(str::to_owned).collect()
        };
        assert_eq!(lines(&piped.out), lines(&at.out), "{name}");
        assert_eq!(piped.code, at.code, "{name}");
    }
}

#[test]
fn ascii_is_enough_at_every_width() {
    let place = place();
    for (name, args) in VIEWS {
        for columns in [60, 120] {
            let own = copy(&place);
            let shown = at_terminal(&own, &[args, &["--ascii", "--no-color"]].concat(), columns);
            assert!(shown.out.is_ascii(), "{name}: {}", shown.out);
        }
    }
}

#[test]
fn messages_are_broken_at_a_terminal_and_whole_in_a_pipe() {
    let place = place();
    let args = ["run", "list.md", "--report", "json=a/folder/that/is/not/there/run.json"];
    let mut command = Command::new(HOLDPOINT);
    command.args(args).current_dir(place.path()).env_clear().env("HOME", place.path());
    let shown = Terminal::start(command, 60).end();
    let longest = shown.out.lines().map(|it| it.chars().count()).max();
    assert!(longest <= Some(60) && 2 <= shown.out.lines().count(), "{}", shown.out);
    assert_eq!(place.run(&args).err.lines().count(), 1);
}
