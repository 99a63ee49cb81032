//! Asks a repository through the git program: without the user's configuration, hooks, helpers,
//! locks or network.

use holdpoint_model::{
    ask::GitAsk,
    fault::Fault,
    seen::{Git, Seen},
};
use tokio::time::Instant;

use crate::{
    answer::Failed,
    batch::soon,
    history,
    process::{self, Ended, Environment, How, Program, Sink, Trouble},
    shell::shortened,
};

/// Bytes of an answer that are kept.
const ANSWER_BYTES: usize = 1024 * 1024;
/// Bytes of what git complains of that are kept.
const STDERR_BYTES_MAX: usize = 16 * 1024;

/// Keeps git from prompting, paging, locking, fetching and reading configuration of others.
const VARIABLES: [(&str, &str); 9] = [
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_PAGER", "cat"),
];

/// Signatures that a tag may carry.
const SIGNATURES: [&str; 3] = [
    "-----BEGIN PGP SIGNATURE-----",
    "-----BEGIN SSH SIGNATURE-----",
    "-----BEGIN SIGNED MESSAGE-----",
];

/// A work tree that git knows.
pub(crate) struct Repository {
    path: String,
}

/// The program with its quiet environment.
pub(crate) fn program(argv: &[String], input: Vec<u8>, deadline: Instant) -> Program<'_> {
    Program {
        argv,
        environment: Environment::Minimal(&VARIABLES),
        input,
        deadline,
        stderr_max: STDERR_BYTES_MAX,
    }
}

impl Repository {
    /// Makes sure that there is a repository.
    pub(crate) async fn open(path: &str, until: Instant) -> Result<Self, Opening> {
        if !history::is_folder(path) {
            return Err(Opening::Absent);
        }
        let repository = Self { path: path.to_owned() };
        let ended = repository.run(&["rev-parse", "--git-dir"], Vec::new(), ANSWER_BYTES, until);
        let ended = ended.await.map_err(Opening::Failed)?;
        match ended.how {
            How::Exited(Some(0)) => Ok(repository),
            How::Exited(_) if said(&ended).contains("not a git repository") => Err(Opening::Absent),
            How::Exited(_) | How::TimedOut => Err(Opening::Failed(failed(&ended))),
        }
    }

    pub(crate) fn argv(&self, words: &[&str]) -> Vec<String> {
        let fixed = [
            "git",
            "--no-pager",
            "--no-optional-locks",
            "-c",
            "safe.directory=*",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.excludesFile=/dev/null",
            "-c",
            "core.attributesFile=/dev/null",
            "-C",
            &self.path,
        ];
        fixed.into_iter().chain(words.iter().copied()).map(str::to_owned).collect()
    }

    pub(crate) async fn run(
        &self,
        words: &[&str],
        input: Vec<u8>,
        max: usize,
        deadline: Instant,
    ) -> Result<Ended, Failed> {
        let argv = self.argv(words);
        process::run(program(&argv, input, deadline), Sink::keep(max)).await.map_err(|trouble| {
            match trouble {
                Trouble::Missing => Failed(Fault::NoTool, "git is not installed".to_owned()),
                Trouble::Denied => Failed(Fault::Denied, "git may not be run".to_owned()),
                Trouble::Other(words) => Failed(Fault::Garbled, format!("git: {words}")),
            }
        })
    }

    /// The trimmed answer; `None` when git ends with the status that means "no".
    async fn text(
        &self,
        words: &[&str],
        no: i32,
        until: Instant,
    ) -> Result<Option<String>, Failed> {
        let ended = self.run(words, Vec::new(), ANSWER_BYTES, until).await?;
        match ended.how {
            How::Exited(Some(0)) => {
                Ok(Some(String::from_utf8_lossy(&ended.stdout.head).trim_end().to_owned()))
            }
            How::Exited(Some(status)) if status == no => Ok(None),
            How::Exited(_) | How::TimedOut => Err(failed(&ended)),
        }
    }

    /// The commit that a reference names.
    async fn commit(&self, reference: &str, until: Instant) -> Result<Option<String>, Failed> {
        let peeled = format!("{reference}^{{commit}}");
        self.text(&["rev-parse", "--quiet", "--verify", "--end-of-options", &peeled], 1, until)
            .await
    }

    /// Whether a name can be one of a reference at all; otherwise it could mean something else.
    async fn is_name(&self, reference: &str, until: Instant) -> Result<bool, Failed> {
        if reference.contains(|c: char| c.is_control()) {
            return Ok(false);
        }
        Ok(self.text(&["check-ref-format", reference], 1, until).await?.is_some())
    }

    /// Whether the history goes back to its beginning.
    pub(crate) async fn is_deep(&self, until: Instant) -> bool {
        let answer = self.text(&["rev-parse", "--is-shallow-repository"], 1, until).await;
        matches!(answer, Ok(Some(answer)) if answer == "false")
    }

    async fn head(&self, until: Instant) -> Result<Seen, Failed> {
        let Some(commit) = self.commit("HEAD", until).await? else { return Ok(Seen::Absent) };
        let branch = self.text(&["symbolic-ref", "--quiet", "--short", "HEAD"], 1, until).await?;
        let status = [
            "status",
            "--porcelain",
            "-z",
            "--untracked-files=normal",
            "--ignore-submodules=none",
            "--no-renames",
        ];
        let changed = self.text(&status, 1, until).await?;
        let changed = changed.ok_or_else(|| Failed(Fault::Garbled, "git status".to_owned()))?;
        Ok(Seen::Git(Git::Head { commit, branch, clean: changed.is_empty() }))
    }

