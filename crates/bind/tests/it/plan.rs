//! The plan: targets, needs, overrides, severities, gates.

use std::{collections::BTreeSet, fmt::Write as _};

use holdpoint_bind::{
    gate::decided_by,
    plan::{Inputs, Planned, assemble, digest},
    scope,
    settings::{Found, Settings},
    understand::{Understood, understand},
};
use holdpoint_checks::{find, heads};
use holdpoint_document::parse;
use holdpoint_model::{
    ask::Vantage,
    line::{Binding, Form, Gate, Impact, Kind, Phase, Severity, Side},
    plan::Origin,
    scope::Scope,
    time::Time,
};

use crate::support::{bound, codes, inputs, planned, settings, unbound};

/// The plan of one line.
fn one(text: &str, meaning: &Understood, settings: &Settings) -> Planned {
    planned(&format!("# T\n\n## S\n\n- [ ] {text}\n"), std::slice::from_ref(meaning), settings)
}

/// The scope of the first check of the only line.
fn scope_of(planned: &Planned, settings: &Settings) -> Scope {
    let line = &planned.plan.lines[0];
    scope::scope(line, &line.checks[0], settings, None, Time(7))
}

#[test]
fn needs_are_gone_once_they_are_declared() {
    let check = |meaning: &Understood, needs: &[&str], declared: &str| {
        let id = &meaning.checks[0].id;
        let before = one("x", meaning, &settings(""));
        assert_eq!(before.plan.lines[0].needs, needs, "{id}");
        let after = one("x", meaning, &settings(declared));
        assert_eq!(after.plan.lines[0].needs, [""; 0], "{id}");
    };
    let outside = "[vantage.o]\nssh = 'x@y'\ncounts-as = ['outside']\n";
    let web = "[target.web]\nurl = 'https://shop.test'\n";
    check(
        &bound("http.security-headers", &[], "x"),
        &["target.web.url", "vantage.outside"],
        &format!("{web}{outside}"),
    );
    check(
        &bound("net.port-restricted", &[("port", "9090")], "x"),
        &["target.web.url", "vantage.outside", "vantage.inside"],
        &format!("{web}{outside}[vantage.i]\nhere = true\ncounts-as = ['inside']\n"),
    );
    check(&bound("prometheus.ready", &[], "x"), &["target.web.url"], web);
    check(&bound("host.swap", &[], "x"), &["target.host.here"], "[target.host]\nhere = true\n");
    check(
        &bound("env.required", &[("name", "A")], "x"),
        &["target.host.here"],
        "[target.host]\nssh = 'a@b'\n",
    );
    check(
        &bound("env.required", &[("name", "A"), ("path", "/srv/.env")], "x"),
        &["target.host.here"],
        "[target.host]\nssh = 'a@b'\n",
    );
    check(&bound("db.integrity", &[], "x"), &["target.db.dsn"], "[target.db]\ndsn = 'env:D'\n");
    check(
        &bound("backup.fresh", &[], "x"),
        &["target.files.path"],
        "[target.files]\npath = '/b'\n",
    );
    check(&bound("docs.changelog", &[], "x"), &[], "");
    check(&bound("kubernetes.pods-ready", &[], "x"), &[], "");
    check(
        &bound("net.port-restricted", &[], "x"),
        &["target.web.url", "vantage.outside", "vantage.inside", "line.5.params.port"],
        &format!(
            "{web}{outside}[vantage.i]\nhere = true\ncounts-as = ['inside']\n\
             [line.5]\ntext = 'x'\nparams = {{ port = 9090 }}\n"
        ),
    );
    // On loopback here sees every side, except where a claim has two.
    let loopback = settings("[target.web]\nurl = 'http://127.0.0.1:8000'\n");
    let plan = one("x", &bound("http.security-headers", &[], "x"), &loopback);
    assert_eq!(plan.plan.lines[0].needs, [""; 0]);
    let plan = one("x", &bound("net.port-restricted", &[("port", "1")], "x"), &loopback);
    assert_eq!(plan.plan.lines[0].needs, ["vantage.outside", "vantage.inside"]);
    // A placeholder declares nothing.
    let placeholder = settings("[target.web]\nurl = 'https://yourdomain.com'\n");
    let plan = one("x", &bound("http.cors", &[], "x"), &placeholder);
    assert_eq!(plan.plan.lines[0].needs, ["target.web.url", "vantage.outside"]);
}

