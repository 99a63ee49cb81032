//! What a fence and a line in it are written in.

use crate::document::Language;

/// What the lines of a fence are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Commands, unless a line speaks another language.
    Commands(Language),
    /// Commands behind a `$ ` prompt, output between them.
    Prompted,
    /// `NAME=value`.
    Assignments,
    /// Output, a file, a message: no lines.
    Other,
}

const SHELLS: [&str; 14] = [
    "bash",
    "sh",
    "shell",
    "zsh",
    "ksh",
    "fish",
    "console",
    "terminal",
    "shell-session",
    "shellsession",
    "shellscript",
    "sh-session",
    "bash-session",
    "command",
];
const POWERSHELLS: [&str; 8] =
    ["powershell", "pwsh", "ps1", "ps", "cmd", "bat", "batch", "dosbatch"];
const SQLS: [&str; 9] =
    ["sql", "psql", "postgresql", "postgres", "pgsql", "mysql", "mariadb", "sqlite", "plsql"];
const DOTENVS: [&str; 2] = ["env", "dotenv"];
/// Labels of settings files: assignments when all their lines are.
const SETTINGS: [&str; 5] = ["properties", "ini", "conf", "cfg", "config"];
const SQL_WORDS: [&str; 21] = [
    "select", "insert", "update", "delete", "create", "alter", "drop", "truncate", "grant",
    "revoke", "explain", "analyze", "vacuum", "reindex", "begin", "commit", "rollback", "show",
    "set", "with", "use",
];
const REDIS_WORDS: [&str; 22] = [
    "INFO", "CLIENT", "CONFIG", "PING", "AUTH", "SELECT", "GET", "SET", "DEL", "KEYS", "SCAN",
    "DBSIZE", "MONITOR", "SLOWLOG", "FLUSHALL", "FLUSHDB", "TTL", "MEMORY", "LATENCY", "ACL",
    "CLUSTER", "BGSAVE",
];
/// First words of commands in fences without a language.
const PROGRAMS: [&str; 113] = [
    "alembic",
    "ansible",
    "ansible-playbook",
    "apt",
    "apt-get",
    "artisan",
    "aws",
    "az",
    "bash",
    "brew",
    "bun",
    "bundle",
    "cargo",
    "cat",
    "cd",
    "certbot",
    "chmod",
    "chown",
    "composer",
    "cp",
    "createdb",
    "crontab",
    "curl",
    "dig",
    "dnf",
    "docker",
    "docker-compose",
    "dotnet",
    "drush",
    "echo",
    "eas",
    "exec",
    "export",
    "fastlane",
    "find",
    "firebase",
    "fly",
    "flyctl",
    "forge",
    "free",
    "gcloud",
    "gh",
    "git",
    "go",
    "gradle",
    "./gradlew",
    "grep",
    "gsutil",
    "gunicorn",
    "hardhat",
    "helm",
    "heroku",
    "host",
    "htop",
    "java",
    "journalctl",
    "jq",
    "k6",
    "kubectl",
    "kustomize",
    "less",
    "ln",
    "ls",
    "lsof",
    "make",
    "mkdir",
    "mongodump",
    "mongosh",
    "mv",
    "mvn",
    "mysql",
    "mysqldump",
    "nano",
    "netlify",
    "netstat",
    "nginx",
    "node",
    "npm",
    "npx",
    "nslookup",
    "openssl",
    "pg_dump",
    "pg_restore",
    "php",
    "ping",
    "pip",
    "pip3",
    "pm2",
    "pnpm",
    "poetry",
    "psql",
    "pytest",
    "python",
    "python3",
    "railway",
    "rails",
    "rake",
    "redis-cli",
    "rm",
    "rsync",
    "ruby",
    "scp",
    "sed",
    "service",
    "sh",
    "source",
    "ssh",
    "sudo",
    "supabase",
    "systemctl",
    "tail",
    "tar",
    "terraform",
];
const MORE_PROGRAMS: [&str; 22] = [
    "test", "top", "touch", "ufw", "uv", "uvicorn", "vercel", "vi", "vim", "watch", "wget",
    "which", "whoami", "yarn", "yum", "wrangler", "truffle", "temporal", "telnet", "ss", "sqlite3",
    "unzip",
];

