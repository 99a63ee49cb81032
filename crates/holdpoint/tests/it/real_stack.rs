//! A whole checklist against a whole small stack: nginx, files, a database, backups.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    common::{self, Place},
    looked::needs,
    nginx::{self, Nginx, days},
};

/// The release verdict, from the four fields of each line that anyone can read.
fn verdict(lines: &[Value]) -> (&'static str, i32) {
    let gated = || lines.iter().filter(|line| line["gated"] == true);
    let is = |line: &Value, states: &[&str]| states.iter().any(|it| line["state"] == *it);
    let severe = |line: &Value| line["severity"] == "blocker" || line["severity"] == "major";
    if gated().any(|line| is(line, &["fail"]) && severe(line)) {
        return ("NO-GO", 1);
    }
    let small = |line: &Value| {
        is(line, &["fail"]) && line["severity"] == "minor" && line["acknowledged"] != true
    };
    if gated().any(|line| is(line, &["unknown", "owed"]) || small(line)) {
        return ("HOLD", 3);
    }
    if gated().any(|line| is(line, &["pass"])) { ("GO", 0) } else { ("HOLD", 3) }
}

/// What holds for every run document, whatever was planted.
fn holds(code: Option<i32>, run: &Value) -> Vec<Value> {
    assert_eq!(run["schema"], "holdpoint.run/1");
    let lines = run["lines"].as_array().cloned().unwrap();
    let mut counts = BTreeMap::new();
    for line in &lines {
        let state = line["state"].as_str().unwrap().to_owned();
        *counts.entry(state).or_insert(0) += 1;
        if line["gated"] == true {
            assert_ne!(line["severity"], "info", "{line:#}");
            assert_ne!(line["kind"], "group", "{line:#}");
        }
        let filled = |name: &str| line[name].as_str().is_some_and(|text| !text.is_empty());
        let needed: &[&str] = match line["state"].as_str().unwrap() {
            "fail" => &["reason", "expected", "seen", "remedy"],
            "unknown" | "owed" => &["reason", "remedy"],
            _ => &[],
        };
        let group = line["kind"] == "group";
        let missing = needed.iter().find(|name| !filled(name) && !group);
        assert_eq!(missing, None, "{line:#}");
    }
    let mut sum = 0;
    for (state, said) in run["counts"].as_object().unwrap() {
        let said = said.as_u64().unwrap();
        assert_eq!(said, counts.remove(state).unwrap_or(0), "{state}");
        sum += said;
    }
    assert!(counts.is_empty(), "not counted: {counts:?}");
    assert_eq!(sum, u64::try_from(lines.len()).unwrap());
    let (verdict, exit) = verdict(&lines);
    assert_eq!(run["verdict"], verdict);
    assert_eq!(code, Some(exit));
    lines
}

const DOCUMENT: &str = "# Go-Live Checklist: Tideline Tickets v3.2.0

Nothing is released while a blocker is open.

## Pre-Deployment Checks

### Server
- [ ] At least 64MB RAM
- [ ] `ENVIRONMENT=production`
- [ ] `DATABASE_URL` points to the production database
- [ ] `SESSION_SECRET` holds 32 characters or more
- [ ] `REDIS_PASSWORD` is strong

### Network and edge
- [ ] Public web port is reachable
- [ ] Prometheus port closed to the internet
- [ ] Certificate good for another 30 days
- [ ] Plain HTTP is redirected to HTTPS
- [ ] Security headers on all pages
- [ ] Login throttled: 20 requests per 4 seconds

### Application
- [ ] Health endpoint responding (200 OK)
- [ ] Worker health endpoint responding (200 OK)
- [ ] Metrics exposed for Prometheus

### Data
- [ ] Database integrity verified
- [ ] Nightly backup younger than a day
- [ ] Backup integrity verified
- [ ] Runbook reviewed by the person on call
- [ ] Frobnicate the quux until it sings

## Deployment Steps

- [ ] Roll out the release: `./roll-out.sh 3.2.0`

## Post-Deployment Verification

- [ ] Health endpoint responding after the release

## Rollback Procedure

1. [ ] Go back: `./roll-out.sh 3.1.4`

## Sign-Off

| Role | Name | Date |
|------|------|------|
| Release Manager | | |
";