/// Settings that declare exactly these needs.
fn declaring(needs: &BTreeSet<&str>, plan: &Planned) -> String {
    // Fields of one target may be missing together: dotted keys stand before all tables.
    let (mut fields, mut text) = (String::new(), String::new());
    for need in needs {
        let parts: Vec<&str> = need.split('.').collect();
        match parts.as_slice() {
            ["target", name, "url"] => {
                writeln!(fields, "target.{name}.url = 'https://shop.test'").unwrap()
            }
            ["target", name, "here"] => writeln!(fields, "target.{name}.here = true").unwrap(),
            ["target", name, "dsn"] => writeln!(fields, "target.{name}.dsn = 'env:D'").unwrap(),
            ["target", name, "path"] => writeln!(fields, "target.{name}.path = '/b'").unwrap(),
            ["vantage", side] => {
                writeln!(text, "[vantage.{side}]\nssh = 'a@b'\ncounts-as = ['{side}']").unwrap();
            }
            ["line", number, "params", name] => {
                let line = plan.plan.lines.iter().find(|it| it.line.to_string() == *number);
                let line = line.unwrap();
                let head = format!("[line.{number}]\n");
                if !text.contains(&head) {
                    writeln!(text, "{head}text = '{}'", line.text).unwrap();
                }
                let given = line
                    .checks
                    .iter()
                    .find_map(|check| find(&check.id)?.world().params.get(*name).cloned());
                writeln!(text, "params.{name} = '{}'", given.unwrap()).unwrap();
            }
            _ => panic!("{need} is no path of the settings that people know"),
        }
    }
    fields + &text
}

/// Plans, declares what is missing, plans again: nothing may be missing then.
fn settle(document: &str, meanings: &[Understood]) -> BTreeSet<String> {
    let before = planned(document, meanings, &settings(""));
    let needs: BTreeSet<&str> =
        before.plan.lines.iter().flat_map(|line| &line.needs).map(String::as_str).collect();
    let declared = declaring(&needs, &before);
    let after = planned(document, meanings, &settings(&declared));
    assert!(!after.has_errors(), "{declared}\n{:?}", after.diagnostics);
    for line in &after.plan.lines {
        assert_eq!(line.needs, [""; 0], "{}\n{declared}", line.text);
    }
    needs.into_iter().map(str::to_owned).collect()
}

#[test]
fn whatever_is_bound_the_needs_can_be_declared() {
    let mut document = String::from("# T\n\n");
    let mut meanings = Vec::new();
    for head in heads::heads().iter().filter(|head| head.form != Form::Duty) {
        writeln!(document, "- [ ] x {}", head.id).unwrap();
        meanings.push(bound(head.id, &[], "x"));
    }
    let needs = settle(&document, &meanings);
    let all = ["target.db.dsn", "target.files.path", "target.host.here", "target.web.url"];
    let targets: Vec<&str> =
        needs.iter().map(String::as_str).filter(|it| it.starts_with("target.")).collect();
    assert_eq!(targets, all);
    assert!(needs.contains("vantage.outside") && needs.contains("vantage.inside"));
    assert!(needs.iter().any(|need| need.starts_with("line.")));
}

#[test]
fn the_needs_of_every_checklist_can_be_declared() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/seeds");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: {folder} is not there");
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|it| it == "md") {
            let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
            settle(&text, &understand(&parse(text.as_bytes())));
        }
    }
}

