//! Runs a program without a shell of ours around it, here or on a host behind a shell.

use std::time::Duration;

use holdpoint_model::{
    ask::Host,
    fault::Fault,
    limits,
    seen::{Output, Seen},
};
use tokio::time::Instant;

use crate::{
    answer::Failed,
    batch::no_carrier,
    process::{self, Ended, Environment, How, Program, Sink, Trouble},
    redact::Redactor,
    shell,
};

/// Bytes of heading and end that a shell puts around an output.
const FRAME_BYTES: usize = 4 * 1024;
/// Statuses by which a shell tells that a signal ended a program.
const SIGNALS: std::ops::RangeInclusive<i32> = 129..=192;

fn output_max() -> usize {
    usize::try_from(limits::OUTPUT_BYTES_MAX).unwrap_or(usize::MAX)
}

fn deadline(timeout_ms: u32) -> Instant {
    Instant::now() + Duration::from_millis(u64::from(timeout_ms))
}

fn timed_out(timeout_ms: u32) -> Failed {
    Failed(Fault::TimedOut, format!("it ran longer than {timeout_ms} ms and was ended"))
}

/// Runs it on this machine.
pub(crate) async fn here(
    argv: &[String],
    timeout_ms: u32,
    redactor: &Redactor,
) -> Result<Seen, Failed> {
    checked(argv)?;
    let program = Program {
        argv,
        environment: Environment::Minimal(&[]),
        input: Vec::new(),
        deadline: deadline(timeout_ms),
        stderr_max: output_max(),
    };
    let ended = process::run(program, Sink::keep(output_max())).await.map_err(|trouble| {
        let name = argv.first().map_or("", String::as_str);
        match trouble {
            Trouble::Missing => Failed(Fault::NoTool, format!("{name} is not installed")),
            Trouble::Denied => Failed(Fault::Denied, format!("{name} may not be run")),
            Trouble::Other(words) => Failed(Fault::Garbled, format!("{name}: {words}")),
        }
    })?;
    match ended.how {
        How::TimedOut => Err(timed_out(timeout_ms)),
        How::Exited(status) => {
            let (out, err) = (&ended.stdout, &ended.stderr);
            Ok(seen(status, (&out.head, out.more()), (&err.head, err.more()), redactor))
        }
    }
}

fn checked(argv: &[String]) -> Result<(), Failed> {
    let nul = argv.iter().any(|word| word.contains('\0'));
    if nul || argv.first().is_none_or(String::is_empty) {
        let words = "the argument vector is empty or holds a NUL".to_owned();
        return Err(Failed(Fault::Unsupported, words));
    }
    Ok(())
}

/// Output and whether it went on behind what was kept.
type Part<'a> = (&'a [u8], bool);

fn seen(status: Option<i32>, stdout: Part<'_>, stderr: Part<'_>, redactor: &Redactor) -> Seen {
    let text = |part: Part<'_>| redactor.text(&String::from_utf8_lossy(part.0), part.1);
    Seen::Output(Output {
        status,
        stdout: text(stdout),
        stderr: text(stderr),
        truncated: stdout.1 || stderr.1,
    })
}

/// Runs it on a host behind a shell, which also ends it there.
pub(crate) async fn there(
    host: &Host,
    argv: &[String],
    timeout_ms: u32,
    redactor: &Redactor,
) -> Result<Seen, Failed> {
    checked(argv)?;
    let carrier = shell::carrier(host)?;
    let nonce = shell::nonce();
    let words: Vec<String> = argv.iter().map(|word| shell::quoted(word)).collect();
    let seconds = timeout_ms.div_ceil(1_000).max(1);
    let call = format!("hp_run {seconds} {}", words.join(" "));
    let program = Program {
        argv: &carrier,
        environment: Environment::Inherited,
        input: shell::program_of_one(&nonce, &call).into_bytes(),
        deadline: deadline(timeout_ms),
        stderr_max: output_max() + FRAME_BYTES,
    };
    let ended = process::run(program, Sink::keep(output_max() + FRAME_BYTES))
        .await
        .map_err(|trouble| no_carrier(&carrier, trouble))?;
    if ended.how == How::TimedOut {
        return Err(timed_out(timeout_ms));
    }
    let name = argv.first().map_or("", String::as_str);
    read(host, &nonce, &ended, name, redactor)
}

/// Takes the shell's frame off.
fn read(
    host: &Host,
    nonce: &str,
    ended: &Ended,
    name: &str,
    redactor: &Redactor,
) -> Result<Seen, Failed> {
    let head = ended.stdout.head.as_slice();
    let begin = format!("@{nonce} begin\n");
    let lost = |begun| shell::broken(host, ended, begun);
    let body = behind(head, begin.as_bytes()).ok_or_else(|| lost(false))?;
    let lines = body.split(|byte| *byte == b'\n');
    for line in lines.take_while(|line| *line != b"data") {
        match line.strip_prefix(b"missing ") {
            Some(b"denied") => {
                return Err(Failed(Fault::Denied, format!("{name} may not be run")));
            }
            Some(_) => return Err(Failed(Fault::NoTool, format!("{name} is not installed"))),
            None => {}
        }
    }
    let data = behind(body, b"data\n").ok_or_else(|| lost(true))?;
    let end = ended.stdout.bytes();
    let trailer = status(nonce, &end).ok_or_else(|| lost(true))?;
    let stdout = content(data, trailer.1, ended.stdout.dropped);
    let errors = ended.stderr.bytes();
    let from = behind(&errors, begin.as_bytes()).ok_or_else(|| lost(true))?;
    let done = format!("\n@{nonce} done\n");
    let cut = from.len().saturating_sub(done.len());
    let stderr = match from.split_at_checked(cut) {
        Some((text, end)) if end == done.as_bytes() => content(text, 0, ended.stderr.dropped),
        Some(_) | None => return Err(lost(true)),
    };
    let status = Some(trailer.0).filter(|status| !SIGNALS.contains(status));
    Ok(seen(status, stdout, stderr, redactor))
}

/// The first bytes of a text that ends in a trailer of that length, and whether there are more.
fn content(text: &[u8], trailer: usize, dropped: bool) -> Part<'_> {
    let length = if dropped { text.len() } else { text.len().saturating_sub(trailer) };
    let more = dropped || output_max() < length;
    (text.get(..length.min(output_max())).unwrap_or_default(), more)
}

/// What follows the first occurrence of a mark.
pub(crate) fn behind<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    let at = text.windows(mark.len()).position(|window| window == mark)?;
    text.get(at + mark.len()..)
}

/// The status in the trailer at the end of an output, and the trailer's length.
pub(crate) fn status(nonce: &str, output: &[u8]) -> Option<(i32, usize)> {
    let done = format!("@{nonce} done\n");
    let before = output.strip_suffix(done.as_bytes())?;
    let mark = format!("\n@{nonce} status ");
    let window = before.get(before.len().saturating_sub(mark.len() + 8)..)?;
    let number = behind(window, mark.as_bytes())?.strip_suffix(b"\n")?;
    let status = str::from_utf8(number).ok()?.parse().ok()?;
    Some((status, mark.len() + number.len() + 1 + done.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailers() {
        let output = b"text\n@n status 3\n@n done\n";
        assert_eq!(status("n", output), Some((3, output.len() - 4)));
        assert_eq!(status("m", output), None);
        assert_eq!(status("n", b"text\n@n status 3\n"), None);
    }
}