/// Check, parameters, and the state that was planted, by the text of the line.
const PLANTED: [(&str, &str, &str, &str); 19] = [
    ("At least 64MB RAM", "host.memory", "memory = \"64MB\"", "pass"),
    (
        "`ENVIRONMENT=production`",
        "env.required",
        "name = \"ENVIRONMENT\", equals = \"production\", path = \"shop.env\"",
        "pass",
    ),
    (
        "`DATABASE_URL` points to the production database",
        "env.required",
        "name = \"DATABASE_URL\", type = \"url(postgresql)\", path = \"shop.env\"",
        "fail",
    ),
    (
        "`SESSION_SECRET` holds 32 characters or more",
        "env.secret-strength",
        "name = \"SESSION_SECRET\", min-chars = \"32\", path = \"shop.env\"",
        "pass",
    ),
    (
        "`REDIS_PASSWORD` is strong",
        "env.secret-strength",
        "name = \"REDIS_PASSWORD\", path = \"shop.env\"",
        "fail",
    ),
    (
        "Public web port is reachable",
        "net.port-open",
        "port = \"{https}\", proto = \"tls\"",
        "pass",
    ),
    (
        "Prometheus port closed to the internet",
        "net.port-restricted",
        "port = \"{closed}\"",
        "unknown",
    ),
    ("Certificate good for another 30 days", "tls.certificate-served", "min-days = \"30\"", "fail"),
    (
        "Plain HTTP is redirected to HTTPS",
        "http.https-enforced",
        "url = \"http://tickets.lab.test:{http}\"",
        "pass",
    ),
    (
        "Security headers on all pages",
        "http.security-headers",
        "required = \"content-type-options\"",
        "fail",
    ),
    (
        "Login throttled: 20 requests per 4 seconds",
        "http.rate-limit",
        "limit = \"20\", window = \"4s\", endpoint = \"/login\"",
        "pass",
    ),
    (
        "Health endpoint responding (200 OK)",
        "http.health",
        "path = \"/health\", interval = \"20ms\"",
        "pass",
    ),
    (
        "Worker health endpoint responding (200 OK)",
        "http.health",
        "path = \"/worker\", interval = \"20ms\"",
        "fail",
    ),
    ("Metrics exposed for Prometheus", "metrics.endpoint", "expose = \"public\"", "pass"),
    ("Database integrity verified", "db.integrity", "", "pass"),
    ("Nightly backup younger than a day", "backup.fresh", "max-age = \"24h\"", "fail"),
    ("Backup integrity verified", "backup.integrity", "", "pass"),
    (
        "Health endpoint responding after the release",
        "http.health",
        "path = \"/health\", interval = \"20ms\"",
        "later",
    ),
    ("Runbook reviewed by the person on call", "", "", "owed"),
];