#[test]
fn several_targets_of_a_kind_are_a_choice_until_a_line_names_one() {
    let two = "[target.shop]\nurl = 'https://shop.test'\n[target.api]\nurl = 'https://api.test'\n\
               [vantage.here]\nhere = true\ncounts-as = ['outside']\n";
    let meaning = bound("http.cors", &[], "CORS");
    let plan = one("CORS is set", &meaning, &settings(two));
    let line = &plan.plan.lines[0];
    assert_eq!(
        (line.state, line.needs.as_slice()),
        (Binding::Choice, &["line.5.target".into()][..])
    );
    assert_eq!(codes(&plan), [""; 0]);
    let named = one("CORS of the API is set", &meaning, &settings(two));
    assert_eq!(named.plan.lines[0].state, Binding::Bound);
    assert_eq!(named.plan.lines[0].checks[0].target, "api");
    assert_eq!(codes(&named), ["settings::unused-target:1"]);
    let said = format!("{two}[line.5]\ntext = 'CORS is set'\ntarget = 'shop'\n");
    let said = one("CORS is set", &meaning, &settings(&said));
    assert_eq!(said.plan.lines[0].checks[0].target, "shop");
    assert_eq!(said.plan.lines[0].needs, [""; 0]);
    let comment = "CORS is set <!-- holdpoint: target=api -->";
    assert_eq!(one(comment, &meaning, &settings(two)).plan.lines[0].checks[0].target, "api");
}

#[test]
fn a_scope_holds_target_line_and_sides() {
    let all = settings(
        "[target.web]\nurl = 'https://shop.test/app'\nallow = ['active']\nroots = 'ca.pem'\n\
         path = '/srv'\nauth = 'env:T'\nheaders = { A = 'b' }\n\
         [vantage.laptop]\nhere = true\ncounts-as = ['outside']\n\
         [vantage.a]\nssh = 'x@y'\ncounts-as = ['inside']\n",
    );
    let plan = one("x", &bound("http.cors", &[], "x"), &all);
    let scope = scope_of(&plan, &all);
    assert_eq!((scope.target.as_str(), scope.line, scope.now), ("web", 5, Time(7)));
    assert_eq!(scope.fields["url"], "https://shop.test/app");
    assert_eq!(scope.fields["headers"], "A: b");
    assert!(!scope.fields.contains_key("path"), "the path of a URL is not a field of the target");
    assert_eq!(scope.allow, Impact::Active);
    assert_eq!(scope.sides[&Side::Outside], Vantage::here());
    assert_eq!(scope.sides[&Side::Inside], Vantage(String::from("a")));
    assert!(!scope.here_is_enough);
    // Another host in the text: nothing is allowed there, and it is told nothing of ours.
    let other = bound("http.cors", &[("url", "https://api.test/x")], "x");
    let plan = one("x", &other, &all);
    assert_eq!(plan.plan.lines[0].checks[0].target, "api.test");
    let scope = scope_of(&plan, &all);
    assert_eq!(scope.site().unwrap().host, "api.test");
    assert_eq!(scope.allow, Impact::ReadOnly);
    assert_eq!(scope.fields.get("roots").map(String::as_str), Some("ca.pem"));
    assert!(!scope.fields.contains_key("auth") && !scope.fields.contains_key("headers"));
    // The same host in the text is the declared target.
    let same = bound("http.cors", &[("url", "https://shop.test/x")], "x");
    let plan = one("x", &same, &all);
    assert_eq!(plan.plan.lines[0].checks[0].target, "web");
    assert_eq!(scope_of(&plan, &all).allow, Impact::Active);
    // A port in the text goes before the one of the URL.
    let port = bound("http.cors", &[("port", "8443")], "x");
    let plan = one("x", &port, &all);
    assert_eq!(scope_of(&plan, &all).site().unwrap().port, 8443);
}

