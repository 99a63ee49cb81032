//! Each rule before texts that it must find something in, and before those that it must leave alone.

use holdpoint_document::parse;
use holdpoint_model::diagnostic::Diagnostic;

use super::*;
use crate::{
    plan::{Inputs, plan},
    settings::Settings,
};

fn findings(text: &str, lock: Option<&Lock>) -> Vec<Diagnostic> {
    let document = parse(text.as_bytes());
    let settings = Settings::empty("holdpoint.toml");
    let inputs =
        Inputs { document: &document, path: "a.md", settings: &settings, lock, environment: None };
    let planned = plan(inputs);
    let exists = |path: &str| matches!(path, "docs/there.md" | "/docs" | "scripts/run.sh");
    lint(&Subject { document: &document, plan: &planned.plan, lock, exists: &exists }, &[])
}

/// The names of the rules that find something, with what they underline.
fn found(text: &str) -> Vec<(String, String)> {
    let all = findings(text, None);
    let part = |it: &Diagnostic| {
        let span = it.labels[0].span;
        assert_eq!(text[..span.start].matches('\n').count() + 1, it.line, "{it:?}");
        text[span.start..span.end].to_owned()
    };
    all.iter().map(|it| (rule_name(it).to_owned(), part(it))).collect()
}

/// Items below a heading for each of these texts, each finding exactly this at exactly this place.
fn finds(rule: &str, heading: &str, cases: &[(&str, &str)]) {
    for (text, part) in cases {
        let text = format!("# T\n\n## {heading}\n\n{text}\n");
        assert_eq!(found(&text), [(rule.to_owned(), (*part).to_owned())], "{text}");
    }
}

fn leaves(heading: &str, texts: &[&str]) {
    for text in texts {
        let text = format!("# T\n\n## {heading}\n\n{text}\n");
        assert_eq!(found(&text), [], "{text}");
    }
}

fn typed(command: &str) -> String {
    format!("```bash\n{command}\n```")
}

#[test]
fn commands_that_never_end() {
    for command in [
        "tail -f /var/log/app.log",
        "tail -n 50 -F app.log | grep error",
        "sudo journalctl -u app -f",
        "docker compose -f prod.yml logs -f --tail 100",
        "docker logs --tail=100 -f api",
        "kubectl -n prod logs -f deploy/api",
        "kubectl port-forward svc/api 8080:80",
        "kubectl get pods -w",
        "watch -n 1 df -h",
        "ssh app@web1 tail -f /var/log/app.log",
        "docker exec -it api top",
        "docker stats",
        "ping db.internal",
    ] {
        let all = found(&format!("# T\n\n## Deployment Steps\n\n{}\n", typed(command)));
        assert_eq!(all.len(), 1, "{command}: {all:?}");
        assert_eq!(all[0].0, "endless-command", "{command}");
    }
    let bounded = [
        "tail -n 200 app.log",
        "docker compose -f prod.yml logs api",
        "timeout 30 tail -f app.log",
        "kubectl port-forward svc/api 8080:80 &",
        "kubectl logs --tail=20 deploy/api",
        "kubectl apply -f app.yaml",
        "top -bn1 | head",
        "docker stats --no-stream",
        "ping -c 3 db.internal",
        "journalctl -u app -n 50",
        "rm -f app.log # tail -f shows more",
    ];
    let texts: Vec<String> = bounded.iter().map(|command| typed(command)).collect();
    leaves("Deployment Steps", &texts.iter().map(String::as_str).collect::<Vec<_>>());
    finds(
        "endless-command",
        "Post-Deployment Verification",
        &[
            ("- [ ] Look at the log: `kubectl logs -f deploy/api`", "kubectl logs -f deploy/api"),
            ("- [ ] Run `htop`", "htop"),
        ],
    );
    leaves(
        "Post-Deployment Verification",
        &["- [ ] `watch` mode is off in the build", "- [ ] Never leave `tail -f app.log` running"],
    );
}

