//! `holdpoint.toml`: what is read, and what is said about mistakes.

use holdpoint_bind::settings::{LockPolicy, Settings, Which};
use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    line::{Impact, Severity, Side},
};
use proptest::prelude::*;

const WHOLE: &str = r#"
schema = 1
release = { version = "1.0.0", commit = "auto" }

[target.web]
url = "https://shop.example"
allow = ["active"]
budget = { in-flight = 4, per-second = 20 }
resolve = "shop.example:127.0.0.1"
headers = { X-Tenant = "a", Authorization = "env:TOKEN" }
auth = "env:TOKEN"
control = "one.test:443"

[target.host]
here = true

[target.db]
dsn = "env:DATABASE_URL"

[target.app]
command = ["docker", "exec", "-i", "app", "sh"]

[vantage.office]
ssh = "me@bastion"
counts-as = ["outside"]

[env.staging.target.web]
host = "staging.shop.example"
port = 8443
allow = []

[line."Port 9090 (Prometheus) - restricted to internal network"]
check = "net.port-restricted"
params = { port = "9090", allow = ["10.0.0.0/8", "192.168.0.0/16"] }

[line.64]
text = "HSTS header enabled"
severity = "major"

[roster]
"DevOps Lead" = { name = "A. Lead", key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF" }

[policy]
lock = "present"
"#;

fn complaints(text: &str) -> Vec<Diagnostic> {
    Settings::read(text, "holdpoint.toml").map(|_| Vec::new()).unwrap_or_else(|them| them)
}

fn check(text: &str, code: &str, message: &str, help: &str) {
    let them = complaints(text);
    assert_eq!(them.len(), 1, "{text}: {them:?}");
    assert_eq!(them[0].code, code, "{text}: {them:?}");
    assert!(them[0].message.contains(message), "{text}: {them:?}");
    assert!(them[0].help.contains(help), "{text}: {them:?}");
    assert_eq!(them[0].level, Level::Error);
}

#[test]
fn reads_everything() {
    let settings = Settings::read(WHOLE, "holdpoint.toml").unwrap();
    let web = &settings.targets["web"];
    assert_eq!(web.fields["url"], "https://shop.example");
    assert_eq!(web.most(), Impact::Active);
    assert_eq!((web.budget.in_flight, web.budget.per_second), (Some(4), Some(20)));
    assert_eq!(web.headers["Authorization"], "env:TOKEN");
    assert_eq!(settings.targets["host"].fields["here"], "true");
    assert_eq!(settings.targets["host"].most(), Impact::ReadOnly);
    assert_eq!(settings.targets["app"].fields["command"], "docker exec -i app sh");
    assert!(settings.vantages["office"].counts_as.contains(&Side::Outside));
    assert_eq!(settings.release.version.as_deref(), Some("1.0.0"));
    assert_eq!(settings.policy.lock, LockPolicy::Present);
    assert_eq!(settings.roster["DevOps Lead"].name.as_deref(), Some("A. Lead"));
    // In the order of the file, so that messages come in it too.
    let [port, hsts] = settings.lines.as_slice() else { panic!("{:?}", settings.lines) };
    assert_eq!(port.check.as_ref().unwrap().0, "net.port-restricted");
    assert_eq!(port.params["allow"].0, "10.0.0.0/8,192.168.0.0/16");
    assert!(matches!(&hsts.which, Which::Number { line: 64, text } if text.starts_with("HSTS")));
    assert_eq!(hsts.severity, Some(Severity::Major));
}

#[test]
fn nothing_is_the_defaults() {
    let read = Settings::read("", "holdpoint.toml").unwrap();
    assert_eq!(read, Settings::empty("holdpoint.toml"));
    assert_eq!(read.policy.lock, LockPolicy::Reviewed);
}

#[test]
fn an_overlay_replaces_where_something_is() {
    let settings = Settings::read(WHOLE, "holdpoint.toml").unwrap();
    let staging = settings.clone().in_environment(Some("staging")).unwrap();
    let web = &staging.targets["web"];
    assert!(!web.fields.contains_key("url"));
    assert_eq!(web.fields["host"], "staging.shop.example");
    assert_eq!(web.fields["control"], "one.test:443");
    assert_eq!(web.most(), Impact::ReadOnly);
    assert_eq!(staging.targets["db"], settings.targets["db"]);
    assert_eq!(settings.clone().in_environment(None).unwrap(), settings);
    let unknown = settings.in_environment(Some("stagging")).unwrap_err();
    assert_eq!(unknown.code, "settings::unknown-environment");
    assert_eq!(unknown.help, "did you mean `staging`?");
}

#[test]
fn mistakes_are_shown_with_place_and_nearest_word() {
    let unknown = "settings::unknown-key";
    check("[target.web]\nulr = 'x'\n", unknown, "`ulr` in [target.web]", "`url`");
    check("[target.web]\nulr = 'x'\n", unknown, "(holdpoint.toml:2:1)", "");
    check("[tagret.web]\n", unknown, "`tagret`", "`target`");
    check("[vantage.a]\ncount-as = []\n", unknown, "[vantage.a]", "`counts-as`");
    check("[env.s.targets.web]\n", unknown, "[env.s]", "`target`");
    check("[line.x]\nchecks = 'a'\n", unknown, "[line.x]", "`check`");
    check("[target.w]\nbudget = { in-fligth = 1 }\n", unknown, "budget", "`in-flight`");
    let kind = "settings::wrong-type";
    check("[target.host]\nhere = 'yes'\n", kind, "a text, not `true` or `false`", "");
    check("[target.web]\nurl = ['a']\n", kind, "a list", "");
    check("target = 3\n", kind, "a number, not a table", "");
    let value = "settings::wrong-value";
    check("schema = 2\n", value, "2 is not known", "schema = 1");
    check("[target.web]\nallow = ['activ']\n", value, "`activ`", "`active`");
    check("[target.web]\nport = 70000\n", value, "65535", "");
    check("[target.web]\nurl = 'postgres://x'\n", value, "http(s)", "`dsn`");
    check("[target.web]\nurl = ''\n", value, "empty", "");
    check("[target.web]\nresolve = 'shop.test'\n", value, "pin", "127.0.0.1");
    check("[vantage.a]\ncounts-as = ['outsid']\n", value, "`outsid`", "`outside`");
    check("[vantage.a]\nhere = true\nssh = 'x'\n", value, "more than one way", "`here`");
    check("[line.x]\nseverity = 'bloker'\n", value, "`bloker`", "`blocker`");
    check("[policy]\nlock = 'reviewd'\n", value, "lock", "`reviewed`");
    check("[line.64]\nseverity = 'major'\n", "settings::unguarded-line", "[line.64]", "text");
    check("[target\n", "settings::syntax", "", "");
    let two = complaints("[target.web]\nulr = 'x'\nprot = 1\n");
    assert_eq!(two.iter().map(|it| it.line).collect::<Vec<_>>(), [2, 3]);
    assert!(two.iter().all(|it| it.labels.len() == 1));
}

#[test]
fn a_secret_is_refused_and_never_shown() {
    for text in [
        "[target.db]\ndsn = 'postgres://app:hunter2@db/shop'\n",
        "[target.web]\nauth = 'Bearer hunter2'\n",
        "[target.web]\nheaders = { Authorization = 'Basic hunter2' }\n",
        "[target.web]\nheaders = { X-Api-Key = 'hunter2' }\n",
        "[target.web]\nurl = 'https://user:hunter2@shop.test'\n",
        "[vantage.a]\nproxy = 'http://user:hunter2@proxy.test'\n",
        "[line.x]\nparams = { password = 'hunter2' }\n",
        "[target.db]\nhost = 'host=db password=hunter2'\n",
        "[roster]\nA = { key = '-----BEGIN OPENSSH PRIVATE KEY-----hunter2' }\n",
    ] {
        let them = complaints(text);
        assert_eq!(them.len(), 1, "{text}: {them:?}");
        assert_eq!(them[0].code, "settings::literal-secret", "{text}");
        assert!(!format!("{them:?}").contains("hunter2"), "{them:?}");
        // A label would make a renderer print the line.
        assert!(them[0].labels.is_empty(), "{text}");
        assert!(them[0].line == 2 && them[0].message.contains("(holdpoint.toml:2:"), "{them:?}");
    }
    for harmless in [
        "[line.x]\nparams = { secret = true }\n",
        "[line.x]\nparams = { credentials = 'env' }\n",
        "[line.5]\ntext = 'curl https://shop.test/?token=hunter2'\nseverity = 'major'\n",
    ] {
        assert_eq!(complaints(harmless), [], "{harmless}");
    }
    let broken = complaints("[target.db]\ndsn = \"postgres://app:hunter2@db/shop\nx = 1\n");
    assert!(broken.iter().all(|it| it.labels.is_empty()), "{broken:?}");
    assert!(!format!("{broken:?}").contains("hunter2"), "{broken:?}");
}

#[test]
fn variables_are_put_in_where_no_secret_can_be() {
    let text = "[target.web]\nurl = 'env:SHOP'\n[target.db]\ndsn = 'env:DB'\n";
    let settings = Settings::read(text, "holdpoint.toml").unwrap();
    let lookup = |name: &str| (name == "SHOP").then(|| String::from("https://shop.test"));
    let resolved = settings.clone().resolved(&lookup).unwrap();
    assert_eq!(resolved.targets["web"].fields["url"], "https://shop.test");
    assert_eq!(resolved.targets["db"].fields["dsn"], "env:DB");
    let unset = settings.resolved(&|_| None).unwrap_err();
    assert_eq!(unset.len(), 1);
    assert!(unset[0].message.contains("SHOP is not set"), "{unset:?}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_complained_about(text in "\\PC*") {
        drop(Settings::read(&text, "x"));
    }

    #[test]
    fn any_change_of_a_good_text_is_read_or_complained_about(
        at in 0..WHOLE.len(), put in "[\\[\\]{}\"'=.a0é\n]{0,3}", length in 0_usize..8,
    ) {
        let mut bytes = WHOLE.as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, put.bytes());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for complaint in complaints(&text) {
            for label in complaint.labels {
                prop_assert!(text.get(label.span.start..label.span.end).is_some());
            }
        }
    }
}
