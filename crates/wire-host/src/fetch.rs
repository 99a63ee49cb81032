//! Surveys files to their end: those of this machine, and those that a shell sends as they are.

use std::{
    io::Read,
    time::{Duration, Instant},
};

use holdpoint_model::{ask::Host, fault::Fault, seen::Seen};
use tokio::sync::mpsc;

use crate::{
    answer::{Failed, Meta},
    batch::no_carrier,
    port,
    process::{self, Environment, How, Program, Sink},
    run, shell,
    stream::Survey,
    tree::Tree,
};

/// Time in which a file is read; the runtime gives up a little later.
const DEADLINE: Duration = Duration::from_secs(580);
/// Time after which a thread that reads is given up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(585);
/// Bytes read at once.
const PIECE_BYTES: usize = 256 * 1024;
/// Pieces that may wait for being unpacked.
const PIECES_MAX: usize = 4;
/// Bytes before the file's own that a shell may say.
const HEADING_BYTES_MAX: usize = 64 * 1024;
/// Bytes held back, among which the shell's last words are.
const HELD_BYTES: usize = 256;
/// Bytes of what a carrying program says that are kept.
const STDERR_BYTES_MAX: usize = 16 * 1024;

/// Surveys a file of this machine. Blocks.
pub(crate) fn here(tree: &Tree, path: &str, markers: &[String]) -> Result<Seen, Failed> {
    let Some((mut file, meta)) = tree.file(path)? else { return Ok(Seen::Absent) };
    let began = Instant::now();
    let mut survey = Survey::new();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let count = file.read(&mut piece).map_err(|error| Failed::io(&error))?;
        if count == 0 {
            break;
        }
        survey.feed(piece.get(..count).unwrap_or_default())?;
        if DEADLINE < began.elapsed() {
            return Err(late());
        }
    }
    finish(survey, meta, markers)
}

fn late() -> Failed {
    Failed(Fault::TimedOut, format!("the file was not read within {} s", DEADLINE.as_secs()))
}

/// The answer, unless the file was changed under our eyes.
fn finish(survey: Survey, meta: Meta, markers: &[String]) -> Result<Seen, Failed> {
    // Files of /proc tell no size.
    if meta.bytes != 0 && meta.bytes != survey.bytes() {
        let words = format!(
            "the file was changed while it was read: {} bytes, then {}",
            meta.bytes,
            survey.bytes()
        );
        return Err(Failed(Fault::Garbled, words));
    }
    survey.finish(meta.modified(), markers)
}

/// Surveys a file of a host behind a shell.
pub(crate) async fn there(host: &Host, path: &str, markers: &[String]) -> Result<Seen, Failed> {
    let argv = shell::carrier(host)?;
    let nonce = shell::nonce();
    let program = Program {
        argv: &argv,
        environment: Environment::Inherited,
        input: shell::program_of_one(&nonce, &format!("hp_fetch {}", shell::path(path)))
            .into_bytes(),
        deadline: tokio::time::Instant::now() + DEADLINE,
        stderr_max: STDERR_BYTES_MAX,
    };
    let (sender, receiver) = mpsc::channel(PIECES_MAX);
    let (mark, asked) = (nonce.clone(), markers.to_vec());
    let survey = tokio::task::spawn_blocking(move || receive(receiver, &mark, &asked));
    let ended = process::run(program, Sink::Send(sender))
        .await
        .map_err(|trouble| no_carrier(&argv, trouble));
    let received = survey.await.map_err(|error| Failed(Fault::Garbled, error.to_string()))?;
    let ended = ended?;
    match received? {
        Received::Seen(seen) => Ok(seen),
        Received::Lacking(_) if ended.how == How::TimedOut => Err(late()),
        Received::Lacking(begun) => Err(shell::broken(host, &ended, begun)),
    }
}

enum Received {
    Seen(Seen),
    /// It is not all there; whether the shell began.
    Lacking(bool),
}

/// Takes the shell's frame off and surveys what is in it. Blocks.
fn receive(
    mut pieces: mpsc::Receiver<Vec<u8>>,
    nonce: &str,
    markers: &[String],
) -> Result<Received, Failed> {
    let begin = format!("@{nonce} begin\n").into_bytes();
    let mut held: Vec<u8> = Vec::new();
    let mut heading = None;
    let mut survey = Survey::new();
    while let Some(piece) = pieces.blocking_recv() {
        held.extend_from_slice(&piece);
        if heading.is_none() {
            heading = split_heading(&mut held, &begin);
            if heading.is_none() && HEADING_BYTES_MAX < held.len() {
                return Ok(Received::Lacking(false));
            }
        }
        if heading.is_some()
            && let Some(ready) = held.len().checked_sub(HELD_BYTES)
        {
            survey.feed(held.get(..ready).unwrap_or_default())?;
            held.drain(..ready);
        }
    }
    let Some(heading) = heading else {
        let Some(said) = run::behind(&held, &begin) else { return Ok(Received::Lacking(false)) };
        let fields = fields(said);
        // Without a heading there is no file to be read, or no answer.
        let done = held.ends_with(format!("@{nonce} done\n").as_bytes());
        return match port::opened(&fields)? {
            false => Ok(Received::Seen(Seen::Absent)),
            true if done => Err(shell::garbled("the file")),
            true => Ok(Received::Lacking(true)),
        };
    };
    let Some((status, trailer)) = run::status(nonce, &held) else {
        return Ok(Received::Lacking(true));
    };
    if status != 0 {
        return Err(Failed(Fault::Garbled, format!("reading ended with status {status}")));
    }
    survey.feed(held.get(..held.len() - trailer).unwrap_or_default())?;
    let fields = fields(&heading);
    let facts = fields.iter().find(|field| matches!(field.key.as_str(), "m" | "l"));
    let meta = port::meta(facts.ok_or_else(|| shell::garbled("the facts of the file"))?)?;
    finish(survey, meta, markers).map(Received::Seen)
}

fn fields(text: &[u8]) -> Vec<shell::Field> {
    let mut fields = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        shell::push(&mut fields, line);
    }
    fields
}

/// What the shell says before the bytes of the file; leaves those.
fn split_heading(held: &mut Vec<u8>, begin: &[u8]) -> Option<Vec<u8>> {
    let said = run::behind(held, begin)?;
    let data = b"\ndata\n";
    let at = said.windows(data.len()).position(|window| window == data)?;
    let heading = said.get(..at)?.to_vec();
    let rest = said.get(at + data.len()..)?.to_vec();
    *held = rest;
    Some(heading)
}