#[test]
fn commands_that_print_secrets() {
    for command in [
        "cat .env",
        "cat /opt/app/.env.production | grep DB_",
        "sudo cat .env",
        "env",
        "printenv | sort",
        "printenv API_TOKEN",
        "echo $DB_PASSWORD",
        "echo \"${JWT_SECRET}\"",
        "kubectl get secret app -o yaml",
        "kubectl get secrets app -o jsonpath='{.data.key}' -n x | base64 -d",
        "kubectl exec deploy/api -- env",
        "docker exec api printenv",
        "grep SECRET .env",
        "aws secretsmanager get-secret-value --secret-id x",
    ] {
        let all = found(&format!("# T\n\n## Deployment Steps\n\n{}\n", typed(command)));
        assert_eq!(all.len(), 1, "{command}: {all:?}");
        assert_eq!(all[0].0, "printed-secret", "{command}");
    }
    let silent = [
        "cat .env.example",
        "cp .env.example .env",
        "env NODE_ENV=production node app.js",
        "env | cut -d= -f1",
        "printenv NODE_ENV",
        "env | grep NODE_ENV",
        "echo $NODE_ENV",
        "echo \"$REGISTRY_PASSWORD\" | docker login --password-stdin",
        "test -n \"$DB_PASSWORD\" && echo set",
        "kubectl get secret app",
        "kubectl get secret app -o name",
        "kubectl get configmap app -o yaml",
        "grep -c SECRET .env",
        "grep NODE_ENV .env",
        "cat .env | wc -l",
        "cat .env > backup/.env",
        "set -e",
    ];
    let texts: Vec<String> = silent.iter().map(|command| typed(command)).collect();
    leaves("Deployment Steps", &texts.iter().map(String::as_str).collect::<Vec<_>>());
    leaves(
        "Pre-Deployment",
        &["- [ ] Every variable in `env` is documented", "- [ ] `.env` is set"],
    );
}

#[test]
fn ways_back_without_a_target() {
    let fence = typed("kubectl rollout undo deployment/api");
    finds(
        "relative-rollback",
        "Rollback Procedure",
        &[
            ("1. [ ] Deploy the previous version", "previous version"),
            ("- [ ] Go back to the last known good release", "last known good"),
            (
                "- [ ] Undo: `kubectl rollout undo deployment/api`",
                "kubectl rollout undo deployment/api",
            ),
            (&fence, "kubectl rollout undo deployment/api"),
            ("- [ ] `git checkout HEAD~1`", "git checkout HEAD~1"),
            ("- [ ] `helm rollback shop`", "helm rollback shop"),
            ("- [ ] `alembic downgrade -1`", "alembic downgrade -1"),
        ],
    );
    let named = typed("kubectl rollout undo deployment/api --to-revision=4");
    leaves(
        "Rollback Procedure",
        &[
            "- [ ] Deploy the previous version (v1.4.2)",
            "- [ ] Deploy the previous version: `docker run shop@sha256:91ab`",
            "- [ ] Previous version identified",
            "- [ ] `helm rollback shop 12`",
            "- [ ] `git checkout v1.4.2`",
            "- [ ] Users are told",
            &named,
        ],
    );
    // What is said about it elsewhere is no way back.
    leaves("Pre-Deployment", &["- [ ] Rollback to the previous version tested"]);
}

#[test]
fn placeholders() {
    finds(
        "placeholder",
        "Pre-Deployment",
        &[
            ("- [ ] https://api.yourdomain.com/health answers", "api.yourdomain.com"),
            ("- [ ] Image `registry.example.com/shop` pushed", "registry.example.com"),
            ("- [ ] Run `deploy <version>`", "<version>"),
            ("- [ ] Reviewed by [Your Name]", "[Your Name]"),
            ("- [ ] Owner: TBD", "TBD"),
            ("- [ ] Alert channel: TODO", "TODO"),
            ("- [ ] Password is not the default: changeme", "changeme"),
            ("- [ ] Bucket s3://your-bucket exists", "your-bucket"),
        ],
    );
    leaves(
        "Pre-Deployment",
        &[
            "- [ ] Your team is ready",
            "- [ ] No TODO comments left in the code",
            "- [ ] `grep -r yourdomain.com k8s/` finds nothing",
            "- [ ] Replace `api.yourdomain.com` with the real domain",
            "- [ ] The page has a <title> and a `<Suspense>` boundary",
            "- [ ] Latency < 200 ms and errors > 0 are seen",
            "- [ ] `List<String>` is serialised",
            "- [ ] [Docs](docs/there.md) read",
            "- [ ] <https://shop.test/docs> opened",
            "- [x] Done [skip ci]",
            "<!-- yourdomain.com, TODO: fill in -->\n\n- [ ] Port 80 open",
        ],
    );
    leaves("Sign-Off", &["- [ ] Engineering Lead: <name> Date: <date>"]);
    // The same one is said once, and what a file elsewhere holds is no more than a note.
    let text = "# T\n\n- [ ] https://yourdomain.com/a\n- [ ] https://yourdomain.com/b\n";
    let all = findings(text, None);
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].message.ends_with("also in line 4"), "{all:?}");
    let text = "# T\n\n## Environment Variables\n\n```env\nHOST=shop.yourdomain.com\n```\n";
    assert_eq!(findings(text, None)[0].level, Level::Note);
}

