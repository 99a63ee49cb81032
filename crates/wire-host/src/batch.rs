//! Puts the questions that wait for one host into one shell, and brings each its answer.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use holdpoint_model::{ask::Host, fault::Fault, limits};
use tokio::{sync::oneshot, time::Instant};

use crate::{
    answer::Failed,
    process::{self, Environment, Program, Sink, Trouble},
    shell::{self, Field},
};

/// Questions of one shell.
const CALLS_MAX: usize = 64;
/// Bytes that the questions of one shell may bring back, roughly; one question may bring more.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of a shell's output that are kept: every byte of an answer travels as three characters.
const OUTPUT_BYTES_MAX: usize = 4 * ANSWER_BYTES;
/// Bytes of what a carrying program says that are kept.
const STDERR_BYTES_MAX: usize = 16 * 1024;

/// Questions that wait, by host.
#[derive(Default)]
pub(crate) struct Batches(Mutex<BTreeMap<Host, Vec<Waiting>>>);

struct Waiting {
    call: String,
    /// Bytes that may come back.
    cost: usize,
    reply: oneshot::Sender<Result<Vec<Field>, Failed>>,
}

impl Batches {
    /// Asks one question, together with whatever else waits for the same host.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        host: &Host,
        call: String,
        cost: usize,
    ) -> Result<Vec<Field>, Failed> {
        let (reply, answer) = oneshot::channel();
        let first = {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let queue = waiting.entry(host.clone()).or_default();
            queue.push(Waiting { call, cost, reply });
            queue.len() == 1
        };
        if first {
            let (batches, host) = (Arc::clone(self), host.clone());
            // A task of its own: the others must not lose their answers with whoever came first.
            tokio::spawn(async move {
                tokio::task::yield_now().await;
                for group in batches.groups(&host) {
                    answer_all(&host, group).await;
                }
            });
        }
        let gone = || Failed(Fault::Garbled, "the batch ended without an answer".to_owned());
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Everything that waits for a host, cut into shells.
    fn groups(&self, host: &Host) -> Vec<Vec<Waiting>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = waiting.remove(host).unwrap_or_default();
        drop(waiting);
        let mut groups: Vec<Vec<Waiting>> = Vec::new();
        let mut cost = 0;
        for one in all {
            cost += one.cost;
            match groups.last_mut() {
                Some(group) if group.len() < CALLS_MAX && cost <= ANSWER_BYTES => group.push(one),
                Some(_) | None => {
                    cost = one.cost;
                    groups.push(vec![one]);
                }
            }
        }
        groups
    }
}

/// Moment at which a small look ends; before the runtime gives up on it.
pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_millis(u64::from(limits::LOOK_MS) * 2)
}

async fn answer_all(host: &Host, group: Vec<Waiting>) {
    let calls: Vec<String> = group.iter().map(|one| one.call.clone()).collect();
    let mut answers = run(host, &calls).await;
    for (number, one) in group.into_iter().enumerate() {
        let answer = match &mut answers {
            Ok((answers, lost)) => answers.whole.remove(&number).ok_or_else(|| lost.clone()),
            Err(failed) => Err(failed.clone()),
        };
        // Whoever asked may have given up.
        drop(one.reply.send(answer));
    }
}

/// The answers, and what to say of those that did not come.
async fn run(host: &Host, calls: &[String]) -> Result<(shell::Answers, Failed), Failed> {
    let argv = shell::carrier(host)?;
    let nonce = shell::nonce();
    let program = Program {
        argv: &argv,
        environment: Environment::Inherited,
        input: shell::program(&nonce, calls).into_bytes(),
        deadline: soon(),
        stderr_max: STDERR_BYTES_MAX,
    };
    let ended = process::run(program, Sink::keep(OUTPUT_BYTES_MAX))
        .await
        .map_err(|trouble| no_carrier(&argv, trouble))?;
    let answers = shell::answers(&nonce, &ended.stdout.head);
    if let Some(tool) = answers.without.first() {
        let tool = format!("the host has no {tool}");
        return Err(Failed(Fault::NoTool, tool));
    }
    let lost = if ended.stdout.more() {
        Failed(Fault::TooLarge, "the shell's answer is larger than what is kept".to_owned())
    } else {
        shell::broken(host, &ended, answers.begun)
    };
    Ok((answers, lost))
}

/// Why the program that carries us could not be started.
pub(crate) fn no_carrier(argv: &[String], trouble: Trouble) -> Failed {
    let name = argv.first().map_or("", String::as_str);
    match trouble {
        Trouble::Missing => Failed(Fault::NoTool, format!("{name} is not installed")),
        Trouble::Denied => Failed(Fault::Denied, format!("{name} may not be run")),
        Trouble::Other(words) => Failed(Fault::Garbled, format!("{name}: {words}")),
    }
}
