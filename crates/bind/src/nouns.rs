//! Words of texts and what they are called in parameters, the longer ones first.

/// Tools, by the names under which they are looked for.
pub(crate) const TOOLS: &[(&str, &str)] = &[
    ("docker compose", "docker-compose"), ("docker-compose", "docker-compose"), ("docker", "docker-engine"),
    ("python3", "python3"), ("python", "python3"), ("node.js", "node"), ("nodejs", "node"), ("node", "node"),
    ("npm", "npm"), ("pnpm", "pnpm"), ("yarn", "yarn"), ("git", "git"), ("jq", "jq"), ("aws cli", "aws"), ("aws", "aws"),
    ("gcloud", "gcloud"), ("kubectl", "kubectl"), ("helm", "helm"), ("terraform", "terraform"), ("golang", "go"),
    ("openjdk", "java"), ("jdk", "java"), ("java", "java"), ("php", "php"), ("composer", "composer"), ("ruby", "ruby"),
    ("rust", "rustc"), ("cargo", "cargo"), ("dotnet", "dotnet"), (".net", "dotnet"), ("ffmpeg", "ffmpeg"), ("openssl", "openssl"),
    ("certbot", "certbot"), ("nginx", "nginx"), ("sqlite3", "sqlite3"), ("sqlite", "sqlite3"), ("psql", "psql"), ("pm2", "pm2"),
    ("vercel cli", "vercel"), ("heroku cli", "heroku"), ("netlify cli", "netlify"), ("supabase cli", "supabase"),
    ("firebase cli", "firebase"), ("github cli", "gh"), ("postgresql", "postgres"), ("redis", "redis"), ("mysql", "mysql"),
    ("mariadb", "mariadb"), ("maven", "mvn"), ("gradle", "gradle"), ("xcode", "xcode"), ("bash", "bash"),
];
/// Operating systems.
pub(crate) const SYSTEMS: &[&str] =
    &["ubuntu", "debian", "centos", "rhel", "rocky", "almalinux", "alpine", "amazon linux", "windows server"];
/// Services behind ports.
pub(crate) const SERVICES: &[(&str, &str)] = &[
    ("grafana", "grafana"), ("prometheus", "prometheus"), ("redis", "redis"), ("postgres", "postgres"),
    ("postgresql", "postgres"), ("mysql", "mysql"), ("admin", "admin"), ("ssh", "ssh"),
];
/// Where secrets are kept.
pub(crate) const STORES: &[(&str, &str)] = &[
    ("kubernetes secrets", "kubernetes-secret"), ("k8s secrets", "kubernetes-secret"), ("aws secrets manager", "aws-secrets-manager"),
    ("secrets manager", "aws-secrets-manager"), ("environment variables", "env"), ("env vars", "env"), (".env", ".env"),
    ("vault", "vault"), ("github secrets", "github-secrets"), ("secret manager", "secret-manager"),
];
/// What documents are about.
pub(crate) const TOPICS: &[(&str, &str)] = &[
    ("runbook", "runbook"), ("runbooks", "runbook"), ("playbook", "runbook"), ("运维手册", "runbook"), ("disaster recovery", "disaster-recovery"),
    ("backup strategy", "backup-strategy"), ("backup locations", "backup-locations"), ("incident response", "incident-response"),
    ("communication plan", "communication-plan"), ("change management", "change-management"), ("known issues", "known-issues"),
    ("lessons learned", "lessons-learned"), ("troubleshooting", "troubleshooting"), ("architecture", "architecture"),
    ("security procedures", "security-procedures"), ("monitoring plan", "monitoring plan"), ("monitoring", "monitoring"), ("recovery", "recovery"),
    ("rollback", "rollback"), ("deployment", "deployment"), ("sla", "sla"), ("handover", "handover"), ("procedures", "procedures"),
    ("回滚", "rollback"), ("部署", "deployment"), ("api", "api"),
];
/// Languages of documents.
pub(crate) const LANGUAGES: &[(&str, &str)] = &[
    ("korean", "ko"), ("english", "en"), ("chinese", "zh"), ("japanese", "ja"), ("spanish", "es"), ("german", "de"),
    ("french", "fr"), ("portuguese", "pt"), ("英文", "en"), ("中文", "zh"), ("한국어", "ko"), ("영어", "en"),
];
/// Suites of tests.
pub(crate) const SUITES: &[(&str, &str)] = &[
    ("unit", "unit"), ("integration", "integration"), ("end-to-end", "e2e"), ("e2e", "e2e"), ("property", "property"),
    ("security", "security"), ("regression", "regression"), ("functional", "functional"), ("acceptance", "acceptance"),
    ("单元测试", "unit"), ("集成测试", "integration"), ("단위 테스트", "unit"), ("통합 테스트", "integration"), ("単体テスト", "unit"),
];
/// Scanners.
pub(crate) const SCANNERS: &[(&str, &str)] = &[
    ("owasp zap", "zap"), ("zap", "zap"), ("bandit", "bandit"), ("safety", "safety"), ("snyk", "snyk"), ("trivy", "trivy"),
    ("semgrep", "semgrep"), ("codeql", "codeql"), ("sonarqube", "sonarqube"), ("npm audit", "npm-audit"), ("pip-audit", "pip-audit"),
    ("grype", "grype"), ("clair", "clair"), ("dependabot", "dependabot"),
];
/// Headers of answers.
pub(crate) const HEADERS: &[&str] = &[
    "X-Frame-Options", "X-Content-Type-Options", "X-XSS-Protection", "Content-Security-Policy", "Strict-Transport-Security",
    "Referrer-Policy", "Permissions-Policy",
];
/// Providers of language models.
pub(crate) const MODELS: &[(&str, &str)] = &[
    ("openrouter", "openrouter"), ("groq", "groq"), ("openai", "openai"), ("anthropic", "anthropic"), ("claude", "anthropic"), ("gemini", "gemini"),
];
/// Where alerts go.
pub(crate) const CHANNELS: &[(&str, &str)] =
    &[("email", "email"), ("slack", "slack"), ("discord", "discord"), ("pagerduty", "pagerduty"), ("telegram", "telegram"), ("opsgenie", "opsgenie")];