#[test]
fn thresholds_without_a_unit() {
    finds(
        "no-unit",
        "Performance",
        &[
            ("- [ ] Response time < 500", "< 500"),
            ("- [ ] Response time acceptable (< 500)", "< 500"),
            ("- [ ] API latency under 200 at peak", "under 200"),
            ("- [ ] Error rate below 1", "below 1"),
            ("- [ ] CPU usage > 80 for 5 minutes", "> 80"),
            ("- [ ] Free disk space >= 20", ">= 20"),
        ],
    );
    leaves(
        "Performance",
        &[
            "- [ ] Response time < 500ms",
            "- [ ] Response time (ms) < 500",
            "- [ ] Error rate < 1 %",
            "- [ ] At least 4 CPU cores",
            "- [ ] CPU count >= 4",
            "- [ ] Lighthouse score > 90",
            "- [ ] Latency < 2秒",
            "- [ ] Memory >= 8 GB",
            "- [ ] Cost under $500",
        ],
    );
}

#[test]
fn one_thing_with_two_values() {
    let pair = |one: &str, two: &str| {
        found(&format!("# T\n\n## A\n\n- [ ] {one}\n\n## B\n\n- [ ] {two}\n"))
    };
    for (one, two, part) in [
        ("Port 9090 (Prometheus) restricted", "Prometheus on port 9091", "9091"),
        ("Grafana at http://localhost:3000", "Grafana port 3001 closed", "3001"),
        ("Node.js 18+ installed", "Node 20 or later on the server", "node 20 or later"),
        ("PostgreSQL 15 installed", "PostgreSQL 14 running", "postgresql 14"),
        ("API error rate < 1%", "API error rate < 0.5%", "< 0.5"),
        ("Checkout latency < 200ms", "Checkout latency < 2s", "< 2"),
    ] {
        let all = pair(one, two);
        assert_eq!(all.len(), 1, "{one} / {two}: {all:?}");
        assert_eq!(all[0].0, "contradiction");
        assert!(part.starts_with(&all[0].1.to_lowercase()), "{one} / {two}: {all:?}");
    }
    for (one, two) in [
        ("Port 9090 (Prometheus) restricted", "Prometheus on port 9090"),
        ("Port 5672 (RabbitMQ)", "RabbitMQ management on port 15672"),
        ("Port 80 accessible", "Port 443 accessible"),
        ("Python 3.11 installed", "Python 3 available"),
        ("PostgreSQL 14+ installed", "PostgreSQL 15 running"),
        ("Node 18 installed", "Upgrade from Node 16 tested"),
        ("Checkout latency < 200ms", "Checkout latency < 0.2s"),
        ("P95 latency < 200ms", "P99 latency < 500ms"),
        ("API error rate < 1%", "API error rate > 5% alerts"),
        ("CPU < 70%", "CPU < 90%"),
        ("Redis 7+", "Redis 6379 closed"),
    ] {
        assert_eq!(pair(one, two), [], "{one} / {two}");
    }
}

#[test]
fn links_that_lead_to_nothing() {
    finds(
        "dead-link",
        "Reading",
        &[
            ("- [ ] [Guide](docs/gone.md) read", "docs/gone.md"),
            ("See [this](docs/gone.md#part \"a title\").", "docs/gone.md#part"),
            ("- [ ] ![diagram](docs/gone%20too.png)", "docs/gone%20too.png"),
            ("[guide]: docs/gone.md", "docs/gone.md"),
            ("- [ ] [Below](#no-such-part)", "#no-such-part"),
            ("- [ ] [Root](/docs/gone.md)", "/docs/gone.md"),
        ],
    );
    leaves(
        "Reading the [docs](docs/there.md)",
        &[
            "- [ ] [Guide](docs/there.md#part) read",
            "- [ ] [Here](#reading-the-docs)",
            "- [ ] [Site](https://shop.test/docs/gone.md), [mail](mailto:a@b.test)",
            "- [ ] [Issue](../../issues/5)",
            "- [ ] [Site root](/guides/a.md)",
            "- [ ] `[a](docs/gone.md)` is how links look",
            "- [ ] [Template](docs/{name}.md)",
            "```md\n[a](docs/gone.md)\n```",
        ],
    );
}

