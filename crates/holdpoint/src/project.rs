//! A checklist with its settings and its lock, understood.

use std::path::{Path, PathBuf};

use holdpoint_bind::{
    lock::{self, Change, Lock},
    nearest::{hint, listed},
    plan::{self, Inputs, Planned},
    settings::Settings,
    understand::understand,
};
use holdpoint_discover::Fact;
use holdpoint_document::{Document, parse};
use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    limits,
    plan::Plan,
};
use holdpoint_report::{snippet, style::Style};

use crate::{
    checkout, discovery,
    exit::{Exit, Stop},
    settings::{self, Loaded},
};

/// A checklist, understood.
pub(crate) struct Project {
    /// The document as it was read.
    pub(crate) document: Document,
    /// What every line means, the lock to be written, and what there is to say about it.
    pub(crate) planned: Planned,
    /// Where the lock of this document is.
    pub(crate) lock_path: PathBuf,
    /// Whether there is a lock.
    pub(crate) locked: bool,
    /// The settings that apply, what was discovered below them included.
    pub(crate) settings: Settings,
    /// Values that nobody declared and files of the folder say.
    pub(crate) discovered: Vec<Fact>,
    /// The environment.
    pub(crate) environment: Option<String>,
}

impl Project {
    /// Reads and understands a checklist. What stands in the way ends the command.
    pub(crate) fn open(
        path: &Path,
        config: Loaded,
        environment: Option<&str>,
        pinned: bool,
        style: Style,
    ) -> Result<Self, Stop> {
        let raw = read(path)?;
        let document = parse(&raw);
        let shown = path.display().to_string();
        let mut settings = config.settings;
        if settings.release.commit.as_deref() == Some("auto") {
            let here = std::env::current_dir().ok();
            let commit = here.and_then(|here| checkout::commit(&here));
            settings.release.commit = commit.or(settings.release.commit);
        }
        stop_on_errors(&document.diagnostics, &document, &shown, &settings, style)?;
        let (lock_path, lock) = read_lock(&shown, style)?;
        let used = lock.as_ref().filter(|_| pinned);
        let fresh = understand(&document);
        let plan = |settings: &Settings| {
            let (document, path, lock) = (&document, shown.as_str(), used);
            plan::assemble(Inputs { document, path, settings, lock, environment }, &fresh)
        };
        let mut planned = plan(&settings);
        let owner = owner(&shown);
        let mut discovered =
            discovery::below(&planned.plan, &document, path, &settings, environment);
        if !discovered.is_empty() {
            planned = plan(&discovery::filled(settings.clone(), &discovered));
            discovered.retain(|fact| discovery::is_used(fact, &planned.plan));
            settings = discovery::filled(settings, &discovered);
        }
        stop_on_errors(&planned.diagnostics, &document, &shown, &settings, style)?;
        planned.lock.document = owner;
        let environment = environment.map(str::to_owned);
        let locked = lock.is_some();
        Ok(Self { document, planned, lock_path, locked, settings, discovered, environment })
    }

    /// What every line means.
    pub(crate) fn plan(&self) -> &Plan {
        &self.planned.plan
    }

    /// Writes the lock of the plan, when it says something else than the one that is there.
    pub(crate) fn write_lock(&self) -> Result<bool, Stop> {
        let text = self.planned.lock.write();
        let shown = self.lock_path.display();
        if std::fs::read_to_string(&self.lock_path).is_ok_and(|old| old == text) {
            return Ok(false);
        }
        let failed = |error| Stop::usage(format!("failed to write {shown}: {error}"));
        crate::commands::run::replace(&self.lock_path, text.as_bytes()).map_err(failed)?;
        Ok(true)
    }

    /// Looks only go on from a lock that is of this very document: without one it is written, and
    /// one that differs is shown line by line.
    pub(crate) fn agree_with_lock(&self) -> Result<(), Stop> {
        if !self.locked {
            return self.write_lock().map(drop);
        }
        if self.planned.changes.is_empty() {
            return Ok(());
        }
        let shown: Vec<String> = self
            .planned
            .changes
            .iter()
            .take(20)
            .map(|change| format!("  {}", words(change)))
            .collect();
        let more = self.planned.changes.len().saturating_sub(shown.len());
        let more = if more == 0 { String::new() } else { format!("\n  and {more} more") };
        let path = &self.plan().document.path;
        Err(Stop::usage(format!(
            "{path} is not the document that {} pins:\n{}{more}\nlook at the changes, then run \
             `holdpoint plan {path}`; nothing was looked at",
            self.lock_path.display(),
            shown.join("\n")
        )))
    }

    /// What is worth saying about places in the document and the settings.
    pub(crate) fn complaints(&self, style: Style) -> String {
        self.complaints_of("", style)
    }

