//! Looks from elsewhere: `holdpoint agent --stdio` started there, asks going in, outcomes coming out.

use std::{
    collections::BTreeMap,
    process::Stdio,
    sync::{Arc, Mutex as SyncMutex},
};

use holdpoint_bind::settings::Vantage;
use holdpoint_model::{
    ask::What,
    fault::Fault,
    seen::Seen,
    wire::{BoxFuture, Outcome, Wire},
};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, Command},
    sync::{Mutex, oneshot},
};

/// One ask on its way.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// By which its outcome is known again.
    pub(crate) id: u64,
    /// The question.
    pub(crate) what: What,
}

/// One outcome on its way back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answered {
    /// The ask it belongs to.
    pub(crate) id: u64,
    /// What was seen, or the fault.
    pub(crate) result: Result<Seen, Fault>,
    /// For people.
    pub(crate) note: String,
}

type Waiting = Arc<SyncMutex<BTreeMap<u64, oneshot::Sender<Outcome>>>>;

/// A process at the vantage, kept for the run.
struct Process {
    stdin: ChildStdin,
    _child: Child,
    next: u64,
}

/// A vantage that is reached through a program.
pub(crate) struct Elsewhere {
    argv: Vec<String>,
    process: Mutex<Option<Process>>,
    waiting: Waiting,
}

impl Elsewhere {
    /// The way to a vantage, when it is one that a program opens.
    pub(crate) fn of(vantage: &Vantage) -> Option<Self> {
        let words = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect();
        let argv: Vec<String> = match (&vantage.ssh, &vantage.netns) {
            (Some(to), _) => words(&[
                "ssh",
                "-o",
                "BatchMode=yes",
                "-o",
                "ConnectTimeout=5",
                "--",
                to,
                "holdpoint",
                "agent",
                "--stdio",
            ]),
            (None, Some(name)) => {
                let own = std::env::current_exe().ok()?.to_str()?.to_owned();
                words(&["ip", "netns", "exec", name, &own, "agent", "--stdio"])
            }
            (None, None) => return None,
        };
        Some(Self { argv, process: Mutex::new(None), waiting: Waiting::default() })
    }

    async fn ask(&self, what: &What) -> Outcome {
        let (send, receive) = oneshot::channel();
        if let Err(error) = self.put(what, send).await {
            return Outcome::fault(Fault::NoVantage, error);
        }
        receive.await.unwrap_or_else(|_| {
            Outcome::fault(Fault::NoVantage, "the process at the vantage went away")
        })
    }

    async fn put(&self, what: &What, send: oneshot::Sender<Outcome>) -> Result<(), String> {
        let mut process = self.process.lock().await;
        if process.is_none() {
            *process = Some(self.start()?);
        }
        let Some(running) = process.as_mut() else { return Err(String::from("not started")) };
        running.next += 1;
        let id = running.next;
        self.waiting.lock().expect("nobody panics while holding it").insert(id, send);
        let mut line = serde_json::to_vec(&Asked { id, what: what.clone() })
            .map_err(|error| error.to_string())?;
        line.push(b'\n');
        running.stdin.write_all(&line).await.map_err(|error| error.to_string())
    }

    fn start(&self) -> Result<Process, String> {
        let (program, args) = self.argv.split_first().ok_or("nothing to start")?;
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("failed to start `{program}`: {error}"))?;
        let stdin = child.stdin.take().ok_or("no way in")?;
        let stdout = child.stdout.take().ok_or("no way out")?;
        let waiting = Arc::clone(&self.waiting);
        tokio::spawn(async move {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let Ok(answer) = serde_json::from_str::<Answered>(&line) else { continue };
                let mut waiting = waiting.lock().expect("nobody panics while holding it");
                if let Some(send) = waiting.remove(&answer.id) {
                    drop(send.send(Outcome { result: answer.result, note: answer.note }));
                }
            }
            // Whoever still waits is told by its dropped sender.
            waiting.lock().expect("nobody panics while holding it").clear();
        });
        Ok(Process { stdin, _child: child, next: 0 })
    }
}

impl Wire for Elsewhere {
    fn look<'a>(&'a self, what: &'a What) -> Option<BoxFuture<'a, Outcome>> {
        Some(Box::pin(self.ask(what)))
    }
}
