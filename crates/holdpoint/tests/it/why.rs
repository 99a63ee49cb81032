//! `plan --why`: every line can say why it is bound as it is, and how to bind it otherwise.

use serde_json::Value;

use crate::{common::Place, words::code};

const LIST: &str = "# T\n\n## Pre-Deployment\n\n- [ ] Port 443 (HTTPS) accessible\n\
                    - [ ] Old HTTP links are sent on to HTTPS\n- [ ] Team briefed on rollback\n\n\
                    ## Rollback\n\n```bash\nsystemctl stop app\n```\n";

fn why(place: &Place, line: usize) -> Value {
    let line = line.to_string();
    let (exit, page) = place.json(&["plan", "list.md", "--no-lock", "--why", &line, "-f", "json"]);
    assert_eq!(exit, Some(0));
    page
}

#[test]
fn every_line_says_why_as_its_plan_does() {
    let place = Place::new();
    place.write("list.md", LIST);
    let (_, plan) = place.json(&["plan", "list.md", "--no-lock", "-f", "json"]);
    for line in plan["lines"].as_array().unwrap() {
        let page = why(&place, usize::try_from(line["line"].as_u64().unwrap()).unwrap());
        crate::schemas::check("why-1.json", &page);
        for name in ["text", "section", "state", "severity", "gated", "needs"] {
            assert_eq!(page[name], line[name], "{name}");
        }
        assert_eq!(
            (&page["phase"]["word"], &page["kind"]["word"]),
            (&line["phase"], &line["kind"])
        );
        let ids = |of: &Value| {
            let all = of["checks"].as_array().unwrap().iter();
            all.map(|it| (it["id"].clone(), it["because"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(ids(&page), ids(line));
    }
}

#[test]
fn what_lost_is_named_with_its_reason() {
    let place = Place::new();
    place.write("list.md", LIST);
    let port = why(&place, 5);
    assert_eq!(port["decided"]["by"], "rule");
    assert_eq!(
        (&port["by-rules"][0]["id"], &port["by-rules"][0]["taken"]),
        (&"net.port-open".into(), &true.into())
    );
    let open = why(&place, 6);
    assert_eq!(
        (open["state"].as_str(), open["decided"]["by"].as_str()),
        (Some("unbound"), Some("nothing"))
    );
    let first = &open["by-examples"][0];
    let lost = first["lost"].as_str().unwrap();
    assert_eq!(first["id"], "http.https-enforced");
    assert!(lost.starts_with("sure to 0.") && lost.ends_with(", bound from 0.82 on"), "{lost}");
    let refused = open["refused"].as_array().unwrap();
    assert!(refused.iter().any(|it| it["id"] == "http.https-enforced"), "{open:#}");
    // What people answer for beside a look is no part with a rule of its own.
    place.write("list.md", LIST.replace("Old HTTP links are sent on", "Plain HTTP is moved on"));
    let part = why(&place, 6);
    assert_eq!(part["checks"].as_array().unwrap().len(), 2, "{part:#}");
    assert_eq!(part["decided"]["by"], "examples");
    let command = why(&place, 12);
    assert_eq!(
        (&command["decided"]["by"], &command["phase"]["because"][0]),
        (&"command".into(), &"Rollback".into())
    );
}

#[test]
fn what_is_offered_can_be_pasted() {
    let place = Place::new();
    place.write("list.md", LIST);
    let instead = why(&place, 6)["instead"].as_array().unwrap().clone();
    assert!(2 <= instead.len(), "{instead:?}");
    for one in instead {
        place.write("holdpoint.toml", one["settings"].as_str().unwrap());
        let page = why(&place, 6);
        assert_eq!(
            (&page["checks"][0]["id"], &page["decided"]["by"]),
            (&one["check"], &"override".into()),
            "{page:#}"
        );
        assert!(page["decided"]["why"].as_str().unwrap().contains("holdpoint.toml"));
    }
    std::fs::remove_file(place.path().join("holdpoint.toml")).unwrap();
    let said = place.run(&["plan", "list.md", "--no-lock", "--why", "6"]);
    code(&said, 0);
    let comment = said.out.lines().find_map(|it| it.split_once("<!--")).unwrap().1;
    place.write("list.md", LIST.replace("on to HTTPS", &format!("on to HTTPS <!--{comment}")));
    let page = why(&place, 6);
    assert!(page["decided"]["why"].as_str().unwrap().contains("comment"), "{page:#}");
}

#[test]
fn no_step_and_nothing_worse_is_offered_and_what_cannot_be_looked_at_is_marked() {
    let place = Place::new();
    let list = "# T\n\n- [ ] Minimum 4 CPU cores\n- [ ] Deploy the new image\n\
                - [ ] Certificate valid and renewal runs\n- [ ] Port 443 open\n";
    place.write("list.md", list);
    let offered = |line: usize| -> Vec<String> {
        let page = why(&place, line);
        crate::schemas::check("why-1.json", &page);
        let all = page["instead"].as_array().unwrap().iter();
        all.map(|it| it["check"].as_str().unwrap().to_owned()).collect()
    };
    // What is bound by a clear rule is left alone, and a line without a command is no step.
    assert_eq!(offered(3), ["attest.statement"]);
    assert_eq!(offered(6), ["attest.statement"]);
    for id in offered(4) {
        let (_, found) = place.json(&["checks", &id, "-f", "json"]);
        let forms = found["checks"].as_array().unwrap();
        let form = forms.iter().find(|it| it["id"] == id.as_str()).unwrap();
        assert_ne!(form["form"], "step", "{id}");
    }
    let said = place.run(&["plan", "list.md", "--no-lock", "--why", "5"]).out;
    let row = said.lines().find(|it| it.contains("check = \"tls.auto-renewal\"")).unwrap();
    assert!(row.contains("# this version cannot look with it"), "{said}");
    assert_eq!(why(&place, 5)["instead"][0]["looks"], false);
    // The plan says so too, where a machine is to decide.
    let plan = place.run(&["plan", "list.md", "--no-lock"]).out;
    let row = |text: &str| plan.lines().find(|it| it.contains(text)).unwrap().to_owned();
    assert!(row("CPU cores").contains("host.cpu-cores *"), "{plan}");
    assert!(!row("Port 443").contains('*'), "{plan}");
    assert!(plan.contains("* this version cannot look with it yet: "), "{plan}");
    let (_, page) = place.json(&["plan", "list.md", "--no-lock", "-f", "json"]);
    crate::schemas::check("plan-1.json", &page);
    let looks = |at: usize| page["lines"][at]["checks"][0]["looks"].clone();
    assert_eq!((looks(0), looks(3)), (false.into(), true.into()));
}

#[test]
fn a_quiet_plan_says_what_is_wrong_and_how_much_is_understood() {
    let place = Place::new();
    place.write("list.md", LIST);
    place.write("holdpoint.toml", "schema = 1\n[line.\"No such line\"]\nseverity = \"minor\"\n");
    let said = place.run(&["plan", "list.md", "-q"]);
    code(&said, 0);
    assert!(said.out.contains(" understood ") && !said.out.contains("Port 443"), "{}", said.out);
    assert!(!said.out.contains("next "), "{}", said.out);
    assert!(said.err.contains("matches no line"), "{}", said.err);
    assert!(place.path().join("holdpoint.lock").exists());
}

#[test]
fn a_pinned_line_says_that_the_lock_decides() {
    let place = Place::new();
    place.write("list.md", LIST);
    code(&place.run(&["plan", "list.md"]), 0);
    let lock = place.read("holdpoint.lock");
    assert!(lock.contains("net.port-open"));
    place.write("holdpoint.lock", lock.replace("net.port-open", "net.port-restricted"));
    let (_, page) = place.json(&["plan", "list.md", "--no-lock", "--why", "5", "-f", "json"]);
    assert_eq!(page["checks"][0]["id"], "net.port-restricted");
    assert!(page["decided"]["why"].as_str().unwrap().contains("the lock pins it"), "{page:#}");
}

#[test]
fn what_its_place_decides_says_so() {
    let place = Place::new();
    place.write(
        "list.md",
        "# T\n\n## Settings\n\n- [ ] `MAP_STYLE` set\n  - One of dark, light, relief\n\n\
         ## Deployment Order\n\n1. ledger-core\n\n\
         ## Do not run\n\n- [ ] `kubectl delete ns prod`\n",
    );
    for (line, by, first) in [
        (6, "parent", "env.required"),
        (10, "order", "deploy.run"),
        (14, "forbidden", "step.shell"),
    ] {
        let page = why(&place, line);
        assert_eq!(page["decided"]["by"], by, "{page:#}");
        assert_eq!(page["checks"][0]["id"], first, "{page:#}");
    }
    let text = place.run(&["plan", "list.md", "--no-lock"]).out;
    assert!(text.contains("asked (step.shell)"), "{text}");
}