#[test]
fn a_host_in_the_text_that_is_none_is_not_looked_at() {
    let web = "[target.web]\nurl = 'https://shop.test'\n";
    for url in ["http://localhost:8000", "http://127.0.0.1:8000", "https://yourdomain.com"] {
        let meaning = bound("http.cors", &[("url", url)], "x");
        let all = settings(web);
        let plan = one("x", &meaning, &all);
        assert_eq!(plan.plan.lines[0].checks[0].target, "web", "{url}");
        assert_eq!(scope_of(&plan, &all).site().unwrap().host, "shop.test", "{url}");
        let none = settings("");
        let plan = one("x", &meaning, &none);
        // Who says that the server is this machine has said all that an address of its own lacks.
        let web = url.contains("yourdomain");
        let first = if web { "target.web.url" } else { "target.host.here" };
        assert_eq!(plan.plan.lines[0].needs[0], first, "{url}");
        assert_eq!(plan.plan.lines[0].needs.len() == 1, !web, "{url}");
    }
    // On the server itself, its own address is what the text means.
    let here = settings("[target.host]\nhere = true\n");
    let plan = one("x", &bound("http.cors", &[("url", "http://localhost:8000/")], "x"), &here);
    assert_eq!(scope_of(&plan, &here).site().unwrap().host, "localhost");
    assert_eq!(plan.plan.lines[0].needs, [""; 0]);
    // What a person declares is taken as it is.
    let said = settings(&format!("{web}[line.x]\nparams = {{ url = 'http://localhost:8000' }}\n"));
    let plan = one("x", &bound("http.cors", &[], "x"), &said);
    assert_eq!(scope_of(&plan, &said).site().unwrap().host, "localhost");
    assert_eq!(scope_of(&plan, &said).allow, Impact::ReadOnly);
}

#[test]
fn overrides_bind_and_are_checked() {
    let all = settings(
        "[line.'Port 9090 - internal']\ncheck = 'net.port-restricted'\nparams = { port = 9090 }\n\
         severity = 'minor'\n",
    );
    let plan = one("Port  9090 - internal", &unbound(), &all);
    let line = &plan.plan.lines[0];
    assert_eq!((line.state, line.severity), (Binding::Bound, Severity::Minor));
    assert_eq!(line.checks[0].params["port"], "9090");
    assert_eq!(line.checks[0].sources["port"], Origin::Settings);
    assert_eq!(line.checks[0].because, ["Port  9090 - internal"]);
    assert_eq!(codes(&plan), [""; 0]);

    let comment = "x <!-- holdpoint: tls.certificate-served min-days=21 -->";
    let plan =
        one(comment, &bound("tls.certificate-served", &[("min-days", "30")], "x"), &settings(""));
    let check = &plan.plan.lines[0].checks[0];
    assert_eq!(check.params["min-days"], "21");
    assert_eq!(check.sources["min-days"], Origin::Settings);
    assert_eq!(check.because, ["x"]);

    let wrong = |toml: &str, code: &str, help: &str| {
        let plan = one("x", &bound("net.port-open", &[("port", "80")], "x"), &settings(toml));
        let found = plan.diagnostics.iter().find(|it| it.code == code);
        let found = found.unwrap_or_else(|| panic!("{toml}: {:?}", plan.diagnostics));
        assert!(found.help.contains(help), "{found:?}");
        assert!(found.message.contains("(holdpoint.toml:"), "{found:?}");
        assert_eq!(plan.plan.lines[0].checks[0].id, "net.port-open");
    };
    wrong("[line.x]\ncheck = 'net.port-opn'\n", "settings::unknown-check", "`net.port-open`");
    wrong("[line.x]\nparams = { prot = 1 }\n", "settings::param", "`port`");
    wrong("[line.x]\nparams = { resolve = 'a' }\n", "settings::param", "");
    wrong(
        "[line.x]\ntarget = 'wbe'\n[target.web]\nurl='https://s.test'\n",
        "settings::unknown-target",
        "`web`",
    );
    wrong("[line.x]\nparams = { port = '80' }\n", "settings::idle-override", "");
    wrong("[line.y]\nseverity = 'major'\n", "settings::unmatched-override", "");
    wrong("[line.5]\ntext = 'y'\nseverity = 'major'\n", "settings::unmatched-override", "");
    wrong("[line.9]\ntext = 'x'\nseverity = 'major'\n", "settings::unmatched-override", "line 5");
    let plan = one("x <!-- holdpoint: net.port-opn port=80 -->", &unbound(), &settings(""));
    assert_eq!(codes(&plan), ["bind::unknown-check:5"]);
    assert!(plan.has_errors());
    let misfit = "[line.x]\ntarget = 'db'\n[target.db]\ndsn = 'env:D'\n";
    let plan = one("x", &bound("http.cors", &[], "x"), &settings(misfit));
    assert!(codes(&plan).contains(&String::from("bind::target-kind:5")), "{:?}", codes(&plan));
}

