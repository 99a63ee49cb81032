//! Says which entry of the catalog a command line is about, from its program and its words.

use std::{collections::BTreeMap, sync::LazyLock};

static DATA: &str = include_str!("../data/commands.txt");
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(DATA));

/// Programs that run the program, the script or the task that is named behind them.
const RUNNERS: &[&str] = &[
    "python",
    "python3",
    "bash",
    "sh",
    "zsh",
    "node",
    "ruby",
    "perl",
    "php",
    "deno",
    "bun",
    "tsx",
    "ts-node",
    "poetry",
    "pipenv",
    "uv",
    "npm",
    "yarn",
    "pnpm",
    "npx",
    "make",
    "just",
    "task",
    "invoke",
    "rake",
    "bundle",
    "composer",
    "dotnet",
    "java",
    "powershell",
    "pwsh",
];
/// Further programs of which only the name is known.
const OTHERS: &[&str] = &[
    "apt",
    "apt-get",
    "aws",
    "az",
    "brew",
    "cat",
    "cd",
    "certbot",
    "chown",
    "crontab",
    "docker",
    "echo",
    "find",
    "gcloud",
    "gh",
    "go",
    "gradle",
    "helm",
    "heroku",
    "kill",
    "mkdir",
    "mv",
    "mysql",
    "mongosh",
    "nano",
    "nc",
    "nmap",
    "npx",
    "pip",
    "pip3",
    "pm2",
    "rm",
    "rsync",
    "scp",
    "sed",
    "service",
    "sudo",
    "systemctl",
    "tar",
    "touch",
    "vi",
    "vim",
    "ping",
    "traceroute",
    "unzip",
    "wget",
    "cargo",
    "mvn",
    "dotnet",
    "kubectl",
    "terraform",
];
/// What only starts another program, with the word between, if there is one.
const STARTERS: &[(&str, &[&str])] = &[
    ("npx", &[]),
    ("bunx", &[]),
    ("uvx", &[]),
    ("pnpm", &["exec", "dlx"]),
    ("yarn", &["exec", "dlx"]),
    ("poetry", &["run"]),
    ("pipenv", &["run"]),
    ("uv", &["run"]),
    ("bundle", &["exec"]),
];
/// Programs that change nothing that a reader would look at.
const SILENT: &[&str] = &[
    "cd", "echo", "export", "source", "set", "pushd", "popd", "sleep", "chmod", "mkdir", "nano",
    "vi", "vim", "touch",
];
/// The entry for a command that nothing more is known of.
pub(crate) const SHELL: &str = "step.shell";