/// What a fence holds, told by its label and, without one, by its lines.
pub(crate) fn purpose(info: &str, lines: &[&str]) -> Purpose {
    let said = || lines.iter().map(|line| line.trim()).filter(|line| is_said(line));
    let all_set = said().next().is_some() && said().all(|line| assignment(line).is_some());
    if DOTENVS.contains(&info) || (SETTINGS.contains(&info) && all_set) {
        return Purpose::Assignments;
    }
    if POWERSHELLS.contains(&info) {
        return Purpose::Commands(Language::PowerShell);
    }
    if SQLS.contains(&info) {
        return Purpose::Commands(Language::Sql);
    }
    if matches!(info, "redis" | "redis-cli") {
        return Purpose::Commands(Language::Redis);
    }
    if !info.is_empty() && !SHELLS.contains(&info) {
        return Purpose::Other;
    }
    if all_set {
        return Purpose::Assignments;
    }
    if said().any(|line| line.starts_with("$ ")) {
        return Purpose::Prompted;
    }
    if !info.is_empty() {
        return Purpose::Commands(Language::Shell);
    }
    untagged(&said().collect::<Vec<_>>())
}

/// Without a label a fence holds commands when its first line and half of all start with a
/// program, or when every line is a statement of SQL.
fn untagged(said: &[&str]) -> Purpose {
    let commands = said.iter().filter(|line| is_program(line)).count();
    if said.first().is_some_and(|line| is_program(line)) && said.len() <= commands * 2 {
        return Purpose::Commands(Language::Shell);
    }
    let first = said.first().is_some_and(|line| is_sql(line));
    if first && said.last().is_some_and(|line| line.ends_with(';')) {
        return Purpose::Commands(Language::Sql);
    }
    Purpose::Other
}

fn is_said(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

fn is_program(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| {
        assignment(word).is_some() || matches!(*word, "sudo" | "time" | "nohup" | "$")
    });
    let Some(word) = words.next() else {
        return line.starts_with("sudo");
    };
    let path = ["./", "../", "~/", "/"].iter().any(|it| word.starts_with(it)) && word.len() > 2;
    path || PROGRAMS.contains(&word) || MORE_PROGRAMS.contains(&word)
}

/// Name and value of `NAME=value`; a command behind the value makes it none.
pub(crate) fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let rest = bytes.all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_');
    if !first || !rest {
        return None;
    }
    let value = bare_value(value);
    let quoted = value.starts_with(['"', '\'', '<', '[', '{']);
    let computed = value.starts_with("$(") || value.starts_with('`');
    (!computed && (quoted || !value.contains([' ', '\t']))).then_some((name, value))
}

/// A value without the comment behind it and the blanks around it.
fn bare_value(value: &str) -> &str {
    let value = value.trim();
    let end = if value.starts_with(['"', '\'']) {
        let quote = value.get(..1).unwrap_or_default();
        let close = value.get(1..).and_then(|inner| inner.find(quote));
        let close = close.map_or(0, |close| close + 2);
        value.get(close..).and_then(|tail| tail.find(" #")).map(|at| close + at)
    } else {
        value.find(" #")
    };
    end.and_then(|end| value.get(..end)).map_or(value, str::trim_end)
}

/// Name and value of a line of a settings file, where names are freer.
pub(crate) fn setting(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let name = name.strip_prefix("export ").unwrap_or(name);
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    (!name.is_empty() && name.chars().all(word)).then(|| (name, bare_value(value)))
}

/// What one line is written in, given its fence's language and whether a `redis-cli` or a client of
/// a database was opened above it.
pub(crate) fn of_line(line: &str, fence: Language, client: Option<Language>) -> Language {
    if fence != Language::Shell {
        return fence;
    }
    let first = line.split_whitespace().next().unwrap_or_default();
    if client == Some(Language::Redis) && REDIS_WORDS.contains(&first) {
        return Language::Redis;
    }
    if client == Some(Language::Sql) && line.starts_with('\\') {
        return Language::Sql;
    }
    let upper = first.chars().all(|c| c.is_ascii_uppercase());
    if is_sql(line) && (line.ends_with(';') || upper || client == Some(Language::Sql)) {
        return Language::Sql;
    }
    if is_powershell(line) {
        return Language::PowerShell;
    }
    if is_cron(line) {
        return Language::Unknown;
    }
    Language::Shell
}