#[test]
fn a_person_says_when_lines_are_decided() {
    let text = "# T\n\n## Nightfall\n\n- [ ] Works\n- [ ] Run `./migrate.sh --all`\n\n### Dawn\n\n- [ ] x\n\n## Noon\n\n- [ ] y <!-- holdpoint: phase=rollback -->\n";
    let document = parse(text.as_bytes());
    let plan = |toml: &str| holdpoint_bind::plan::plan(inputs(&document, &settings(toml)));
    let phases = |plan: &Planned| -> Vec<&'static str> {
        plan.plan.lines.iter().map(|line| line.phase.word()).collect()
    };
    let plain = plan("");
    assert_eq!(phases(&plain), ["pre", "pre", "pre", "rollback"]);
    assert_eq!(codes(&plain), [""; 0]);
    let said =
        plan("[phase]\n'nightfall' = 'post'\n'Dawn' = 'watch'\n[line.y]\nphase = 'deploy'\n");
    assert_eq!(phases(&said), ["post", "post", "watch", "deploy"]);
    // Kinds follow the phase, and the lock holds what the text says.
    assert_eq!(said.plan.lines[1].kind, Kind::Command);
    assert_eq!(said.lock, plain.lock);
    assert_ne!(digest(&said.plan), digest(&plain.plan));
    let pinned = settings("[phase]\nNightfall = 'post'\n");
    let again = holdpoint_bind::plan::plan(Inputs {
        lock: Some(&plain.lock),
        ..inputs(&document, &pinned)
    });
    assert_eq!(phases(&again), ["post", "post", "post", "rollback"]);
    assert!(again.proposals.is_empty() && again.changes.is_empty());

    let slip = plan("[phase]\nNightfal = 'post'\n");
    assert_eq!(codes(&slip), ["settings::unknown-heading:2"]);
    let found = slip.diagnostics.iter().find(|it| it.code == "settings::unknown-heading").unwrap();
    assert_eq!(found.help, "did you mean `Nightfall`?");
    assert!(slip.has_errors());
    // It may be a heading of another document of the folder.
    let other = plan("[phase]\n'Clean-up of mail' = 'post'\n");
    assert_eq!(codes(&other), ["settings::unknown-heading:2"]);
    assert!(!other.has_errors());
    assert_eq!(codes(&plan("[phase]\nNoon = 'pre'\n")), ["settings::idle-override:2"]);
    assert_eq!(codes(&plan("[line.Works]\nphase = 'pre'\n")), ["settings::idle-override:1"]);
    for (toml, help) in [
        ("[phase]\nNoon = 'psot'\n", "did you mean `post`?"),
        ("[line.y]\nphase = 'folowup'\n", "did you mean `followup`?"),
        ("[phase]\nNoon = 'meta'\n", "one of pre, deploy"),
    ] {
        let wrong = Settings::read(toml, "holdpoint.toml").unwrap_err();
        assert!(wrong[0].message.contains("is no phase"), "{wrong:?}");
        assert!(wrong[0].help.starts_with(help), "{wrong:?}");
    }
}

