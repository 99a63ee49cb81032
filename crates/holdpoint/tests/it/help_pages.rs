//! Help, manual pages and completions: what they show is tried.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::common::{HOLDPOINT, Place, said};

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
    Some(words.split(' ').map(str::to_owned).collect())
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
    assert!(std::path::Path::new(HOLDPOINT).exists());
}
