//! Looks at machines: files, processes, programs, variables and repositories, here or through a
//! shell elsewhere.

mod answer;
mod batch;
mod config;
mod fetch;
mod find;
mod git;
mod gunzip;
mod history;
mod listeners;
mod port;
mod process;
mod run;
mod search;
mod shell;
mod stream;
mod tree;
mod unpacked;
mod variables;

pub mod dotenv;
mod entropy;
pub mod facts;
mod kinds;
mod listed;
mod placeholder;
pub mod redact;
mod secret;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use holdpoint_model::{
    ask::{Host, What},
    fault::Fault,
    limits,
    seen::{EntryKind, Seen},
    time::{SECOND, Time},
    wire::{BoxFuture, Outcome, Wire},
};

use crate::{
    answer::Failed, batch::Batches, port::Port, redact::Redactor, shell::shortened, tree::Tree,
    variables::Asked,
};

/// Time for a look that runs in a thread; the runtime gives up on small ones a little later.
const BLOCKING: Duration = Duration::from_secs(20);

/// Looks at hosts.
pub struct HostWire {
    batches: Arc<Batches>,
    redactor: Redactor,
}

impl HostWire {
    /// A wire that keeps the secrets of this process's environment out of what it sees.
    pub fn new() -> Self {
        Self::with_redactor(redact::of_environment())
    }

    /// The same with other secrets.
    pub fn with_redactor(redactor: Redactor) -> Self {
        Self { batches: Arc::default(), redactor }
    }

    fn port<'a>(&'a self, host: &'a Host) -> Port<'a> {
        Port { host, batches: &self.batches }
    }

    /// The look as the runtime wants it.
    fn told<'a>(
        &'a self,
        look: impl Future<Output = Result<Seen, Failed>> + Send + 'a,
    ) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match look.await {
                Ok(seen) => Outcome::seen(seen),
                Err(Failed(fault, words)) => {
                    Outcome::fault(fault, shortened(&self.redactor.text(&words, true)))
                }
            }
        })
    }

    async fn read(&self, on: &Host, path: &str, max: u32) -> Result<Seen, Failed> {
        checked(path)?;
        let max = max.min(limits::FILE_BYTES_MAX);
        let taken = match Tree::of(on) {
            Some(tree) => {
                let (tree, path) = (tree?, path.to_owned());
                blocking(move || tree.take(&path, max)).await?
            }
            None => self.port(on).take(path, max).await?,
        };
        Ok(taken.map_or(Seen::Absent, |taken| Seen::File(taken.file(&self.redactor))))
    }

    async fn stat(&self, on: &Host, path: &str) -> Result<Seen, Failed> {
        checked(path)?;
        match Tree::of(on) {
            Some(tree) => {
                let (tree, path) = (tree?, path.to_owned());
                blocking(move || tree.stat(&path)).await
            }
            None => self.port(on).stat(path).await,
        }
    }

    /// What a path leads to, and its size; `None` where it leads nowhere.
    async fn follow(&self, on: &Host, path: &str) -> Result<Option<(EntryKind, u64)>, Failed> {
        match Tree::of(on) {
            Some(tree) => {
                let (tree, path) = (tree?, path.to_owned());
                blocking(move || tree.follow(&path)).await
            }
            None => self.port(on).follow(path).await,
        }
    }

    async fn list(&self, on: &Host, path: &str) -> Result<Seen, Failed> {
        checked(path)?;
        match Tree::of(on) {
            Some(tree) => {
                let (tree, path) = (tree?, path.to_owned());
                blocking(move || tree.list(&path, now())).await
            }
            None => self.port(on).list(path).await,
        }
    }

    async fn filesystem(&self, on: &Host, path: &str) -> Result<Seen, Failed> {
        checked(path)?;
        match Tree::of(on) {
            Some(tree) => {
                let (tree, path) = (tree?, path.to_owned());
                blocking(move || tree.filesystem(&path)).await
            }
            None => self.port(on).filesystem(path).await,
        }
    }

    async fn run(&self, on: &Host, argv: &[String], timeout_ms: u32) -> Result<Seen, Failed> {
        match on {
            Host::Here => run::here(argv, timeout_ms, &self.redactor).await,
            Host::Root(_) => Err(no_machine("programs")),
            Host::Ssh(_) | Host::Command(_) => {
                run::there(on, argv, timeout_ms, &self.redactor).await
            }
        }
    }

    async fn listeners(&self, on: &Host) -> Result<Seen, Failed> {
        match on {
            Host::Here => blocking(listeners::here).await,
            Host::Root(_) => Err(no_machine("sockets")),
            Host::Ssh(_) | Host::Command(_) => self.port(on).listeners().await,
        }
    }

    async fn stream(&self, on: &Host, path: &str, markers: &[String]) -> Result<Seen, Failed> {
        checked(path)?;
        match Tree::of(on) {
            Some(tree) => {
                let (tree, path, markers) = (tree?, path.to_owned(), markers.to_vec());
                bounded(fetch::PATIENCE, move || fetch::here(&tree, &path, &markers)).await
            }
            None => fetch::there(on, path, markers).await,
        }
    }
}