#[test]
fn an_override_that_matches_several_lines_lists_them() {
    let text = "# T\n\n## A\n\n- [ ] Works\n\n## B\n\n- [ ] Works\n";
    let meanings = [unbound(), unbound()];
    let all = settings("[line.Works]\nseverity = 'minor'\n");
    let plan = planned(text, &meanings, &all);
    let found = plan.diagnostics.iter().find(|it| it.code == "settings::ambiguous-override");
    assert!(found.unwrap().message.contains("matches 2 lines: 5, 9"), "{found:?}");
    assert!(plan.has_errors());
    let all = settings("[line.9]\ntext = 'Works'\nseverity = 'minor'\n");
    let plan = planned(text, &meanings, &all);
    let severities: Vec<Severity> = plan.plan.lines.iter().map(|line| line.severity).collect();
    assert_eq!(severities, [Severity::Major, Severity::Minor]);
    assert!(!plan.has_errors());
}

#[test]
fn a_line_has_the_highest_severity_of_its_checks() {
    let severity = |meaning: &Understood| one("x", meaning, &settings("")).plan.lines[0].severity;
    let mut both = bound("http.compression", &[], "x");
    assert_eq!(severity(&both), Severity::Minor);
    both.checks.extend(bound("http.health", &[], "x").checks);
    assert_eq!(severity(&both), Severity::Blocker);
    both.severity = Some(Severity::Info);
    assert_eq!(severity(&both), Severity::Info);
    assert_eq!(severity(&unbound()), Severity::Major);
}

#[test]
fn gates_decide_their_lines_and_wait_for_some() {
    let check = |phase, kind, id: &str, gated: bool, gates: [bool; 2]| {
        let meaning = Understood { phase, kind, ..bound(id, &[], "x") };
        let plan = one("x", &meaning, &settings(""));
        let line = &plan.plan.lines[0];
        assert_eq!(line.gated, gated, "{id}");
        let decided = [Gate::Pre, Gate::Post].map(|gate| decided_by(gate, line));
        assert_eq!(decided, gates, "{id}");
        assert_eq!(decided_by(Gate::All, line), gates[0] || gates[1], "{id}");
    };
    check(Phase::Pre, Kind::Probe, "http.health", true, [true, false]);
    check(Phase::Post, Kind::Probe, "http.health", true, [false, true]);
    check(Phase::Pre, Kind::Probe, "http.transport", false, [true, false]);
    check(Phase::Meta, Kind::Contact, "contact.complete", true, [true, false]);
    check(Phase::Pre, Kind::Group, "meta.rollup", false, [false, false]);
    check(Phase::Meta, Kind::Config, "policy.gate-order", false, [false, false]);
    check(Phase::Pre, Kind::Config, "env.required", true, [true, false]);
    check(Phase::Deploy, Kind::Command, "step.shell", true, [false, false]);
    check(Phase::Pre, Kind::Command, "backup.run", true, [false, false]);
    check(Phase::Signoff, Kind::Signoff, "signoff.approval", true, [false, false]);
    check(Phase::Reference, Kind::Command, "db.connections", false, [false, false]);
}

#[test]
fn a_condition_and_a_command_come_along() {
    let mut meaning = bound("step.shell", &[], "run");
    meaning.kind = Kind::Command;
    meaning.condition = Some(String::from("if needed"));
    let plan = one("run `./go.sh fast` (if needed)", &meaning, &settings(""));
    let line = &plan.plan.lines[0];
    assert_eq!(line.command.as_deref(), Some("./go.sh fast"));
    assert_eq!(line.checks[0].params["applies-if"], "if needed");
    assert_eq!(line.section, ["S"]);
    assert_eq!(line.needs, ["target.host.here"]);
}

#[test]
fn the_environment_is_part_of_the_digest() {
    let document = parse(b"# T\n\n- [ ] x\n");
    let empty = Settings::empty("holdpoint.toml");
    let plain = assemble(inputs(&document, &empty), &[unbound()]);
    let staging = assemble(
        Inputs { environment: Some("staging"), ..inputs(&document, &empty) },
        &[unbound()],
    );
    assert_ne!(digest(&plain.plan), digest(&staging.plan));
    assert_eq!(digest(&plain.plan), digest(&plain.plan.clone()));
}