    /// Those whose code begins like this.
    pub(crate) fn complaints_of(&self, code: &str, style: Style) -> String {
        let placed: Vec<&Diagnostic> = self
            .planned
            .diagnostics
            .iter()
            .filter(|it| !it.labels.is_empty() && it.code.starts_with(code))
            .collect();
        render(&placed, &self.document, &self.plan().document.path, &self.settings, style)
    }
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    let shown = path.display();
    let failed = |error: std::io::Error| {
        if error.kind() == std::io::ErrorKind::NotFound {
            Stop::usage(format!("there is no {shown}; {}", checklists(path)))
        } else {
            Stop::usage(format!("failed to read {shown}: {error}"))
        }
    };
    let found = std::fs::metadata(path).map_err(failed)?;
    if found.is_dir() {
        let help = checklists(&path.join("."));
        return Err(Stop::usage(format!("{shown} is a folder, and no checklist; {help}")));
    }
    let most = u64::try_from(limits::DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
    if most < found.len() {
        return Err(Stop::usage(format!("{shown} has {} bytes, {most} at most", found.len())));
    }
    std::fs::read(path).map_err(failed)
}

/// What lies where a checklist was looked for: the one that was probably meant, or some.
pub(crate) fn checklists(missing: &Path) -> String {
    let folder = missing.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else {
        return format!("there is no folder {} either", folder.display());
    };
    let is_list = |path: &Path| {
        path.extension().is_some_and(|it| it.eq_ignore_ascii_case("md")) && path.is_file()
    };
    let paths = entries.filter_map(Result::ok).map(|it| it.path()).filter(|it| is_list(it));
    let plain =
        |path: PathBuf| path.strip_prefix(".").map_or_else(|_| path.clone(), Path::to_owned);
    let mut names: Vec<String> = paths.map(|it| plain(it).display().to_string()).collect();
    names.sort();
    let wanted = missing.display().to_string();
    let near = hint(&wanted, names.iter().map(String::as_str));
    if !near.is_empty() {
        return near;
    }
    names.truncate(3);
    let some: Vec<&str> = names.iter().map(String::as_str).collect();
    match listed(&some) {
        Some(list) => format!("name the checklist, such as {list}"),
        None => String::from("there is no Markdown file there; name the checklist"),
    }
}

fn stop_on_errors(
    them: &[Diagnostic],
    document: &Document,
    path: &str,
    settings: &Settings,
    style: Style,
) -> Result<(), Stop> {
    let errors: Vec<&Diagnostic> = them.iter().filter(|it| it.level == Level::Error).collect();
    if errors.is_empty() {
        return Ok(());
    }
    let message = render(&errors, document, path, settings, style);
    Err(Stop { exit: Exit::Usage, message })
}

/// Complaints with their places: a code that begins with `settings::` speaks of the settings file.
pub(crate) fn render(
    them: &[&Diagnostic],
    document: &Document,
    path: &str,
    settings: &Settings,
    style: Style,
) -> String {
    let text = String::from_utf8_lossy(&document.raw);
    let one = |it: &&Diagnostic| {
        if it.code.starts_with("settings::") {
            snippet::render(it, &settings.text, &settings.path, style)
        } else {
            snippet::render(it, &text, path, style)
        }
    };
    them.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

/// `holdpoint.lock`, or a lock of its own when that one is another document's.
pub(crate) fn read_lock(document: &str, style: Style) -> Result<(PathBuf, Option<Lock>), Stop> {
    let document = owner(document);
    let plain = lock::file_name(&document, None);
    let mut first = lock_at(&plain, style)?;
    // Locks used to name their document by its bare name.
    if let Some(lock) = first.as_mut().filter(|lock| {
        let bare = document.rsplit('/').next() == Some(lock.document.as_str());
        bare && !Path::new(&lock.document).exists()
    }) {
        lock.document.clone_from(&document);
    }
    let owner = first.as_ref().map(|lock| lock.document.clone());
    let name = lock::file_name(&document, owner.as_deref());
    if name == plain {
        return Ok((PathBuf::from(plain), first));
    }
    let second = lock_at(&name, style)?;
    match second.as_ref().filter(|lock| lock.document != document) {
        Some(lock) => Err(Stop::usage(format!(
            "{name} pins {}, and would be the lock of {document} too; rename one of the checklists",
            lock.document
        ))),
        None => Ok((PathBuf::from(name), second)),
    }
}

/// How a lock names its document: by its path from the working folder, which holds the locks; by
/// its bare name where it lies elsewhere.
fn owner(document: &str) -> String {
    let whole = std::path::absolute(document).ok();
    let folder = std::env::current_dir().ok();
    let below = whole.zip(folder).and_then(|(whole, folder)| {
        let mut parts: Vec<String> = Vec::new();
        for part in whole.strip_prefix(folder).ok()?.components() {
            match part {
                std::path::Component::ParentDir => drop(parts.pop()?),
                std::path::Component::Normal(part) => parts.push(part.to_str()?.to_owned()),
                std::path::Component::CurDir
                | std::path::Component::RootDir
                | std::path::Component::Prefix(_) => {}
            }
        }
        Some(parts.join("/"))
    });
    let bare = || document.rsplit(['/', '\\']).next().unwrap_or(document).to_owned();
    below.filter(|it| !it.is_empty()).unwrap_or_else(bare)
}

fn lock_at(path: &str, style: Style) -> Result<Option<Lock>, Stop> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Stop::usage(format!("failed to read {path}: {error}"))),
    };
    let complain = |it| settings::complain(&[it], &text, path, style);
    Lock::read(&text, path).map(Some).map_err(complain)
}

/// One difference between a lock and its document, as one line.
fn words(change: &Change) -> String {
    match change {
        Change::Added { line, text, was: Some(was) } => {
            format!("line {line}: `{text}` was `{was}`")
        }
        Change::Added { line, text, was: None } => format!("line {line}: `{text}` is new"),
        Change::Removed { section, text } => {
            format!("gone: `{text}` ({})", section.join(" > "))
        }
        Change::Command { line, .. } => format!("line {line}: its command differs in white space"),
        Change::Moved { line, text } => format!("line {line}: `{text}` stands elsewhere"),
        Change::Between => String::from("something between the lines differs"),
    }
}
