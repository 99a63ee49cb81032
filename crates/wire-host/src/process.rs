//! Runs a program in a process group of its own, within a deadline, and keeps a bounded part of
//! what it writes.

use std::{io, path::Path, process::Stdio, time::Duration};

use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt, Interest, unix::AsyncFd},
    process::{Child, Command},
    sync::mpsc,
    time::{Instant, timeout, timeout_at},
};

/// How long pipes are read on after the program itself has ended: somebody who left its group may
/// hold them open for ever.
const GRACE: Duration = Duration::from_millis(200);
/// How long a killed program is waited for; one that hangs in the kernel is left to the system.
const BURIAL: Duration = Duration::from_secs(1);
/// Bytes that are kept of the end of an output whose middle was dropped.
const TAIL_BYTES: usize = 256;

/// What is run.
pub(crate) struct Program<'a> {
    pub(crate) argv: &'a [String],
    pub(crate) environment: Environment,
    /// Written to standard input, which is closed after it.
    pub(crate) input: Vec<u8>,
    /// Moment at which the whole group is killed.
    pub(crate) deadline: Instant,
    /// Bytes of standard error that are kept.
    pub(crate) stderr_max: usize,
}

/// What a program finds in its environment.
pub(crate) enum Environment {
    /// Ours: for the programs that carry us to another machine.
    Inherited,
    /// `PATH`, `HOME`, `LANG` and these.
    Minimal(&'static [(&'static str, &'static str)]),
}

/// Where standard output goes.
pub(crate) enum Sink {
    Keep(Kept),
    Send(mpsc::Sender<Vec<u8>>),
}

impl Sink {
    pub(crate) fn keep(max: usize) -> Self {
        Self::Keep(Kept::new(max))
    }

    /// Whether more is wanted.
    async fn take(&mut self, chunk: &[u8]) -> bool {
        match self {
            Self::Keep(kept) => {
                kept.push(chunk);
                true
            }
            Self::Send(sender) => sender.send(chunk.to_vec()).await.is_ok(),
        }
    }
}

/// The first bytes of an output, and the very last ones.
pub(crate) struct Kept {
    pub(crate) head: Vec<u8>,
    tail: Vec<u8>,
    /// Whether bytes between head and tail were dropped.
    pub(crate) dropped: bool,
    max: usize,
}

impl Kept {
    fn new(max: usize) -> Self {
        Self { head: Vec::new(), tail: Vec::new(), dropped: false, max }
    }

    fn push(&mut self, chunk: &[u8]) {
        let room = self.max.saturating_sub(self.head.len()).min(chunk.len());
        let (first, rest) = chunk.split_at(room);
        self.head.extend_from_slice(first);
        self.tail.extend_from_slice(rest);
        if let Some(surplus) = self.tail.len().checked_sub(TAIL_BYTES)
            && 0 < surplus
        {
            self.tail.drain(..surplus);
            self.dropped = true;
        }
    }

    /// What was kept, in order; there is a gap before the tail when something was dropped.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head.clone();
        bytes.extend_from_slice(&self.tail);
        bytes
    }

    /// Whether anything came behind the head.
    pub(crate) fn more(&self) -> bool {
        self.dropped || !self.tail.is_empty()
    }
}

/// How it went.
pub(crate) struct Ended {
    pub(crate) how: How,
    pub(crate) stdout: Kept,
    pub(crate) stderr: Kept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// With this status; `None` by a signal.
    Exited(Option<i32>),
    /// It was killed at the deadline.
    TimedOut,
}

/// Why a program could not be started.
#[derive(Debug)]
pub(crate) enum Trouble {
    Missing,
    Denied,
    Other(String),
}