fn is_sql(line: &str) -> bool {
    let mut words = line.split(|c: char| !c.is_ascii_alphabetic());
    let first = words.next().unwrap_or_default().to_ascii_lowercase();
    // `set` and `use` are words of shells too, `show` and `with` of everybody.
    let shared = matches!(first.as_str(), "set" | "use" | "show" | "with" | "update");
    SQL_WORDS.contains(&first.as_str()) && (!shared || line.trim_end().ends_with(';'))
}

/// `Verb-Noun` with capitals, or a variable of the environment.
fn is_powershell(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let capital = |word: &str| word.chars().next().is_some_and(|c| c.is_ascii_uppercase());
    let cmdlet = first.split_once('-').is_some_and(|(verb, noun)| {
        capital(verb)
            && capital(noun)
            && (verb.chars().skip(1).chain(noun.chars())).all(|c| c.is_ascii_alphanumeric())
    });
    cmdlet || first.starts_with("$env:")
}

/// Five fields of a time and a command: configuration of cron.
fn is_cron(line: &str) -> bool {
    let time =
        |word: &str| word.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '/' | ',' | '-'));
    let words: Vec<&str> = line.split_whitespace().take(6).collect();
    words.len() == 6 && words.iter().take(5).all(|word| time(word))
}

/// The client that a command opens, whose language the lines below are in.
pub(crate) fn client(command: &str) -> Option<Language> {
    let first = command.split_whitespace().find(|word| *word != "sudo")?;
    match first {
        "redis-cli" => Some(Language::Redis),
        "psql" | "mysql" | "mariadb" | "sqlite3" => Some(Language::Sql),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_are_told_by_label_and_by_lines() {
        let shell = Purpose::Commands(Language::Shell);
        for (info, body, wanted) in [
            ("bash", "# A\nDEBUG=False\nKEY=<a b>", Purpose::Assignments),
            ("bash", "DEBUG=1 npm start", shell),
            ("bash", "VERSION=$(git describe)", shell),
            ("sh", "make", shell),
            ("console", "$ make\nok", Purpose::Prompted),
            ("", "git pull\nnpm ci", shell),
            ("", "SELECT 1\nFROM x;", Purpose::Commands(Language::Sql)),
            ("", "tree\n|-- a", Purpose::Other),
            ("", "A=1", Purpose::Assignments),
            ("json", "{}", Purpose::Other),
            ("env", "a=1", Purpose::Assignments),
            ("ini", "[Unit]\nAfter=x", Purpose::Other),
            ("ps1", "x", Purpose::Commands(Language::PowerShell)),
        ] {
            let lines: Vec<&str> = body.lines().collect();
            assert_eq!(purpose(info, &lines), wanted, "{info} {body}");
        }
    }

    #[test]
    fn lines_may_speak_another_language() {
        let of = |line, client| of_line(line, Language::Shell, client);
        assert_eq!(of("SELECT count(*) FROM x;", None), Language::Sql);
        assert_eq!(of("INFO memory", Some(Language::Redis)), Language::Redis);
        assert_eq!(of("INFO memory", None), Language::Shell);
        assert_eq!(of("Get-Service nginx", None), Language::PowerShell);
        assert_eq!(of("0 2 * * * /usr/bin/backup", None), Language::Unknown);
        assert_eq!(of("set -e", None), Language::Shell);
        assert_eq!(client("redis-cli -h x"), Some(Language::Redis));
    }

    #[test]
    fn values_lose_their_comments() {
        assert_eq!(assignment("A=1  # one"), Some(("A", "1")));
        assert_eq!(assignment("A=\"b # c\" # d"), Some(("A", "\"b # c\"")));
        assert_eq!(setting("export app.name = x"), Some(("app.name", "x")));
    }
}
