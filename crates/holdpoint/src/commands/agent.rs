//! `agent --stdio`: answers looks from this machine. Knows no checks, keeps nothing.

use std::{sync::Arc, time::Duration};

use holdpoint_model::{fault::Fault, wire::Outcome};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    sync::mpsc,
};

use crate::{
    args::AgentArgs,
    elsewhere::{Answered, Asked},
    exit::{Done, Exit, Stop},
    looking,
};

/// `holdpoint agent`
pub(crate) fn agent(args: &AgentArgs) -> Done {
    if !args.stdio {
        return Err(Stop::usage("an agent speaks over standard input and output: agent --stdio"));
    }
    looking::tokio()?.block_on(serve());
    Ok(Exit::Go)
}

async fn serve() {
    let wires = Arc::new(looking::wires());
    let (send, mut receive) = mpsc::channel::<Answered>(64);
    let writer = tokio::spawn(async move {
        let mut out = tokio::io::stdout();
        while let Some(answer) = receive.recv().await {
            let Ok(mut line) = serde_json::to_vec(&answer) else { continue };
            line.push(b'\n');
            if out.write_all(&line).await.is_err() || out.flush().await.is_err() {
                return;
            }
        }
    });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(asked) = serde_json::from_str::<Asked>(&line) else { continue };
        let (wires, send) = (Arc::clone(&wires), send.clone());
        tokio::spawn(async move {
            let patience = Duration::from_millis(asked.what.patience_ms().into());
            let future = wires.iter().find_map(|wire| wire.look(&asked.what));
            let outcome = match future {
                None => Outcome::fault(Fault::Unsupported, ""),
                Some(future) => tokio::time::timeout(patience, future).await.unwrap_or_else(|_| {
                    Outcome::fault(Fault::TimedOut, "the wire did not come back in time")
                }),
            };
            let answer = Answered { id: asked.id, result: outcome.result, note: outcome.note };
            drop(send.send(answer).await);
        });
    }
    drop(send);
    drop(writer.await);
}