#[test]
fn contacts_that_reach_nobody() {
    let text = "# T\n\n## Emergency Contacts\n\n| Role | Name | Contact |\n| --- | --- | --- |\n\
                | Lead | [Name] | [Phone] |\n| DBA | | |\n| Ops | ____ | ____ |\n| QA | Ann | 12 |\n";
    let rows: Vec<usize> = findings(text, None).iter().map(|it| it.line).collect();
    assert_eq!(rows, [7, 8, 9]);
    assert!(findings(text, None).iter().all(|it| rule_name(it) == "empty-contact"));
    finds(
        "empty-contact",
        "Emergency Contacts",
        &[("- On-call: [Phone]", "On-call: [Phone]"), ("- **DBA**: ________", "**DBA**: ________")],
    );
    leaves("Emergency Contacts", &["- On-call: +49 30 1234", "- **DBA**: #db-oncall"]);
}

#[test]
fn new_lines_that_nobody_understands() {
    let old = "# T\n\n## Pre-Deployment\n\n- [ ] Frobnicate the grommets\n- [ ] Port 80 open\n";
    let document = parse(old.as_bytes());
    let lock = Lock::of(&document, "a.md", &crate::understand::understand(&document));
    assert_eq!(findings(old, Some(&lock)), []);
    let new = format!("{old}- [ ] Blorp zzyv qwx\n- [ ] Port 443 open\n");
    let all = findings(&new, Some(&lock));
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!((rule_name(&all[0]), all[0].line), ("unbound-line", 7));
    assert_eq!(findings(&new, None), [], "without a lock nothing is new");
}

#[test]
fn comments_ignore_rules() {
    let line = "- [ ] Look: `tail -f app.log`";
    leaves(
        "A",
        &[
            &format!("{line} <!-- holdpoint-lint: ignore endless-command -->"),
            &format!("{line} <!-- holdpoint-lint: ignore -->"),
            &format!("<!-- holdpoint-lint: ignore endless-command, placeholder -->\n{line}"),
            "<!-- holdpoint-lint: ignore endless-command -->\n```bash\ndate\ntail -f app.log\n```",
            "```bash\ntail -f app.log # holdpoint-lint: ignore endless-command\n```",
        ],
    );
    finds(
        "endless-command",
        "A",
        &[
            (&format!("{line} <!-- holdpoint-lint: ignore placeholder -->"), "tail -f app.log"),
            (&format!("<!-- holdpoint-lint: ignore -->\n\n\n{line}"), "tail -f app.log"),
        ],
    );
    let all = found(&format!("# T\n\n{line} <!-- holdpoint-lint: ignore endless-comand -->\n"));
    let rules: Vec<&str> = all.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(rules, ["endless-command", "unknown-rule"]);
    assert_eq!(all[1].1, "endless-comand");
}

#[test]
fn what_files_say_otherwise() {
    let text = "# T\n\n- [ ] Port 9090 (Prometheus) open\n- [ ] Run ./scripts/gone.sh\n";
    let document = parse(text.as_bytes());
    let settings = Settings::empty("holdpoint.toml");
    let inputs = Inputs {
        document: &document,
        path: "a.md",
        settings: &settings,
        lock: None,
        environment: None,
    };
    let planned = plan(inputs);
    let subject =
        Subject { document: &document, plan: &planned.plan, lock: None, exists: &|_| true };
    let places = [String::from("compose.yml:8")];
    let said = [
        Disagreement { line: 3, text: "says 9090; it is 9091 there", places: &places },
        Disagreement { line: 4, text: "names ./scripts/gone.sh, which is not there", places: &[] },
    ];
    let all = lint(&subject, &said);
    let part = |it: &Diagnostic| &text[it.labels[0].span.start..it.labels[0].span.end];
    let rows: Vec<_> = all.iter().map(|it| (rule_name(it), part(it))).collect();
    assert_eq!(rows, [("repository", "9090"), ("missing-file", "./scripts/gone.sh")]);
    assert!(all[0].message.contains("compose.yml:8"), "{all:?}");
}

#[test]
fn any_bytes_are_linted() {
    for bytes in
        [&b"\xff\xfe- [ ] a\x00"[..], b"- [ ] \xff tail -f `x", b"<!-- holdpoint-lint: ignore", b""]
    {
        let document = parse(bytes);
        let settings = Settings::empty("holdpoint.toml");
        let inputs = Inputs {
            document: &document,
            path: "a.md",
            settings: &settings,
            lock: None,
            environment: None,
        };
        let planned = plan(inputs);
        let subject =
            Subject { document: &document, plan: &planned.plan, lock: None, exists: &|_| true };
        drop(lint(&subject, &[]));
    }
}
