//! A DNS server over UDP whose answers are a function of the question.

use std::net::{IpAddr, SocketAddr};

use tokio::{net::UdpSocket, task::JoinSet};

/// A resolver that runs until it is dropped.
#[derive(Debug)]
pub struct Dns {
    /// Where it listens.
    pub at: SocketAddr,
    _tasks: JoinSet<()>,
}

/// What it says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// These addresses; those of the other kind are left out.
    Addresses(Vec<IpAddr>),
    /// An error by its number: 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED.
    Error(u8),
    /// Nothing.
    Silence,
    /// Bytes that are no answer.
    Garbage,
}

/// The kind of question that asks for IPv6 addresses; that for IPv4 is 1.
pub const AAAA: u16 = 28;

/// Bytes of a question and of an answer.
const MESSAGE_BYTES_MAX: usize = 512;

/// Answers every question with what `answer` says to its name and kind.
pub async fn dns(answer: impl Fn(&str, u16) -> Said + Send + 'static) -> Dns {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let at = socket.local_addr().expect("a bound socket has an address");
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut question = [0; MESSAGE_BYTES_MAX];
        loop {
            let Ok((length, peer)) = socket.recv_from(&mut question).await else { continue };
            let question = question.get(..length).unwrap_or_default();
            let Some((name, kind, end)) = read(question) else { continue };
            let bytes = match answer(&name, kind) {
                Said::Silence => continue,
                Said::Garbage => vec![0xff; 7],
                Said::Error(code) => message(question, end, code, &[]),
                Said::Addresses(all) => {
                    let fits = |it: &&IpAddr| it.is_ipv6() == (kind == AAAA);
                    let all: Vec<IpAddr> = all.iter().filter(fits).copied().collect();
                    message(question, end, 0, &all)
                }
            };
            drop(socket.send_to(&bytes, peer).await);
        }
    });
    Dns { at, _tasks: tasks }
}

/// Name and kind of the first question, and where it ends.
fn read(message: &[u8]) -> Option<(String, u16, usize)> {
    let (mut name, mut at) = (String::new(), 12);
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        let label = message.get(at..at.checked_add(length)?)?;
        name.push_str(&String::from_utf8_lossy(label).to_ascii_lowercase());
        name.push('.');
        at += length;
    }
    let kind = u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]);
    Some((name, kind, at + 4))
}

fn message(question: &[u8], end: usize, code: u8, addresses: &[IpAddr]) -> Vec<u8> {
    let mut bytes = question.get(..2).unwrap_or_default().to_vec();
    let count = u8::try_from(addresses.len()).expect("a test names few addresses");
    bytes.extend([0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]);
    bytes.extend(question.get(12..end).unwrap_or_default());
    for address in addresses {
        let (kind, octets) = match address {
            IpAddr::V4(four) => (1, four.octets().to_vec()),
            IpAddr::V6(six) => (28, six.octets().to_vec()),
        };
        // The name is that of the question; the answer holds for a minute.
        bytes.extend([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60, 0]);
        bytes.extend(u8::try_from(octets.len()));
        bytes.extend(octets);
    }
    bytes
}