impl Default for HostWire {
    fn default() -> Self {
        Self::new()
    }
}

impl Wire for HostWire {
    fn look<'a>(&'a self, what: &'a What) -> Option<BoxFuture<'a, Outcome>> {
        match what {
            What::Read { on, path, max } => Some(self.told(self.read(on, path, *max))),
            What::Stat { on, path } => Some(self.told(self.stat(on, path))),
            What::List { on, path } => Some(self.told(self.list(on, path))),
            What::Filesystem { on, path } => Some(self.told(self.filesystem(on, path))),
            What::Run { on, argv, timeout_ms } => Some(self.told(self.run(on, argv, *timeout_ms))),
            What::Listeners { on } => Some(self.told(self.listeners(on))),
            // Names are no filter: facts are wanted of every variable.
            What::Variables { on, source, template, names: _, compare, history } => {
                let template = template.as_deref();
                let asked = Asked { source, template, compare, history: history.as_deref() };
                Some(self.told(variables::look(self, on, asked)))
            }
            What::Stream { on, path, markers } => Some(self.told(self.stream(on, path, markers))),
            What::Find { on, below, pattern } => {
                Some(self.told(find::look(self, on, below.as_deref(), pattern)))
            }
            What::Setting { on, path, format, key, compare } => {
                let asked = (key.as_str(), compare.as_slice());
                Some(self.told(config::look(self, on, path, format.as_deref(), asked)))
            }
            What::Search { repo, paths, text, when } => {
                Some(self.told(search::look(repo, paths, text, when.as_deref())))
            }
            What::Git { repo, ask } => Some(self.told(git::look(repo, ask))),
            What::Addresses { .. }
            | What::Control { .. }
            | What::Connect { .. }
            | What::Handshake { .. }
            | What::Http(_)
            | What::Burst { .. }
            | What::Sqlite { .. }
            | What::Earlier(_) => None,
        }
    }
}

/// Refuses paths that the system or a shell would read differently from how they are written.
fn checked(path: &str) -> Result<(), Failed> {
    if path.is_empty() || path.contains('\0') {
        return Err(Failed(Fault::Unsupported, "the path is empty or holds a NUL".to_owned()));
    }
    Ok(())
}

fn no_machine(what: &str) -> Failed {
    Failed(Fault::Unsupported, format!("a tree of files has no {what}"))
}

/// This machine's clock, in whole seconds.
fn now() -> Time {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    Time(seconds.saturating_mul(SECOND))
}

/// Runs in a thread what may block for a moment.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failed> + Send + 'static,
) -> Result<T, Failed> {
    bounded(BLOCKING, work).await
}

/// Runs in a thread what may block. One that hangs in the kernel is left behind.
async fn bounded<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> Result<T, Failed> + Send + 'static,
) -> Result<T, Failed> {
    match tokio::time::timeout(patience, tokio::task::spawn_blocking(work)).await {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => Err(Failed(Fault::Garbled, error.to_string())),
        Err(_) => Err(Failed(Fault::TimedOut, "the system did not answer in time".to_owned())),
    }
}