/// Who is told.
pub(crate) const AUDIENCES: &[(&str, &str)] = &[
    ("stakeholders", "stakeholders"), ("engineering", "engineering"), ("team", "team"), ("users", "users"), ("user", "users"),
    ("customers", "customers"), ("incident channel", "incident-channel"), ("이해관계자", "stakeholders"),
];
/// What is measured.
pub(crate) const SIGNALS: &[(&str, &str)] = &[
    ("error rate", "error-rate"), ("error rates", "error-rate"), ("api errors", "error-rate"), ("p95 response time", "latency-p95"),
    ("response time", "latency"), ("response times", "latency"), ("latency", "latency"), ("request rate", "request-rate"),
    ("database connection pool", "db-pool-usage"), ("redis connection pool", "redis-pool-usage"), ("database connection failures", "db-connection-failure"),
    ("health check", "health-check-failure"), ("cpu", "cpu-usage"), ("memory", "memory-usage"), ("disk space", "disk-free"), ("disk", "disk-usage"),
    ("certificate", "certificate-days-left"), ("suspicious activity", "suspicious-activity"), ("error logs", "error-log-rate"), ("uptime", "health-probe"),
    ("内存", "memory-usage"), ("磁盘", "disk-usage"), ("响应时间", "latency"), ("错误率", "error-rate"), ("메모리", "memory-usage"),
    ("応答時間", "latency"), ("メモリ", "memory-usage"), ("응답 시간", "latency"), ("오류율", "error-rate"),
];
/// What is used up.
pub(crate) const RESOURCES: &[(&str, &str)] = &[
    ("cpu", "cpu"), ("memory", "memory"), ("disk i/o", "disk-io"), ("disk", "disk"), ("内存", "memory"), ("메모리", "memory"),
    ("メモリ", "memory"), ("resource", "all"), ("resources", "all"),
];
/// Database engines.
pub(crate) const ENGINES: &[(&str, &str)] = &[
    ("postgresql", "postgres"), ("postgres", "postgres"), ("mysql", "mysql"), ("mariadb", "mysql"), ("mongodb", "mongodb"), ("sqlite", "sqlite"),
];
