//! Help, manual pages and completions: what they show is tried.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::{
    common::{HOLDPOINT, Place, program, real, said},
    terminal::Terminal,
};

/// The demo with nothing planted, kept up; ended when dropped.
struct Demo {
    child: std::process::Child,
    place: Place,
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Demo {
    fn up() -> Self {
        let place = Place::new();
        let mut child = place.start(&["demo", "--mended", "--keep"]);
        let err = BufReader::new(child.stderr.take().unwrap());
        let up = err.lines().map_while(Result::ok).any(|line| line.contains("stays up"));
        assert!(up, "the demo did not come up");
        Self { child, place }
    }

    /// The address that a line of the demo's files begins with `before`.
    fn address(&self, name: &str, before: &str) -> String {
        let text = self.place.read(&format!("holdpoint-demo/{name}"));
        let rest = text.split(before).nth(1).unwrap();
        rest.chars().take_while(|c| !matches!(c, '"' | ' ')).collect()
    }

    fn run(&self, args: &[&str]) -> crate::common::Said {
        let mut command = self.place.command(args);
        said(command.current_dir(self.place.path().join("holdpoint-demo")).output().unwrap())
    }
}

/// A work tree around the demo, with what the examples name.
fn furnish(demo: &Demo) {
    let place = &demo.place;
    place.write("holdpoint-demo/app.toml", "[server]\nport = 8443\n");
    place.write("holdpoint-demo/src/app.js", "export const port = 8443;\n");
    place.write("holdpoint-demo/LICENSE", "All rights are yours.\n");
    place.write("holdpoint-demo/README.md", "# Shop\n");
    let database = place.path().join("holdpoint-demo/data");
    std::fs::copy(database.join("bookings.sqlite"), database.join("shop.sqlite")).unwrap();
    for args in [&["init", "-q"][..], &["add", "."]] {
        let done = Command::new("git")
            .args(args)
            .current_dir(place.path().join("holdpoint-demo"))
            .stdin(Stdio::null())
            .status();
        assert!(done.is_ok_and(|it| it.success()), "git {args:?}");
    }
}

/// The command under a heading of a manual page.
fn example(page: &str) -> Option<Vec<String>> {
    let mut lines = page.lines().skip_while(|line| *line != "Try it").skip(1);
    let words = lines.next()?.trim().strip_prefix("holdpoint ")?;
    Some(words.split(' ').map(|word| word.trim_matches('\'').to_owned()).collect())
}

#[test]
fn the_command_of_every_manual_page_runs() {
    let demo = Demo::up();
    furnish(&demo);
    let https = demo.address("holdpoint.toml", "url = \"");
    let http = demo.address("CHECKLIST.md", "https-enforced url=");
    let port = https.rsplit_once(':').unwrap().1.to_owned();
    let place = Place::new();
    let (_, all) = place.json(&["checks", "--looks", "--format", "json"]);
    let ids: Vec<&str> =
        all["checks"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert!(17 <= ids.len());
    for id in ids {
        let mut command = place.command(&["explain", id]);
        let page = said(command.env("COLUMNS", "60").output().unwrap()).out;
        let mut words = example(&page).unwrap_or_else(|| panic!("{id} has no example:\n{page}"));
        let network = words.iter().any(|it| it.contains("shop.example"));
        for word in &mut words {
            *word = word
                .replace("https://shop.example", &https)
                .replace("http://shop.example", &http)
                .replace("shop.example", "harbour.test")
                .replace("port=443", &format!("port={port}"))
                .replace("/var/backups/shop", "backups");
        }
        if network {
            words.push(String::from("resolve=harbour.test:127.0.0.1"));
            words.push(String::from("roots=certs/authority.pem"));
        }
        let args: Vec<&str> = words.iter().map(String::as_str).collect();
        let got = demo.run(&args);
        // Here nothing listens on the inner port, and nobody is outside.
        let wanted: &[i32] = if id == "net.port-restricted" { &[1, 3] } else { &[0] };
        let fine = got.code.is_some_and(|code| wanted.contains(&code)) && got.err.is_empty();
        assert!(fine, "{args:?}: {:?}\n{}{}", got.code, got.out, got.err);
    }
}

#[test]
fn manual_pages_have_all_their_parts_and_keep_to_the_screen() {
    let place = Place::new();
    let (_, all) = place.json(&["checks", "--looks", "--format", "json"]);
    let parts = [
        "What it is",
        "How it looks",
        "Proves",
        "Does not prove",
        "A line that means it",
        "Fails",
        "Parameters",
        "Remedy",
        "By hand",
        "Try it",
        "See also",
    ];
    for check in all["checks"].as_array().unwrap() {
        let id = check["id"].as_str().unwrap();
        for columns in [60, 80, 120] {
            let mut command = place.command(&["explain", id]);
            let page = said(command.env("COLUMNS", columns.to_string()).output().unwrap()).out;
            let titles: Vec<&str> = page.lines().filter(|it| parts.contains(it)).collect();
            let missing: Vec<&&str> = parts.iter().filter(|it| !titles.contains(it)).collect();
            assert!(missing.is_empty(), "{id} lacks {missing:?}");
            let mut copied = false;
            for line in page.lines() {
                if !line.starts_with(' ') {
                    // What is to be copied is never broken.
                    copied = ["A line that means it", "By hand", "Try it"].contains(&line);
                }
                let wide = line.chars().count();
                let word = line.trim().split(' ').count() == 1;
                assert!(copied || word || wide <= columns, "{id} at {columns}: {line}");
            }
        }
    }
}

#[test]
fn the_catalog_is_searched_by_words_family_and_surface() {
    let place = Place::new();
    let ids = |args: &[&str]| -> Vec<String> {
        let (code, page) = place.json(&[&["checks", "--format", "json"], args].concat());
        assert_eq!(code, Some(0));
        let all = page["checks"].as_array().unwrap();
        all.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let tls = ids(&["--family", "tls"]);
    assert!(1 < tls.len() && tls.iter().all(|it| it.starts_with("tls.")), "{tls:?}");
    assert_eq!(ids(&["--family", "tls", "--looks"]), ["tls.certificate-served"]);
    let both = ids(&["certificate", "clients"]);
    assert!(both.contains(&String::from("tls.certificate-served")) && both.len() < 4, "{both:?}");
    assert!(ids(&["--surface", "prometheus"]).iter().any(|it| it.starts_with("prometheus.")));
    // A word that only a manual page has.
    assert_eq!(ids(&["ServerHello"]), ["tls.certificate-served"]);
    for (args, says) in [
        (&["--family", "tsl"][..], "did you mean `tls`?"),
        (&["--surface", "promtheus"], "did you mean `prometheus`?"),
        (&["certifcate"], "did you mean"),
        (&["prometheus", "--surface", "repo", "--looks"], "alone it is in"),
        (&["zebra"], "`holdpoint checks` lists them all"),
        (&["--family", "aws", "--looks"], "leave --looks out"),
    ] {
        let said = place.run(&[&["checks"], args].concat());
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(said.err.contains(says), "{args:?}: {}", said.err);
    }
    let said = place.run(&["explain", "aws.s3-public"]);
    assert!(said.err.contains("holdpoint checks --family aws"), "{}", said.err);
}

/// A folder with everything that can be completed.
fn furnished() -> Place {
    let place = Place::new();
    place.write(
        "list.md",
        "# T\n\n## Before we start\n\n- [ ] Port 443 accessible\n- [ ] Team briefed\n\n## Roll out\n\n\
         - [ ] Shipped\n",
    );
    place.write("notes.txt", "no checklist");
    place.write(
        "holdpoint.toml",
        "[target.web]\nurl = \"https://shop.test\"\n[env.staging.target.web]\nurl = \"https://s.test\"\n\
         [vantage.office]\nssh = \"me@bastion\"\ncounts-as = [\"outside\"]\n",
    );
    let answer = place.run(&["answer", "list.md", "--line", "6", "--value", "yes"]);
    assert_eq!(answer.code, Some(0), "{}", answer.err);
    place
}

/// What is typed, and what has to be among the candidates and what not.
const TYPED: [(&str, &[&str], &[&str]); 19] = [
    ("holdpoint chec", &["check", "checks"], &["plan"]),
    (
        "holdpoint explain tls.cert",
        &["tls.certificate-served", "tls.certificate-ready"],
        &["http.health"],
    ),
    ("holdpoint check net.port-r", &["net.port-restricted"], &["net.port-open"]),
    ("holdpoint check http.health con", &["consecutive="], &["min-days="]),
    ("holdpoint check net.port-open --vantage outside=o", &["outside=office"], &["inside=office"]),
    ("holdpoint run li", &["list.md"], &["notes.txt"]),
    ("holdpoint run list.md --re", &["--report", "--rerun-failed"], &["--only"]),
    ("holdpoint run list.md --only 1", &["10"], &["5"]),
    ("holdpoint run list.md --only 5,net.port-o", &["5,net.port-open"], &["net.port-open"]),
    ("holdpoint run list.md --gate p", &["pre", "post"], &["all"]),
    ("holdpoint run list.md --env s", &["staging"], &["web"]),
    ("holdpoint run list.md --report j", &["json=", "jsonl="], &[]),
    ("holdpoint answer list.md --line 6", &["6"], &["5"]),
    ("holdpoint plan list.md --why 5", &["5"], &["6"]),
    ("holdpoint lint --rule printed", &["printed-secret"], &[]),
    ("holdpoint checks --family tl", &["tls"], &["http"]),
    ("holdpoint diff 0", &["0001"], &[]),
    ("holdpoint record show --run 0", &["0001"], &["list.md"]),
    ("holdpoint record verify .holdpoint/", &[".holdpoint/0001.sqlite"], &[]),
];

/// Asks a shell for what it would offer, one candidate a line.
fn offered(place: &Place, shell: &str, typed: &str) -> Vec<String> {
    let script = match shell {
        "bash" => format!(
            "source <(holdpoint completions bash)\nCOMP_WORDBREAKS=' '\n\
             read -ra COMP_WORDS <<<{typed:?}\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _clap_complete_holdpoint holdpoint \"${{COMP_WORDS[COMP_CWORD]}}\" \
             \"${{COMP_WORDS[COMP_CWORD-1]}}\"\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
        ),
        "fish" => format!("holdpoint completions fish | source\ncomplete -C {typed:?}\n"),
        other => panic!("{other}"),
    };
    let bin = std::path::Path::new(HOLDPOINT).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new(shell);
    command
        .arg("-c")
        .arg(script)
        .current_dir(place.path())
        .env("PATH", format!("{bin}:{path}"))
        .env("HOME", place.path().join("home"))
        .env("TERM", "dumb");
    let said = said(command.output().unwrap());
    assert_eq!(said.err, "", "{shell}: {typed}");
    let first = |line: &str| line.split('\t').next().unwrap_or_default().trim().to_owned();
    said.out.lines().map(first).collect()
}

#[test]
fn bash_and_fish_complete_what_is_there() {
    let place = furnished();
    for shell in ["bash", "fish"] {
        if program(shell).is_none() {
            real(&format!("completions in {shell}"), Some("it is not installed"));
            continue;
        }
        for (typed, with, without) in TYPED {
            let all = offered(&place, shell, typed);
            let has = |it: &&str| all.iter().any(|one| one == it);
            assert!(with.iter().all(has), "{shell}: `{typed}` gives {all:?}");
            assert!(!without.iter().any(has), "{shell}: `{typed}` gives {all:?}");
        }
        real(&format!("completions in {shell}"), None);
    }
}

#[test]
fn zsh_completes_at_a_terminal() {
    let Some(zsh) = program("zsh") else {
        real("completions in zsh", Some("it is not installed"));
        return;
    };
    let place = furnished();
    let bin = std::path::Path::new(HOLDPOINT).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new(zsh);
    command
        .args(["-f", "-i"])
        .current_dir(place.path())
        .env_clear()
        .env("PATH", format!("{bin}:{path}"))
        .env("HOME", place.path())
        .env("LANG", "C.UTF-8")
        .env("TERM", "dumb");
    let mut terminal = Terminal::start(command, 200);
    terminal.typed(
        "PROMPT=; unsetopt zle_bracketed_paste; autoload -U compinit; compinit -D -u; \
         source <(holdpoint completions zsh); echo rea''dy\n",
    );
    terminal.until("ready");
    for (typed, whole) in [
        ("holdpoint explain tls.certificate-s\t", "tls.certificate-served"),
        ("holdpoint run list.md --env st\t", "--env staging"),
        ("holdpoint check net.port-r\t", "net.port-restricted"),
    ] {
        terminal.typed(typed);
        terminal.until(whole);
        // Takes the line away and begins anew.
        terminal.typed("\u{15}");
    }
    terminal.typed("exit\n");
    assert!(terminal.end().out.contains("tls.certificate-served"));
    real("completions in zsh", None);
}

#[test]
fn every_shell_has_a_script_that_asks_the_program() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = place.run(&["completions", shell]);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{shell}");
        assert!(said.out.contains("HOLDPOINT_COMPLETE"), "{shell}: {}", said.out);
    }
    let said = place.run(&["completions", "tcsh"]);
    assert!(said.code == Some(2) && said.err.contains("possible values"), "{}", said.err);
    // Nothing is said where nothing can be completed, and no message ends up in the line.
    let mut command = place.command(&["--", "holdpoint", "run", "nowhere.md", "--only", ""]);
    let got = said_of(command.env("HOLDPOINT_COMPLETE", "fish"));
    assert!(got.code == Some(0) && got.err.is_empty(), "{}", got.err);
    let mut command = place.command(&["--", "holdpoint", ""]);
    let got = said_of(command.env("HOLDPOINT_COMPLETE", "tcsh"));
    assert!(got.code == Some(0) && got.out.is_empty() && got.err.is_empty(), "{}", got.err);
}

fn said_of(command: &mut Command) -> crate::common::Said {
    said(command.output().unwrap())
}

/// Every command for people, by its words.
fn commands(place: &Place) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut at = 0;
    while let Some(words) = all.get(at).cloned() {
        at += 1;
        let args: Vec<&str> = words.iter().map(String::as_str).chain(["-h"]).collect();
        let help = place.run(&args).out;
        let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        for line in listed.take_while(|line| line.starts_with("  ")) {
            // What is wrapped stands further in.
            if let Some(name) = line.strip_prefix("  ").filter(|it| !it.starts_with(' ')) {
                let name = name.split(' ').next().unwrap().to_owned();
                all.push(words.iter().cloned().chain([name]).collect());
            }
        }
    }
    all
}