/// Runs the program to its end or to the deadline, whichever comes first.
pub(crate) async fn run(program: Program<'_>, stdout: Sink) -> Result<Ended, Trouble> {
    let mut child = start(&program)?;
    let group = Group::of(&child);
    let exit = pidfd(&child);
    let mut sink = stdout;
    let mut errors = Kept::new(program.stderr_max);
    let (stdin, out, err) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let mut streams = Box::pin(async {
        let feed = async move {
            if let Some(mut stdin) = stdin {
                // A program that does not read its input closes the pipe: its business.
                drop(stdin.write_all(&program.input).await);
                drop(stdin.shutdown().await);
            }
        };
        let errors = &mut errors;
        tokio::join!(feed, drain(out, &mut sink), drain_kept(err, errors))
    });
    let ending = async {
        let exited = wait(exit, &group, &mut child);
        tokio::pin!(exited);
        tokio::select! {
            _ = &mut streams => exited.await,
            status = &mut exited => {
                drop(timeout(GRACE, &mut streams).await);
                status
            }
        }
    };
    let how = match timeout_at(program.deadline, ending).await {
        Ok(Ok(status)) => How::Exited(status.code()),
        Ok(Err(error)) => return Err(Trouble::Other(error.to_string())),
        Err(_) => How::TimedOut,
    };
    drop(streams);
    group.kill();
    drop(timeout(BURIAL, child.wait()).await);
    group.disarm();
    let stdout = match sink {
        Sink::Keep(kept) => kept,
        Sink::Send(_) => Kept::new(0),
    };
    Ok(Ended { how, stdout, stderr: errors })
}

fn start(program: &Program<'_>) -> Result<Child, Trouble> {
    let Some((name, arguments)) = program.argv.split_first() else {
        return Err(Trouble::Other("the argument vector is empty".to_owned()));
    };
    let mut command = Command::new(name);
    command.args(arguments).process_group(0).kill_on_drop(true);
    if let Environment::Minimal(more) = &program.environment {
        command.env_clear();
        command.env("PATH", path());
        if let Some(home) = std::env::var_os("HOME") {
            command.env("HOME", home);
        }
        command.env("LANG", "C.UTF-8").envs(more.iter().copied());
    }
    let stdin = if program.input.is_empty() { Stdio::null() } else { Stdio::piped() };
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            Trouble::Missing
        } else if error.kind() == io::ErrorKind::PermissionDenied {
            Trouble::Denied
        } else {
            Trouble::Other(error.to_string())
        }
    })
}

fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into())
}

/// Whether a program of this name can be found, so that its absence can be told beforehand.
pub(crate) fn on_path(name: &str) -> bool {
    std::env::split_paths(&path()).any(|folder| Path::new(&folder).join(name).is_file())
}

/// Waits for the program's end. The group dies before its leader is buried: until then its number
/// cannot be given to somebody else.
async fn wait(
    exit: Option<AsyncFd<rustix::fd::OwnedFd>>,
    group: &Group,
    child: &mut Child,
) -> io::Result<std::process::ExitStatus> {
    if let Some(exit) = exit {
        drop(exit.readable().await?);
        group.kill();
        group.disarm();
        return child.wait().await;
    }
    let status = child.wait().await;
    group.disarm();
    status
}

#[expect(
    deprecated,
    reason = "an OwnedFd stays open as long as the value; the successor is unsafe"
)]
fn pidfd(child: &Child) -> Option<AsyncFd<rustix::fd::OwnedFd>> {
    let pid = Pid::from_raw(i32::try_from(child.id()?).ok()?)?;
    let fd = pidfd_open(pid, PidfdFlags::empty()).ok()?;
    AsyncFd::with_interest(fd, Interest::READABLE).ok()
}

async fn drain(from: Option<impl AsyncRead + Unpin>, sink: &mut Sink) {
    let Some(mut from) = from else { return };
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count) = from.read(&mut buffer).await {
        if count == 0 || !sink.take(buffer.get(..count).unwrap_or_default()).await {
            return;
        }
    }
}

async fn drain_kept(from: Option<impl AsyncRead + Unpin>, kept: &mut Kept) {
    let Some(mut from) = from else { return };
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer).await {
        if count == 0 {
            return;
        }
        kept.push(buffer.get(..count).unwrap_or_default());
    }
}

/// A process group that dies with this value, so that a look that is given up leaves nothing behind.
struct Group(std::sync::atomic::AtomicI32);

impl Group {
    fn of(child: &Child) -> Self {
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or(0);
        Self(std::sync::atomic::AtomicI32::new(pid))
    }

    fn kill(&self) {
        let raw = self.0.load(std::sync::atomic::Ordering::SeqCst);
        if 1 < raw
            && let Some(pid) = Pid::from_raw(raw)
        {
            // It may be empty already.
            kill_process_group(pid, Signal::KILL).ok();
        }
    }

    fn disarm(&self) {
        self.0.store(0, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
