//! Parameters of claims about platforms, forges, jobs, and the commands that lines tell.

use holdpoint_checks::heads::param_names;

use super::{Source, command::flag, find_word, span};
use crate::{denial, line_form, nouns::table, values::What};

/// Longest name of a role, in words.
const WORDS_MAX: usize = 4;

pub(super) fn platform(id: &str, it: &mut Source<'_>) {
    if param_names(id).iter().any(|it| it.name == "cmd") {
        it.fill("cmd", told_command(it.text).unwrap_or_default());
    }
    match id {
        "auth.oauth-redirect" => {
            // A star stands for any path: it is part of the address.
            let whole = span::words(it.text).filter(|word| word.contains("://"));
            it.set("url", whole.collect::<Vec<_>>().join(","));
        }
        "kubernetes.namespace" | "ci.workflow-run" => {
            let name = if id == "ci.workflow-run" { "workflow" } else { "name" };
            it.set(name, plain_names(it.text).join(","));
        }
        "aws.vpc" => it.set("vpc", plain_names(it.text).join(",")),
        "aws.s3-buckets" | "aws.iam" => {
            let name = if id == "aws.iam" { "roles" } else { "buckets" };
            it.set(name, plain_names(it.text).join(","));
        }
        "aws.ecs-service" => {
            for name in ["cluster", "service"] {
                let (one, many) = (format!("--{name}"), format!("--{name}s"));
                let flags = [one.as_str(), many.as_str()];
                let told = line_form::spans(it.text).find_map(|code| flag(code, &flags));
                it.fill(name, told.unwrap_or_default());
            }
        }
        "aws.log-groups" => {
            it.set("groups", span::words(it.text).collect::<Vec<_>>().join(","));
        }
        "ci.secrets" => it.list("names", What::Variable),
        "gcp.api-enabled" => {
            let mut words = it.text.split([' ', '`', '(', ')', '*']).map(span::bare);
            let host = words.find(|word| word.ends_with(".googleapis.com"));
            it.set("name", host.unwrap_or_default());
        }
        "deploy.strategy" => it.named("strategy", "strategies", ","),
        "forge.repo-state" => {
            let repo = span::words(it.text).find(|word| word.split('/').count() == 2);
            it.set("repo", repo.unwrap_or_default());
        }
        "cloud.platform-config" => setting(it),
        "gcp.iam" => it.set("role", role(it.text).unwrap_or_default()),
        "job.scheduled" => it.set("name", jobs(it.text).join(",")),
        _ => {}
    }
}

/// A command in marks of code behind an order; without marks: in brackets, or among other letters.
fn told_command(text: &str) -> Option<&str> {
    if text.contains('`') {
        return coded_command(text);
    }
    let starts = |it: &&str| {
        let mut words = it.split_whitespace();
        let first = words.next().unwrap_or_default();
        words.next().is_some() && table("programs").iter().any(|(name, _)| *name == first)
    };
    let inner = text.split(['(', '（']).skip(1).filter_map(|it| it.split([')', '）']).next());
    let foreign = text.split(|c: char| !c.is_ascii()).map(str::trim);
    let foreign = foreign.filter(|_| !text.is_ascii());
    inner.chain(foreign).map(str::trim).find(starts)
}

/// The command of a line in marks of code: behind an order, a label or in brackets, or at its
/// beginning. What is denied before it is not to be run.
fn coded_command(text: &str) -> Option<&str> {
    let (head, rest) = text.split_once('`')?;
    let (code, _) = rest.split_once('`')?;
    let script = [".sh", ".ps1", ".bat", ".py"].iter().any(|end| code.ends_with(end));
    let first = code.split_whitespace().next().unwrap_or_default();
    let named = !first.is_empty()
        && first.bytes().all(|b| is_name_byte(b) || matches!(b, b'.' | b'/' | b'\\'));
    let head = head.trim_end_matches([' ', '*']).to_lowercase();
    let orders = [
        "run", "execute", "using", "use", "via", "with", "mit", "执行", "运行", "ejecutar",
        "executar",
    ];
    let led = head.is_empty()
        || head.ends_with([':', '：', '(', '（', '-'])
        || orders.iter().any(|word| head.ends_with(word));
    // "Build command: `npm ci`" is what a platform runs.
    let kept = table("settings-of-commands").iter().any(|(it, _)| find_word(&head, it).is_some());
    (led && !kept && !denial::forbids(&head) && named && (code.contains(' ') || script))
        .then_some(code)
}