/// The examples of a help text.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let lines = lines.take_while(|line| line.starts_with("  "));
    lines.map(|line| line.trim().split("  ").next().unwrap().to_owned()).collect()
}

#[test]
fn help_fits_a_screen_and_has_examples() {
    let place = Place::new();
    let all = commands(&place);
    assert!(16 <= all.len(), "{all:?}");
    for words in all {
        for flag in ["-h", "--help"] {
            let args: Vec<&str> = words.iter().map(String::as_str).chain([flag]).collect();
            let said = place.run(&args);
            let lines = said.out.lines().count();
            assert!((5..=40).contains(&lines), "{args:?} has {lines} lines\n{}", said.out);
            assert!(!examples(&said.out).is_empty(), "{args:?} has no examples");
            for line in said.out.lines().filter(|it| !it.starts_with("Usage")) {
                assert!(line.chars().count() <= 100, "{args:?}: {line}");
            }
            let everywhere = said.out.lines().position(|it| it == "Everywhere:").unwrap();
            let color = said.out.lines().position(|it| it.contains("--color <")).unwrap();
            assert!(everywhere < color, "{args:?}");
        }
    }
}

#[test]
fn every_example_of_the_help_runs() {
    let place = Place::new();
    let list = "# T\n\n## Pre-Deployment\n\n- [ ] Port 443 accessible\n- [ ] Team briefed\n\n\
                ## Post-Deployment Verification\n\n- [ ] Error page works\n";
    let bin = std::path::Path::new(HOLDPOINT).parent().unwrap().display().to_string();
    place.write("CHECKLIST.md", list);
    // A run to go by, and a second one.
    for _ in 0..2 {
        assert_eq!(place.run(&["run", "CHECKLIST.md", "--quiet"]).code, Some(3));
    }
    let mut tried = 0;
    for words in commands(&place) {
        let args: Vec<&str> = words.iter().map(String::as_str).chain(["-h"]).collect();
        for example in examples(&place.run(&args).out) {
            tried += 1;
            let own = Place::new();
            let mut copy = Command::new("cp");
            let copy = copy.arg("-r").arg(place.path().join(".")).arg(own.path()).status();
            assert!(copy.is_ok_and(|it| it.success()));
            let mut command = Command::new("bash");
            command
                .args(["-o", "pipefail", "-c", &example])
                .current_dir(own.path())
                .env_clear()
                .env("PATH", format!("{bin}:{}", std::env::var("PATH").unwrap()))
                .env("HOME", own.path().join("home"))
                .env("LANG", "C.UTF-8")
                .stdin(Stdio::null());
            let got = said_of(&mut command);
            let fine = matches!(got.code, Some(0 | 1 | 3)) && !got.err.contains("error:");
            assert!(fine, "`{example}`: {:?}\n{}{}", got.code, got.out, got.err);
        }
    }
    assert!(35 <= tried, "{tried}");
}

#[test]
fn every_manual_page_has_its_examples() {
    let place = Place::new();
    assert_eq!(place.run(&["man", "man1"]).code, Some(0));
    for words in commands(&place) {
        let name = [vec![String::from("holdpoint")], words.clone()].concat().join("-");
        let page = place.read(&format!("man1/{name}.1"));
        assert!(page.contains(&format!(".TH {name} 1")), "{name}");
        let examples = page.split(".SH EXAMPLES").nth(1).unwrap_or_else(|| panic!("{name}"));
        assert!(examples.contains("holdpoint"), "{name}: {examples}");
        // What the page of the help shows below the examples is not lost.
        assert!(!page.contains(".SH EXTRA"), "{name}");
    }
    assert!(place.read("man1/holdpoint-lint.1").contains(".SH NOTES"));
    assert!(place.read("man1/holdpoint-record-verify.1").contains(".SH EXAMPLES"));
}