/// The stack, with its faults; it lives as long as the server.
fn stack(place: &Place, extra: &str) -> Nginx {
    let (authority, _) = nginx::authority(place);
    let leaf = authority.leaf(&["tickets.lab.test"], days(-50), days(12));
    let ssl = nginx::ssl(place, "leaf", &leaf);
    let nginx = Nginx::start_with(&[], 2, &[("www/ok.html", "ok")], |ports| {
        let (http, https) = (ports[0], ports[1]);
        format!(
            "limit_req_zone $binary_remote_addr zone=login:1m rate=5r/s;
             server {{ listen 127.0.0.1:{http}; return 301 https://$host:{https}$request_uri; }}
             server {{ listen 127.0.0.1:{https} ssl; {ssl} root {{folder}}/www;
               add_header X-Content-Type-Options nosniff;
               location = / {{ return 200 '<html>tickets</html>'; }}
               location = /health {{ return 200 '{{\"status\":\"ok\"}}'; }}
               location = /worker {{ return 200 '{{\"status\":\"degraded\",\"queue\":9000}}'; }}
               # Looks of other lines connect as well: of two counters one moves unevenly.
               location = /metrics {{ default_type text/plain;
                 return 200 'tickets_sold_total $connection\ntickets_seconds_total $msec\n'; }}
               location = /login {{ limit_req zone=login burst=19 nodelay; limit_req_status 429;
                 try_files /ok.html =404; }}
               {extra} }}"
        )
    });
    place.write(
        "shop.env",
        "ENVIRONMENT=production\nDATABASE_URL=postgresql://user:pass@host:5432/dbname\n\
         SESSION_SECRET=Zt2Rm5cvK3xw9Lq7pB8dNf4Hj6Ys1Gk0\nREDIS_PASSWORD=redis\n",
    );
    let script = "set -e; mkdir -p backups
        sqlite3 shop.db 'CREATE TABLE orders(id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1),(2),(3);'
        (sqlite3 shop.db .dump; head -c 9000 /dev/urandom | base64 | sed 's/^/-- /'; echo 'COMMIT;') | gzip > backups/shop.sql.gz
        touch -d '3 days ago' backups/shop.sql.gz";
    let done = std::process::Command::new("sh")
        .args(["-c", script])
        .current_dir(place.path())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    nginx
}

fn settings(nginx: &Nginx, more: &str) -> String {
    let (http, https) = (nginx.ports[0], nginx.ports[1]);
    format!(
        "schema = 1\n[target.web]\nurl = \"https://tickets.lab.test:{https}\"\n\
         resolve = \"tickets.lab.test:127.0.0.1\"\nroots = \"root.pem\"\nallow = [\"active\"]\n{more}\n\
         [target.host]\nhere = true\n[target.db]\nengine = \"sqlite\"\npath = \"shop.db\"\n\
         [target.files]\npath = \"backups\"\n",
    ) + &PLANTED
        .iter()
        .filter(|(_, check, ..)| !check.is_empty())
        .map(|(text, check, params, _)| {
            let params = params
                .replace("{https}", &https.to_string())
                .replace("{http}", &http.to_string())
                .replace("{closed}", &nginx::closed_port().to_string());
            format!("[line.\"{text}\"]\ncheck = \"{check}\"\nparams = {{ {params} }}\n")
        })
        .collect::<String>()
}

#[test]
fn a_checklist_against_a_stack() {
    if !needs("stack: a checklist of thirty lines", &["nginx", "sqlite3", "gzip"]) {
        return;
    }
    let place = Place::new();
    let nginx = stack(&place, "");
    place.write("holdpoint.toml", settings(&nginx, ""));
    place.write("RELEASE.md", DOCUMENT);
    let args = ["run", "RELEASE.md", "--format", "json", "--report", "json=report.json"];
    let (code, run) = place.json(&args);
    let lines = holds(code, &run);
    assert_eq!(run["verdict"], "NO-GO");
    let mut wrong = Vec::new();
    for (text, check, _, state) in PLANTED {
        let line = lines.iter().find(|it| it["text"] == text);
        let Some(line) = line else {
            wrong.push(format!("no line `{text}`"));
            continue;
        };
        if line["state"] != state || (!check.is_empty() && line["checks"][0]["id"] != check) {
            wrong.push(format!("{state} was planted, {check}: {line:#}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let state = |text: &str| {
        lines.iter().find(|it| it["text"].as_str().unwrap().contains(text)).unwrap()["state"]
            .clone()
    };
    assert_eq!(state("Frobnicate"), "unknown");
    assert_eq!(state("roll-out.sh 3.2.0"), "later");
    assert_eq!(state("roll-out.sh 3.1.4"), "later");
    let report: Value = serde_json::from_str(&place.read("report.json")).unwrap();
    assert_eq!(report["lines"], run["lines"], "the report says what the screen says");
    assert_eq!(place.read("RELEASE.md"), DOCUMENT, "nobody asked for ticks");

    let verify = place.run(&["record", "verify"]);
    assert_eq!(verify.code, Some(0), "{}\n{}", verify.out, verify.err);
    // The same lines after the release: what was later is decided, what was decided is later.
    let (code, post) = place.json(&["run", "RELEASE.md", "--gate", "post", "--format", "json"]);
    let lines = holds(code, &post);
    let health =
        lines.iter().find(|it| it["text"] == "Health endpoint responding after the release");
    assert_eq!(health.unwrap()["state"], "pass");
}

#[test]
fn a_stack_that_is_mended_is_held_by_people_only() {
    if !needs("stack: mended", &["nginx", "sqlite3", "gzip"]) {
        return;
    }
    let place = Place::new();
    let nginx = stack(&place, "");
    let good = [
        "At least 64MB RAM",
        "`ENVIRONMENT=production`",
        "Public web port is reachable",
        "Plain HTTP is redirected to HTTPS",
        "Health endpoint responding (200 OK)",
        "Database integrity verified",
        "Backup integrity verified",
    ];
    let lines: String = good.iter().map(|text| format!("- [ ] {text}\n")).collect();
    let document = format!("# Go-Live\n\n## Pre-Deployment Checks\n\n{lines}");
    let overrides = settings(&nginx, "");
    let (targets, rest) = overrides.split_once("[line.").unwrap();
    let kept: String = format!("[line.{rest}")
        .split("\n[line.")
        .map(|it| it.trim_start_matches("[line."))
        .filter(|it| good.iter().any(|text| it.starts_with(&format!("\"{text}\""))))
        .map(|it| format!("[line.{it}\n"))
        .collect();
    place.write("holdpoint.toml", format!("{targets}{kept}"));
    place.write("RELEASE.md", &document);
    let (code, run) = place.json(&["run", "RELEASE.md", "--format", "json"]);
    holds(code, &run);
    assert_eq!(run["verdict"], "GO", "{run:#}");
    // One more line that only a person can answer for.
    place.write("RELEASE.md", format!("{document}- [ ] Runbook reviewed by the person on call\n"));
    let refused = place.run(&["run", "RELEASE.md", "--format", "json"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{}", refused.err);
    assert!(refused.err.contains("Runbook reviewed"), "{}", refused.err);
    assert_eq!(place.run(&["plan", "RELEASE.md"]).code, Some(0));
    let (code, run) = place.json(&["run", "RELEASE.md", "--format", "json"]);
    holds(code, &run);
    assert_eq!(run["verdict"], "HOLD");
}

/// Values that nothing may ever show.
const CANARIES: [&str; 4] = [
    "cnry7Zt2Rm5cvK3xw9Lq7pB8dNf4Hj6Ys",
    "cnryDbPw9Lq7pB8d",
    "cnryTok3nvK3xw9Lq7Zt2Rm5c",
    "cnryC00kieHj6Ys1Gk0",
];

#[test]
fn no_secret_is_ever_shown_or_kept() {
    if !needs("canary: secrets in every output", &["nginx", "sqlite3", "gzip"]) {
        return;
    }
    let place = Place::new();
    // The worst that a service can do: it tells everybody what it was told.
    let nginx = stack(
        &place,
        "location = /echo { add_header Set-Cookie session=cnryC00kieHj6Ys1Gk0;
         return 200 '{\"status\":\"ok\",\"you\":\"$http_authorization\"}'; }",
    );
    place.write(
        "shop.env",
        format!(
            "ENVIRONMENT=production\nSESSION_SECRET={}\nSAME_SECRET={0}\n\
             DATABASE_URL=postgresql://shop:{}@db.lab.test:5432/shop\nREDIS_PASSWORD=redis\n",
            CANARIES[0], CANARIES[1]
        ),
    );
    let document =
        format!("{DOCUMENT}\n## Pre-Deployment Checks, continued\n\n- [ ] Echo is healthy\n");
    let more = "auth = \"env:SHOP_TOKEN\"";
    let own = "[line.\"Echo is healthy\"]\ncheck = \"http.health\"\nparams = { path = \"/echo\", interval = \"20ms\" }\n";
    place.write("holdpoint.toml", settings(&nginx, more) + own);
    place.write("RELEASE.md", document);
    let token = format!("Bearer {}", CANARIES[2]);
    let mut told = Vec::new();
    let mut tell = |args: &[&str]| {
        let said = common::said(place.command(args).env("SHOP_TOKEN", &token).output().unwrap());
        assert!(matches!(said.code, Some(0 | 1 | 3)), "{args:?}: {}", said.err);
        told.push((format!("{args:?}"), said.out + &said.err));
    };
    tell(&["plan", "RELEASE.md", "--format", "json"]);
    tell(&["plan", "RELEASE.md", "--verbose"]);
    tell(&["run", "RELEASE.md", "--report", "json=r.json", "--report", "jsonl=r.jsonl"]);
    tell(&["run", "RELEASE.md", "--format", "json"]);
    tell(&["run", "RELEASE.md", "--format", "jsonl"]);
    tell(&["status", "--format", "json"]);
    tell(&["record", "show"]);
    tell(&["record", "replay"]);
    tell(&["record", "verify", "--explain"]);
    for line in 1..=DOCUMENT.lines().count() + 4 {
        let line = line.to_string();
        for format in ["text", "json"] {
            let args = ["record", "show", &line, "--format", format];
            let said = common::said(place.command(&args).output().unwrap());
            told.push((format!("{args:?}"), said.out + &said.err));
        }
    }
    for (id, rest) in [
        ("env.secret-strength", "name=SESSION_SECRET"),
        ("env.secret-strength", "names=*"),
        ("env.required", "names=DATABASE_URL,SESSION_SECRET"),
    ] {
        for format in ["text", "json"] {
            let args = ["check", id, "path=shop.env", rest, "--format", format];
            let said = common::said(place.command(&args).output().unwrap());
            told.push((format!("{args:?}"), said.out + &said.err));
        }
    }
    files(place.path(), &mut told);
    let mut shown = Vec::new();
    for (place, text) in &told {
        let hits = CANARIES.iter().filter(|canary| text.contains(**canary));
        shown.extend(hits.map(|canary| format!("{canary} in {place}")));
    }
    assert!(shown.is_empty(), "{}", shown.join("\n"));
    let seen = told.iter().any(|(_, text)| text.contains("Echo is healthy"));
    assert!(seen, "the line that echoes was never shown");
}

/// A page that tells its environment to everybody: that is bad enough without a record of it.
#[test]
fn secrets_of_others_that_a_page_shows_are_not_kept() {
    if !needs("canary: a page that shows its environment", &["nginx"]) {
        return;
    }
    let nginx = Nginx::start(1, |ports| {
        let [key, password, _, cookie] = CANARIES;
        format!(
            "server {{ listen 127.0.0.1:{}; add_header Set-Cookie session={cookie};
             return 200 '{{\"status\":\"ok\",\"env\":{{\"SECRET_KEY\":\"{key}\",
             \"DATABASE_URL\":\"postgresql://shop:{password}@db.lab.test/shop\"}}}}'; }}",
            ports[0]
        )
    });
    let place = Place::new();
    let port = nginx.ports[0];
    place.write(
        "holdpoint.toml",
        format!("schema = 1\n[target.web]\nurl = \"http://127.0.0.1:{port}\"\n"),
    );
    place.write(
        "LIST.md",
        "# Pre-Deployment Checklist\n\n- [ ] Health endpoint responding (200 OK)\n",
    );
    let run = place.run(&["run", "LIST.md", "--format", "json"]);
    assert!(run.out.contains("http.health"), "{}", run.out);
    let show = place.run(&["record", "show", "3", "--format", "json"]);
    let mut told = vec![("run".to_owned(), run.out), ("record show".to_owned(), show.out)];
    files(&place.path().join(".holdpoint"), &mut told);
    let mut shown = Vec::new();
    for (place, text) in &told {
        let hits = CANARIES.iter().filter(|canary| text.contains(**canary));
        shown.extend(hits.map(|canary| format!("{canary} in {place}")));
    }
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}

/// Everything that was written, but what we wrote ourselves.
fn files(folder: &std::path::Path, told: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, told);
        } else if path.file_name().is_none_or(|name| name != "shop.env") {
            let bytes = std::fs::read(&path).unwrap();
            told.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
}

/// The reference checklists, with nothing declared and with a stack declared.
#[test]
fn reference_checklists_are_counted_in_full() {
    let Some(references) = common::references() else {
        return common::real("stack: reference checklists", Some("there are no references"));
    };
    if !needs("stack: reference checklists", &["nginx", "sqlite3", "gzip"]) {
        return;
    }
    for name in ["000.md", "004.md"] {
        let place = Place::new();
        let nginx = stack(&place, "");
        let text = std::fs::read(references.join("seeds").join(name)).unwrap();
        place.write("LIST.md", &text);
        let plan = place.json(&["plan", "LIST.md", "--format", "json"]).1;
        let planned = plan["lines"].as_array().unwrap().len();
        let (code, bare) = place.json(&["run", "LIST.md", "--gate", "all", "--format", "json"]);
        let lines = holds(code, &bare);
        assert_eq!(lines.len(), planned, "{name}");
        let about = |line: &&Value| line["checks"][0]["id"].as_str().unwrap_or_default().to_owned();
        let passed: Vec<String> = lines
            .iter()
            .filter(|line| line["state"] == "pass")
            .filter(|line| {
                !["docs.", "git.", "meta.", "policy."].iter().any(|it| about(line).starts_with(it))
            })
            .map(|line| format!("{}: {}", line["line"], line["text"]))
            .collect();
        assert!(passed.is_empty(), "{name}: nothing is declared, and passed: {passed:?}");

        let settings = settings(&nginx, "");
        let targets = settings.split("[line.").next().unwrap();
        place.write("holdpoint.toml", targets);
        let (code, run) = place.json(&["run", "LIST.md", "--gate", "all", "--format", "json"]);
        let lines = holds(code, &run);
        let state = |text: &str| {
            let found = lines.iter().find(|it| it["text"].as_str().unwrap().contains(text));
            found.map(|it| it["state"].as_str().unwrap().to_owned()).unwrap_or_default()
        };
        if name == "000.md" {
            // The certificate has twelve days, the backup three days, and no header on errors.
            assert_eq!(state("SSL certificate"), "unknown", "obtained is not served");
            assert_eq!(state("Port 443 (HTTPS) accessible"), "fail", "443 is not where it listens");
            assert_eq!(state("X-Content-Type-Options"), "fail");
            assert_eq!(state("X-Frame-Options"), "fail");
        }
        let passed = lines.iter().filter(|line| line["state"] == "pass" && line["kind"] != "group");
        for line in passed {
            let looked = line["checks"].as_array().is_some_and(|checks| {
                checks.iter().all(|it| it["looks"].as_u64().is_some_and(|looks| 0 < looks))
            });
            assert!(looked, "passed without a look: {line:#}");
        }
    }
}