    async fn tag(&self, name: &str, until: Instant) -> Result<Seen, Failed> {
        let reference = format!("refs/tags/{name}");
        if !self.is_name(&reference, until).await? {
            return Ok(Seen::Absent);
        }
        let Some(commit) = self.commit(&reference, until).await? else { return Ok(Seen::Absent) };
        let kind = self.text(&["cat-file", "-t", &reference], 1, until).await?;
        let signed = if kind.as_deref() == Some("tag") {
            let text = self.text(&["cat-file", "tag", &reference], 1, until).await?;
            text.unwrap_or_default().lines().any(|line| SIGNATURES.contains(&line))
        } else {
            false
        };
        Ok(Seen::Git(Git::Tag { commit, signed }))
    }

    async fn path(&self, path: &str, until: Instant) -> Result<Seen, Failed> {
        crate::checked(path)?;
        let tracked = self
            .text(&["--literal-pathspecs", "ls-files", "--error-unmatch", "--", path], 1, until)
            .await?;
        let ignored = self.ignored(path, until).await?;
        let touched = [
            "--literal-pathspecs",
            "rev-list",
            "--all",
            "--full-history",
            "--max-count=1",
            "--",
            path,
        ];
        let touched = self.text(&touched, 1, until).await?;
        let in_history = touched.is_some_and(|commit| !commit.is_empty());
        if !in_history && !self.is_deep(until).await {
            let words = "the history is shallow, so nobody can tell what it once held".to_owned();
            return Err(Failed(Fault::Unsupported, words));
        }
        Ok(Seen::Git(Git::Path { tracked: tracked.is_some(), ignored, in_history }))
    }

    /// Whether the rules of the tree ignore a path; those that only this clone knows do not count.
    async fn ignored(&self, path: &str, until: Instant) -> Result<bool, Failed> {
        let words = ["check-ignore", "--no-index", "--verbose", "-z", "--stdin"];
        // This command knows no literal paths, only that this is not the sign of another kind.
        let dot = if path.starts_with('/') { "" } else { "./" };
        let input = format!("{dot}{path}\0").into_bytes();
        let ended = self.run(&words, input, ANSWER_BYTES, until).await?;
        match ended.how {
            How::Exited(Some(1)) => return Ok(false),
            How::Exited(Some(0)) => {}
            How::Exited(_) | How::TimedOut => return Err(failed(&ended)),
        }
        let answer = String::from_utf8_lossy(&ended.stdout.head).into_owned();
        let mut fields = answer.split('\0');
        let (source, pattern) = (fields.next().unwrap_or_default(), fields.nth(1));
        let own = source.ends_with("info/exclude");
        Ok(!own && pattern.is_some_and(|pattern| !pattern.starts_with('!')))
    }

    async fn merged(&self, branch: &str, until: Instant) -> Result<Seen, Failed> {
        let Some(head) = self.commit("HEAD", until).await? else { return Ok(Seen::Absent) };
        let candidates = if branch.starts_with("refs/") {
            vec![branch.to_owned()]
        } else {
            vec![format!("refs/heads/{branch}"), format!("refs/remotes/{branch}")]
        };
        for reference in candidates {
            if !self.is_name(&reference, until).await? {
                continue;
            }
            let Some(tip) = self.commit(&reference, until).await? else { continue };
            let words = ["merge-base", "--is-ancestor", &head, &tip];
            let merged = self.text(&words, 1, until).await?.is_some();
            if !merged && !self.is_deep(until).await {
                let words = "the history is shallow, so nobody can tell what was merged".to_owned();
                return Err(Failed(Fault::Unsupported, words));
            }
            return Ok(Seen::Git(Git::Merged(merged)));
        }
        Ok(Seen::Absent)
    }
}

/// Why there is no repository to ask.
pub(crate) enum Opening {
    Absent,
    Failed(Failed),
}

/// Answers a question about a repository.
pub(crate) async fn look(path: &str, ask: &GitAsk) -> Result<Seen, Failed> {
    crate::checked(path)?;
    let until = soon();
    let repository = match Repository::open(path, until).await {
        Ok(repository) => repository,
        Err(Opening::Absent) if process::on_path("git") => return Ok(Seen::Absent),
        Err(Opening::Absent) => {
            return Err(Failed(Fault::NoTool, "git is not installed".to_owned()));
        }
        Err(Opening::Failed(failed)) => return Err(failed),
    };
    match ask {
        GitAsk::Head => repository.head(until).await,
        GitAsk::Tag(name) => repository.tag(name, until).await,
        GitAsk::Path(path) => repository.path(path, until).await,
        GitAsk::MergedInto(branch) => repository.merged(branch, until).await,
    }
}

fn said(ended: &Ended) -> String {
    String::from_utf8_lossy(&ended.stderr.head).into_owned()
}

fn failed(ended: &Ended) -> Failed {
    if ended.how == How::TimedOut {
        return Failed(Fault::TimedOut, "git did not answer in time".to_owned());
    }
    let said = said(ended);
    let denied = said.contains("Permission denied") || said.contains("dubious ownership");
    let fault = if denied { Fault::Denied } else { Fault::Garbled };
    Failed(fault, shortened(said.trim()))
}
