//! Which reader wants a file, by its path alone.

/// A kind of file that somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Compose,
    /// YAML of any other sort: manifests of a cluster, where it is one.
    Yaml,
    HelmValues,
    Terraform,
    Nginx,
    Caddy,
    Prometheus,
    Alertmanager,
    Dockerfile,
    Variables,
    Workflow,
    GitLab,
    PackageJson,
    Cargo,
    Pyproject,
    GoMod,
    Pom,
    Paper,
}

/// Folders of files that are about something else than the system itself.
const ASIDE: &[&str] = &[
    "test",
    "tests",
    "fixtures",
    "fixture",
    "testdata",
    "test-data",
    "__tests__",
    "__fixtures__",
    "e2e",
    "example",
    "examples",
    "sample",
    "samples",
    "mocks",
    "demo",
    "demos",
    "templates",
    "third_party",
    "third-party",
];

/// Names that are a checklist's, wherever it lies.
const CHECKLISTS: &[&str] = &[
    "checklist",
    "check-list",
    "检查清单",
    "檢查清單",
    "チェックリスト",
    "체크리스트",
    "lista-de-verificacion",
];

/// Words in the path of what may be a checklist.
const PAPERS: &[&str] = &[
    "deploy",
    "release",
    "production",
    "prod",
    "launch",
    "golive",
    "go-live",
    "go_live",
    "readiness",
    "runbook",
    "rollout",
    "cutover",
    "preflight",
    "ship",
];

/// Documents of other kinds that hold boxes.
const NO_PAPERS: &[&str] = &[
    "changelog",
    "contributing",
    "code_of_conduct",
    "license",
    "security.md",
    "todo",
    "roadmap",
    "pull_request_template",
    "issue_template",
];

/// The reader of a file, if any.
pub(crate) fn kind(path: &str) -> Option<Kind> {
    let lower = path.to_ascii_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", lower.as_str()));
    if folder.split('/').any(|part| ASIDE.contains(&part)) && !lower.contains("/templates/") {
        return None;
    }
    let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let stem = name.split('.').next().unwrap_or_default();
    if yaml {
        return yaml_kind(folder, name, stem);
    }
    match name {
        "package.json" => return Some(Kind::PackageJson),
        "cargo.toml" => return Some(Kind::Cargo),
        "pyproject.toml" => return Some(Kind::Pyproject),
        "go.mod" => return Some(Kind::GoMod),
        "pom.xml" => return Some(Kind::Pom),
        _ => {}
    }
    // `dockerfile.rs` is about such files and none.
    let written = path.rsplit('/').next().unwrap_or_default();
    let named = ["Dockerfile", "Containerfile"].iter().any(|it| written.starts_with(it));
    if named || matches!(name, "dockerfile" | "containerfile") || name.ends_with(".dockerfile") {
        return Some(Kind::Dockerfile);
    }
    if name == ".env"
        || name.starts_with(".env.")
        || name.ends_with(".env")
        || name == "env.example"
    {
        return Some(Kind::Variables);
    }
    if name == "caddyfile" || name.ends_with(".caddy") || name.starts_with("caddyfile.") {
        return Some(Kind::Caddy);
    }
    if name.ends_with(".tf") {
        return Some(Kind::Terraform);
    }
    let proxy = ["nginx", "sites-available", "sites-enabled", "conf.d"];
    let conf =
        name.ends_with(".conf") || name.ends_with(".conf.template") || name.ends_with(".nginx");
    if (conf && (stem == "nginx" || folder.split('/').any(|part| proxy.contains(&part))))
        || folder.ends_with("sites-available")
        || folder.ends_with("sites-enabled")
    {
        return Some(Kind::Nginx);
    }
    let paper = name.ends_with(".md") || name.ends_with(".markdown");
    let titled = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let named = CHECKLISTS.iter().any(|word| name.contains(word));
    (paper && (named || (titled(PAPERS) && !titled(NO_PAPERS)))).then_some(Kind::Paper)
}

fn yaml_kind(folder: &str, name: &str, stem: &str) -> Option<Kind> {
    let compose = ["docker-compose", "compose"];
    if compose.iter().any(|it| stem == *it || name.starts_with(&[it, "-"].concat())) {
        return Some(Kind::Compose);
    }
    if folder == ".github/workflows" {
        return Some(Kind::Workflow);
    }
    if name == ".gitlab-ci.yml" || name == ".gitlab-ci.yaml" {
        return Some(Kind::GitLab);
    }
    if stem == "prometheus" {
        return Some(Kind::Prometheus);
    }
    if stem == "alertmanager" {
        return Some(Kind::Alertmanager);
    }
    // Locks, and the settings of tools.
    let dull = ["lock", "mkdocs", "pnpm", "dependabot", "codecov", "openapi", "swagger"];
    if name.starts_with('.') || dull.iter().any(|word| name.contains(word)) {
        return None;
    }
    if folder.starts_with(".github") || folder.contains("node_modules") {
        return None;
    }
    if stem.starts_with("values") {
        return Some(Kind::HelmValues);
    }
    Some(Kind::Yaml)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_gets_its_files() {
        let check = |path: &str, want: Option<Kind>| assert_eq!(kind(path), want, "{path}");
        check("docker-compose.prod.yml", Some(Kind::Compose));
        check("compose.yaml", Some(Kind::Compose));
        check("k8s/ingress.yaml", Some(Kind::Yaml));
        check("chart/values-staging.yaml", Some(Kind::HelmValues));
        check("infra/main.tf", Some(Kind::Terraform));
        check("nginx/shop.conf", Some(Kind::Nginx));
        check("deploy/Caddyfile", Some(Kind::Caddy));
        check("etc/my.conf", None);
        check("monitoring/prometheus.yml", Some(Kind::Prometheus));
        check("Dockerfile", Some(Kind::Dockerfile));
        check("deploy/Dockerfile.web", Some(Kind::Dockerfile));
        check("src/dockerfile.rs", None);
        check(".env.example", Some(Kind::Variables));
        check(".github/workflows/deploy.yml", Some(Kind::Workflow));
        check("docs/PRODUCTION_CHECKLIST.md", Some(Kind::Paper));
        check(".github/ISSUE_TEMPLATE/release-checklist.md", Some(Kind::Paper));
        check(".github/ISSUE_TEMPLATE/release.md", None);
        check("docs/上线检查清单.md", Some(Kind::Paper));
        check("CHANGELOG.md", None);
        check("README.md", None);
        check("tests/fixtures/compose.yml", None);
        check("pnpm-lock.yaml", None);
        check("src/main.rs", None);
    }
}