#[test]
fn a_check_typed_by_hand_looks_from_here() {
    let given = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    let none = settings("");
    let ad_hoc = |id: &str, pairs: &[(&str, &str)], settings: &Settings| {
        scope::ad_hoc(id, &given(pairs), settings, [].into(), None, Time(0))
    };
    let (params, scope) = ad_hoc("http.cors", &[("url", "http://localhost:1")], &none);
    assert!(params.is_empty(), "{params:?}");
    assert_eq!(scope.site().unwrap().host, "localhost");
    assert!(scope.here_is_enough);
    let (_, scope) = ad_hoc("host.swap", &[], &none);
    assert!(scope.host().is_ok());
    let web = settings("[target.web]\nurl = 'https://shop.test:8443'\nallow = ['active']\n");
    let (params, scope) = ad_hoc("net.port-open", &[("port", "80")], &web);
    assert_eq!((params["port"].as_str(), scope.allow), ("80", Impact::Active));
    assert_eq!(scope.site().unwrap().port, 8443);
}

#[test]
fn an_address_that_is_the_checks_own_parameter_is_where_it_looks() {
    let all = settings("[vantage.laptop]\nhere = true\ncounts-as = ['outside']\n");
    for name in ["http.smoke", "grafana.ready"] {
        let meaning = bound(name, &[("url", "https://shop.test/x")], "x");
        let plan = one("x", &meaning, &all);
        assert_eq!(plan.plan.lines[0].needs, [""; 0], "{name}");
        assert_eq!(scope_of(&plan, &all).site().unwrap().host, "shop.test", "{name}");
        let placeholder = bound(name, &[("url", "https://yourdomain.com/x")], "x");
        let plan = one("x", &placeholder, &all);
        assert_eq!(plan.plan.lines[0].needs, ["target.web.url"], "{name}");
    }
}

#[test]
fn what_files_say_is_used_shown_and_never_pinned() {
    let found = [Found {
        target: "web",
        field: "url",
        value: "https://shop.test",
        origin: "nginx/shop.conf:4",
    }];
    let vantage = "[vantage.laptop]\nhere = true\ncounts-as = ['outside']\n";
    let none = settings(vantage);
    let all = none.clone().with_discovered(&found);
    let meaning = bound("http.cors", &[("port", "8443")], "x");
    let before = one("x", &meaning, &none);
    assert_eq!(before.plan.lines[0].needs, ["target.web.url"]);
    let plan = one("x", &meaning, &all);
    let check = &plan.plan.lines[0].checks[0];
    assert_eq!(plan.plan.lines[0].needs, [""; 0]);
    assert_eq!(check.params["url"], "https://shop.test");
    assert_eq!(check.sources["url"], Origin::Discovered);
    assert_eq!(check.sources["port"], Origin::Text);
    // The port of the text goes before the one of the URL, whoever gave that.
    let scope = scope_of(&plan, &all);
    assert_eq!(scope.site().unwrap().port, 8443);
    assert_eq!((scope.allow, scope.target.as_str()), (Impact::ReadOnly, "web"));
    assert!(!scope::params(check).contains_key("url"), "a subject is no parameter of the check");
    assert_eq!(plan.lock, before.lock);
    assert_ne!(digest(&plan.plan), digest(&before.plan));
    // A host in the text is another one, and a target that no line is about is no complaint.
    let other = one("x", &bound("http.cors", &[("host", "a.test")], "x"), &all);
    assert_eq!(other.plan.lines[0].checks[0].target, "a.test");
    assert!(!other.plan.lines[0].checks[0].sources.values().any(|it| *it == Origin::Discovered));
    assert_eq!(codes(&other), [""; 0]);
}