/// "Port set to 8000", "Root directory: `web`": a setting of a platform, and what it is set to.
fn setting(it: &mut Source<'_>) {
    let joints = [" set to ", " is set to ", ": ", " = ", " → ", " -> "];
    let found = joints.iter().find_map(|joint| it.text.split_once(joint));
    let switched = || {
        let (name, rest) = it.text.strip_prefix("**")?.split_once("**")?;
        let word = rest.split_whitespace().next()?.trim_end_matches([',', ';', '.']);
        matches!(word, "ON" | "OFF" | "on" | "off" | "enabled" | "disabled").then_some((name, word))
    };
    let Some((name, value)) = switched().or(found) else { return };
    let name = span::outside(name);
    let name = span::bare(name.trim().trim_matches(['*', '`']));
    let value = value.strip_prefix("Set to ").unwrap_or(value);
    let coded = span::words(value).next();
    let word = value.split([',', ';', '(']).next().map(|it| span::bare(it.trim()));
    let value = coded.or_else(|| word.filter(|it| !it.is_empty() && !it.contains(' ')));
    if let Some(value) = value.filter(|_| !name.is_empty()) {
        it.set("setting", name);
        it.set("value", value);
    }
}

/// "Grant the Cloud Run invoker role": the words before the noun.
fn role(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().map(span::bare).collect();
    if let Some(coded) = words.iter().find(|word| word.starts_with("roles/")) {
        return Some((*coded).to_owned());
    }
    let at = words.iter().position(|it| it.eq_ignore_ascii_case("role"))?;
    let from = words.get(..at)?.iter().rposition(|word| {
        let lower = word.to_lowercase();
        ["the", "a", "has", "have", "with", "grant", "granted", "assign", "of"]
            .contains(&lower.as_str())
    });
    let named = words.get(from.map_or(0, |it| it + 1)..at)?;
    (!named.is_empty() && named.len() <= WORDS_MAX).then(|| named.join(" "))
}

/// Names of jobs: in marks of code, or in brackets and joined by hyphens.
fn jobs(text: &str) -> Vec<&str> {
    let inner = text.split('(').skip(1).filter_map(|it| it.split(')').next());
    let inner = inner.flat_map(|it| it.split(',')).map(|it| span::bare(it.trim()));
    let joined = |it: &&str| it.contains(['-', '_']) && it.bytes().all(is_name_byte);
    let mut all: Vec<&str> = inner.filter(joined).collect();
    if all.is_empty() {
        all = span::words(text).filter(|it| it.bytes().all(is_name_byte)).collect();
    }
    all
}

/// Names in marks of code, or in brackets one after the other: "buckets (assets, uploads)".
fn plain_names(text: &str) -> Vec<&str> {
    let name = |it: &&str| !it.is_empty() && it.bytes().all(is_name_byte);
    let coded: Vec<&str> = span::words(text).filter(name).collect();
    if !coded.is_empty() {
        return coded;
    }
    let inner = text.split('(').skip(1).find_map(|it| it.split_once(')')).map(|(inner, _)| inner);
    let parts = inner.unwrap_or_default().split([',', '/']).map(str::trim);
    let parts: Vec<&str> = parts.collect();
    let all = parts.iter().all(|it| name(it) && it.starts_with(|c: char| c.is_ascii_lowercase()));
    if all && (1 < parts.len() || parts.iter().all(|it| it.contains(['-', '_']))) {
        parts
    } else {
        Vec::new()
    }
}

pub(super) fn is_name_byte(it: u8) -> bool {
    it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn platforms_jobs_and_commands() {
        assert_eq!(one("build.succeeds", "本番ビルド(npm run build)", "cmd"), "npm run build");
        assert_eq!(one("build.succeeds", "npm run build 성공", "cmd"), "npm run build");
        assert_eq!(one("build.succeeds", "Build (again) works", "cmd"), "");
        assert_eq!(one("step.shell", "执行 `tools/pack.ps1`，然后确认", "cmd"), "tools/pack.ps1");
        assert_eq!(one("build.succeeds", "Package: `python -m build`", "cmd"), "python -m build");
        assert_eq!(one("step.shell", "Never run: `make reset`", "cmd"), "");
        assert_eq!(one("build.succeeds", "Release command: `make all`", "cmd"), "");
        assert_eq!(one("deploy.strategy", "Blue/green is set up", "strategy"), "blue-green");
        assert_eq!(one("forge.repo-state", "`acme/tap` exists", "repo"), "acme/tap");
        assert_eq!(one("cloud.platform-config", "**Confirm email** ON", "value"), "ON");
        let site = "**Site URL** = production `SITE_URL`";
        assert_eq!(one("cloud.platform-config", site, "value"), "SITE_URL");
        let redirect = "Redirect `https://*.shop.example/**` allowed";
        assert_eq!(one("auth.oauth-redirect", redirect, "url"), "https://*.shop.example/**");
        let port = "HTTP port set to 8000";
        assert_eq!(one("cloud.platform-config", port, "value"), "8000");
        assert_eq!(one("cloud.platform-config", port, "setting"), "HTTP port");
        assert_eq!(one("cloud.platform-config", "Root directory: `web`", "value"), "web");
        assert_eq!(one("gcp.iam", "Grant the Cloud Run invoker role", "role"), "Cloud Run invoker");
        assert_eq!(
            one("job.scheduled", "Jobs made (nightly-sums, `mail-out`)", "name"),
            "nightly-sums,mail-out"
        );
    }
}