#[derive(Debug)]
enum Element {
    Word(&'static str),
    Stem(&'static str),
    Text(&'static str),
}

#[derive(Debug)]
struct Row {
    /// All of them, each one of several.
    elements: Vec<Vec<Element>>,
    id: &'static str,
    /// Whether it holds only while a release is taken back or an emergency is handled.
    trouble: bool,
}

#[derive(Debug)]
struct Table {
    rows: BTreeMap<&'static str, Vec<Row>>,
}

/// What a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About {
    pub(crate) id: &'static str,
    /// Words of the command that decided.
    pub(crate) because: Vec<String>,
}

impl Table {
    fn read(data: &'static str) -> Self {
        let mut rows: BTreeMap<&'static str, Vec<Row>> = BTreeMap::new();
        for line in data.lines().filter(|line| !line.starts_with('#')) {
            let Some((left, right)) = line.split_once(" => ") else {
                continue;
            };
            let (id, scope) = right.split_once(" @").unwrap_or((right, ""));
            let (program, rest) = left.split_once(' ').unwrap_or((left, ""));
            let row = Row { elements: elements(rest), id, trouble: scope == "rollback" };
            rows.entry(program).or_default().push(row);
        }
        Self { rows }
    }

    /// The rows of a program, in the order in which they are tried.
    fn of(&self, program: &str) -> &[Row] {
        self.rows.get(program).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The alternatives of every element of a row. `/text` may hold blanks when it stands last.
fn elements(text: &'static str) -> Vec<Vec<Element>> {
    let mut all = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let cut = if rest.starts_with('/') { None } else { rest.split_once(' ') };
        let (one, next) = cut.unwrap_or((rest, ""));
        all.push(one.split('|').map(element).collect());
        rest = next.trim();
    }
    all
}

fn element(text: &'static str) -> Element {
    if let Some(stem) = text.strip_prefix('~') {
        return Element::Stem(stem);
    }
    text.strip_prefix('/').map_or(Element::Word(text), Element::Text)
}

/// Whether a word names a program that people type.
pub(crate) fn is_program(word: &str) -> bool {
    let known = |list: &[&str]| list.contains(&word);
    known(RUNNERS) || known(OTHERS) || TABLE.rows.contains_key(word)
}

/// What a command line is about: the first of its parts that is known. `trouble` says that it
/// stands in a way back or an emergency.
pub(crate) fn about(command: &str, trouble: bool) -> Option<About> {
    parts(command).find_map(|part| of_part(part, trouble))
}

/// Whether a word alone is a command: a tool that tests or scans. Other programs are named in prose.
pub(crate) fn is_whole(word: &str) -> bool {
    let tests =
        |row: &Row| ["test.", "code.", "scan."].iter().any(|family| row.id.starts_with(family));
    TABLE.of(word).iter().any(|row| row.elements.is_empty() && tests(row))
}

/// Whether a command only moves about, or prints.
pub(crate) fn is_silent(command: &str) -> bool {
    parts(command)
        .all(|part| part.split_whitespace().next().is_none_or(|first| SILENT.contains(&first)))
}

/// The words that a line which runs a command rests on when nothing more is known of it.
pub(crate) fn words(command: &str) -> Vec<String> {
    let all: Vec<&str> = command.split_whitespace().filter(|it| *it != "\\").collect();
    all.into_iter().map(str::to_owned).collect()
}

fn parts(command: &str) -> impl Iterator<Item = &str> {
    command.split("&&").flat_map(|it| it.split(';')).map(str::trim).filter(|it| !it.is_empty())
}

fn of_part(part: &str, trouble: bool) -> Option<About> {
    let mut words: Vec<&str> = part.split_whitespace().filter(|it| *it != "\\").collect();
    let skip =
        words.iter().take_while(|it| **it == "sudo" || **it == "$" || is_variable(it)).count();
    words.drain(..skip);
    words.drain(..started(&words));
    let first = *words.first()?;
    if SILENT.contains(&first) && first != "chmod" {
        return None;
    }
    let composed = first == "docker" && words.get(1) == Some(&"compose");
    let program = if composed { "docker-compose" } else { base(first) };
    let own = TABLE.of(program).iter().find_map(|row| matched(row, &words, part, trouble));
    let own = own.map(|(id, mut because)| {
        because.insert(0, first.to_owned());
        About { id, because }
    });
    // The words of a tool that nobody here knows say nothing: "npx tool push" pushes no image.
    let tool = STARTERS.iter().any(|(name, between)| *name == program && between.is_empty());
    let scripted = is_path(first) || RUNNERS.contains(&program) && !tool;
    if own.is_some() || !scripted {
        return own;
    }
    let found = TABLE.of("script").iter().find_map(|row| matched(row, &words, part, trouble));
    found.map(|(id, because)| About { id, because })
}

/// How many words only start the program behind them, if that one is known.
fn started(words: &[&str]) -> usize {
    let of = |first: &&str| STARTERS.iter().find(|(name, _)| name == first);
    let Some((_, between)) = words.first().and_then(of) else { return 0 };
    let skip = 1 + usize::from(words.get(1).is_some_and(|it| between.contains(it)));
    let flags = words.iter().skip(skip).take_while(|it| it.starts_with('-')).count();
    let known = words.get(skip + flags).is_some_and(|it| !TABLE.of(it).is_empty());
    if known && (between.is_empty() || skip == 2) { skip + flags } else { 0 }
}

fn base(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn is_path(word: &str) -> bool {
    word.contains('/')
        || [".sh", ".py", ".ps1", ".bat", ".js", ".ts", ".rb"].iter().any(|end| word.ends_with(end))
}

/// `NAME=value` in front of a program.
fn is_variable(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
    })
}

fn matched(
    row: &Row,
    words: &[&str],
    part: &str,
    trouble: bool,
) -> Option<(&'static str, Vec<String>)> {
    if row.trouble && !trouble {
        return None;
    }
    let mut because = Vec::new();
    for alternatives in &row.elements {
        because.push(alternatives.iter().find_map(|it| found(it, words, part))?);
    }
    Some((row.id, because))
}

/// The part of a command that an element names.
fn found(element: &Element, words: &[&str], part: &str) -> Option<String> {
    match element {
        Element::Word(word) => {
            let is = |it: &&&str| {
                *it == word || it.split_once('=').is_some_and(|(name, _)| name == *word)
            };
            words.iter().find(is).map(|it| (*it).to_owned())
        }
        Element::Stem(stem) => {
            let pieces = words.iter().flat_map(|it| it.split(|c: char| !c.is_ascii_alphanumeric()));
            pieces.into_iter().find(|it| begins(it, stem)).map(str::to_owned)
        }
        Element::Text(text) => {
            let at = part.to_ascii_lowercase().find(&text.to_ascii_lowercase())?;
            part.get(at..at + text.len()).map(str::to_owned)
        }
    }
}

fn begins(piece: &str, stem: &str) -> bool {
    piece.get(..stem.len()).is_some_and(|head| head.eq_ignore_ascii_case(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(command: &str) -> Option<&'static str> {
        about(command, false).map(|it| it.id)
    }

    #[test]
    fn programs_and_their_words_decide() {
        assert_eq!(id("curl -f https://shop.example/health"), Some("http.health"));
        assert_eq!(id("docker compose -f prod.yml ps"), Some("compose.services-running"));
        assert_eq!(id("docker-compose -f prod.yml up -d"), Some("deploy.run"));
        assert_eq!(
            id("kubectl apply --dry-run=client -f k8s/"),
            Some("kubernetes.manifests-valid")
        );
        assert_eq!(id("cd infra && terraform apply -auto-approve"), Some("terraform.apply"));
        assert_eq!(id("PGPASSWORD=x sudo pg_dump shop"), Some("backup.run"));
        assert_eq!(id("npx --yes supabase db push all.sql"), Some("db.migrate"));
        assert_eq!(id("npx prisma db push"), Some("db.migrate"));
        assert_eq!(id("poetry run pytest -q"), Some("test.suite"));
        assert_eq!(id("npx tool push"), None);
        assert_eq!(id("python -m compileall -q plugin tests"), Some("code.lint"));
        assert_eq!(id("cd build; make"), None);
        assert_eq!(id("echo deploy"), None);
    }

    #[test]
    fn scripts_are_known_by_the_words_of_their_names() {
        assert_eq!(id("./scripts/deploy.sh production"), Some("deploy.run"));
        assert_eq!(id("./scripts/deploy.sh rollback"), Some("rollback.execute"));
        assert_eq!(id("python backend/run_full_test_suite.py"), Some("test.suite"));
        assert_eq!(id("npm run lint"), Some("code.lint"));
        assert_eq!(id("./restore.sh latest"), Some("backup.restore-drill"));
        assert_eq!(about("./restore.sh latest", true).map(|it| it.id), Some("backup.restore"));
    }
}
