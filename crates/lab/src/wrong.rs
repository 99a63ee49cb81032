//! Every way in which a server goes wrong on purpose.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    http,
    raw::{Server, serve},
    tls::Tls,
};

/// Pause between the bytes of a dripping answer.
const DRIP: Duration = Duration::from_millis(100);

/// Bytes of an endless answer after which the server gives up, so that no test runs for ever.
const ENDLESS_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What a server does after it took a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Never answers.
    Stall,
    /// Breaks the connection off at once, with RST.
    Reset,
    /// Reads the request, then breaks off with RST.
    ResetLate,
    /// Reads the request, then closes without an answer.
    Close,
    /// Closes in the middle of the status line.
    CutHead,
    /// A good answer, one byte at a time.
    Drip,
    /// A body shorter than its `Content-Length`.
    ShortBody,
    /// A body longer than its `Content-Length`.
    LongBody,
    /// A body that never ends.
    Endless,
    /// A body whose end does not come.
    HalfBody,
    /// A header that is far too large.
    HugeHeader,
    /// A header that never ends.
    EndlessHeader,
    /// No HTTP at all.
    GarbageStatus,
    /// A header line without a colon.
    GarbageHeader,
    /// A chunk size that is no number.
    GarbageChunk,
    /// `Content-Length` twice, with different values.
    TwoLengths,
    /// The first half of a TLS record, and then nothing.
    HalfRecord,
    /// The first half of a TLS record, and then the end.
    CutRecord,
    /// A TLS alert: handshake failure.
    Alert,
    /// Random bytes.
    Noise,
}

impl Wrong {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Stall,
        Self::Reset,
        Self::ResetLate,
        Self::Close,
        Self::CutHead,
        Self::Drip,
        Self::ShortBody,
        Self::LongBody,
        Self::Endless,
        Self::HalfBody,
        Self::HugeHeader,
        Self::EndlessHeader,
        Self::GarbageStatus,
        Self::GarbageHeader,
        Self::GarbageChunk,
        Self::TwoLengths,
        Self::HalfRecord,
        Self::CutRecord,
        Self::Alert,
        Self::Noise,
    ];

    /// A server that goes wrong right behind the TCP connection.
    pub async fn server(self) -> Server {
        serve(move |stream, _| async move {
            if self == Self::Reset {
                drop(stream.set_zero_linger());
                return;
            }
            if self.speaks_first() {
                return self.act(stream).await;
            }
            let mut stream = stream;
            // One segment is a whole request, or the whole first flight of a handshake.
            let mut request = [0; 16 * 1024];
            if let Ok(1..) = stream.read(&mut request).await {
                if self == Self::ResetLate {
                    drop(stream.set_zero_linger());
                    return;
                }
                self.act(stream).await;
            }
        })
        .await
    }

    /// A server that finishes the TLS handshake, reads a request, and then goes wrong.
    pub async fn behind(self, tls: Tls) -> Server {
        tls.serve(move |mut stream, peer: SocketAddr| async move {
            let mut buffer = Vec::new();
            if http::read(&mut stream, &mut buffer, peer, 1).await.is_none() {
                return;
            }
            if matches!(self, Self::Reset | Self::ResetLate) {
                drop(TcpStream::set_zero_linger(stream.get_ref().0));
                return;
            }
            self.act(stream).await;
        })
        .await
    }

    /// Only those that keep the connection: a close with a request unread would be a reset.
    fn speaks_first(self) -> bool {
        matches!(self, Self::HalfRecord | Self::Alert | Self::Noise)
    }

    async fn act<S: AsyncRead + AsyncWrite + Unpin>(self, mut stream: S) {
        let head = "HTTP/1.1 200 OK\r\n";
        let done = match self {
            Self::Stall => Ok(()),
            Self::Reset | Self::ResetLate | Self::Close => return,
            Self::CutHead => return drop(stream.write_all(b"HTTP/1.1 20").await),
            Self::Drip => return drip(&mut stream).await,
            Self::ShortBody => {
                let text = format!("{head}Content-Length: 100\r\n\r\nten bytes.");
                return drop(stream.write_all(text.as_bytes()).await);
            }
            Self::LongBody => put(&mut stream, head, "Content-Length: 2\r\n\r\nokay then").await,
            Self::Endless => return endless(&mut stream, head, "\r\n", &[b'x'; 8192]).await,
            Self::HalfBody => put(&mut stream, head, "Content-Length: 9\r\n\r\nhalf").await,
            Self::HugeHeader => {
                let line = format!("X-Huge: {}\r\nContent-Length: 0\r\n\r\n", "a".repeat(1 << 20));
                put(&mut stream, head, &line).await
            }
            Self::EndlessHeader => return endless(&mut stream, head, "X-A: ", &[b'a'; 8192]).await,
            Self::GarbageStatus => put(&mut stream, "", "220 mail.test ESMTP ready\r\n").await,
            Self::GarbageHeader => put(&mut stream, head, "no colon here\r\n\r\n").await,
            Self::GarbageChunk => {
                put(&mut stream, head, "Transfer-Encoding: chunked\r\n\r\nzz\r\nno\r\n").await
            }
            Self::TwoLengths => {
                put(&mut stream, head, "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc").await
            }
            Self::HalfRecord => stream.write_all(&[0x16, 3, 3, 0, 80, 2, 0, 0]).await,
            Self::CutRecord => {
                return drop(stream.write_all(&[0x16, 3, 3, 0, 80, 2, 0, 0]).await);
            }
            Self::Alert => stream.write_all(&[0x15, 3, 3, 0, 2, 2, 40]).await,
            Self::Noise => stream.write_all(&[0xff, 0x00, 0x9c, 0x42].repeat(16)).await,
        };
        // The connection is kept until the client goes.
        if done.is_ok() && stream.flush().await.is_ok() {
            let mut sink = [0; 1024];
            while let Ok(1..) = stream.read(&mut sink).await {}
        }
    }
}

async fn put<S: AsyncWrite + Unpin>(stream: &mut S, a: &str, b: &str) -> std::io::Result<()> {
    stream.write_all(a.as_bytes()).await?;
    stream.write_all(b.as_bytes()).await
}

async fn drip<S: AsyncWrite + Unpin>(stream: &mut S) {
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" {
        if stream.write_all(&[*byte]).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        tokio::time::sleep(DRIP).await;
    }
}

async fn endless<S: AsyncWrite + Unpin>(stream: &mut S, head: &str, line: &str, part: &[u8]) {
    let mut sent: usize = 0;
    if put(stream, head, line).await.is_err() {
        return;
    }
    while sent < ENDLESS_BYTES_MAX && stream.write_all(part).await.is_ok() {
        sent = sent.saturating_add(part.len());
    }
}
