//! TCP connections: whether one stands, and what comes back first.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use holdpoint_model::{
    fault::Fault,
    limits, redact,
    seen::{Connected, Seen},
    wire::Outcome,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{Instant, timeout_at},
};

use crate::{
    Net, addresses,
    certificate::hex,
    trouble::{Phase, Tried, Trouble, within},
};

/// How long a peer that has begun to answer may be quiet before what came is its first answer.
const QUIET: Duration = Duration::from_millis(500);

/// Bytes taken from a connection at once.
const CHUNK: usize = 4 * 1024;

/// Whether any address of the host takes a connection.
pub(crate) async fn control(net: &Net, host: &str, port: u16) -> Tried<Outcome> {
    let deadline = Instant::now() + Duration::from_millis(limits::CONNECT_MS.into());
    let addresses = addresses::resolve(net, host, deadline).await?;
    let mut attempts = JoinSet::new();
    for address in addresses {
        attempts.spawn(open(SocketAddr::new(address, port), None, deadline));
    }
    let mut trouble = Trouble::at(Phase::Resolve, Fault::NameNotFound, "the name has no address");
    while let Some(attempt) = attempts.join_next().await {
        match attempt {
            Ok(Ok(_)) => return Ok(Outcome::seen(Seen::Control)),
            Ok(Err(error)) => trouble = error,
            Err(error) => trouble = Trouble::at(Phase::Connect, Fault::NoAnswer, error),
        }
    }
    Err(trouble)
}

/// A connection, the bytes to send, and the first answer to them.
pub(crate) async fn look(
    at: SocketAddr,
    timeout_ms: u32,
    send: &str,
    read_max: u32,
) -> Tried<Outcome> {
    let bytes = unhex(send)
        .ok_or_else(|| Trouble::new(Fault::Unsupported, "what is to be sent is not hex"))?;
    let start = Instant::now();
    let deadline = start + Duration::from_millis(timeout_ms.into());
    let mut stream = open(at, None, deadline).await?;
    let connect_ms = ms(start.elapsed());
    if !bytes.is_empty() {
        let sent = within(deadline, Phase::Send, stream.write_all(&bytes)).await?;
        sent.map_err(|error| Trouble::talking(Phase::Send, &error))?;
    }
    let (answer, closed) = first_answer(&mut stream, read_max, deadline).await?;
    let note = if answer.is_empty() && 0 < read_max { "nothing was answered" } else { "" };
    let seen = Seen::Connected(Connected { connect_ms, answer: hex(&unslipped(answer)), closed });
    Ok(Outcome { result: Ok(seen), note: note.to_owned() })
}

/// An answer without the secrets in it, when it is text.
fn unslipped(answer: Vec<u8>) -> Vec<u8> {
    match str::from_utf8(&answer) {
        Ok(text) => redact::text(text).into_bytes(),
        Err(_) => answer,
    }
}

/// A connection by the deadline, from a local address when one is asked for.
pub(crate) async fn open(
    at: SocketAddr,
    source: Option<IpAddr>,
    deadline: Instant,
) -> Tried<TcpStream> {
    let failed = |error: io::Error| Trouble::connecting(&error);
    let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let socket = socket.map_err(failed)?;
    if let Some(source) = source {
        socket.bind(SocketAddr::new(source, 0)).map_err(|error| {
            let note = format!("this machine cannot connect from {source}: {error}");
            Trouble::at(Phase::Connect, Fault::Unsupported, note)
        })?;
    }
    let stream = within(deadline, Phase::Connect, socket.connect(at)).await?.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    Ok(stream)
}

/// Up to `max` bytes, and whether the peer closed. Silence is seen, not a fault.
async fn first_answer(
    stream: &mut TcpStream,
    max: u32,
    deadline: Instant,
) -> Tried<(Vec<u8>, bool)> {
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let mut answer = Vec::new();
    let mut chunk = [0; CHUNK];
    while answer.len() < max {
        let quiet = if answer.is_empty() { deadline } else { Instant::now() + QUIET };
        let room = max.saturating_sub(answer.len()).min(CHUNK);
        let room = chunk.get_mut(..room).unwrap_or_default();
        match timeout_at(quiet.min(deadline), stream.read(room)).await {
            Err(_) => break,
            Ok(Ok(0)) => return Ok((answer, true)),
            Ok(Ok(read)) => answer.extend(chunk.iter().take(read)),
            Ok(Err(error)) if answer.is_empty() => {
                return Err(Trouble::talking(Phase::FirstByte, &error));
            }
            Ok(Err(_)) => return Ok((answer, true)),
        }
    }
    Ok((answer, false))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|it| it.to_digit(16)).collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| u8::try_from(high * 16 + low).ok()).collect()
}

/// Whole milliseconds.
pub(crate) fn ms(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_lose_what_a_server_lets_slip() {
        let slipped = b"-ERR redis://:b1c2d3@cache refused\r\n".to_vec();
        assert_eq!(unslipped(slipped), b"-ERR redis://:[redacted]@cache refused\r\n");
        assert_eq!(unslipped(b"\xff\x00".to_vec()), b"\xff\x00");
    }

    #[test]
    fn hex_is_read_and_nothing_else() {
        assert_eq!(unhex(""), Some(vec![]));
        assert_eq!(unhex("00fF10"), Some(vec![0, 255, 16]));
        assert_eq!(unhex("abc"), None);
        assert_eq!(unhex("zz"), None);
        assert_eq!(unhex("äb"), None);
    }
}
