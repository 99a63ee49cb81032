//! A raw TLS ClientHello, and what the first bytes of the answer say about the protocol.

use std::net::IpAddr;

/// The protocol that a hello offers, and nothing newer or older.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// TLS 1.0 alone.
    Tls10,
    /// TLS 1.1 alone.
    Tls11,
    /// TLS 1.2 alone.
    Tls12,
    /// TLS 1.2 and 1.3.
    Modern,
}

impl Offer {
    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 | Self::Modern => "TLS 1.2",
        }
    }

    /// The version in the hello itself.
    pub(crate) fn version(self) -> u16 {
        match self {
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 | Self::Modern => 0x0303,
        }
    }
}

/// What a server's first bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// A ServerHello of this version.
    ServerHello(u16),
    /// An alert of this description.
    Alert(u8),
    /// Nothing at all.
    Nothing,
    /// Something that is not TLS, or too little of it.
    Other,
}

/// Suites that servers of any age know: a short list would be refused for itself, and be read as
/// the refusal of the protocol. The last three are those of TLS 1.3.
const SUITES: [u16; 30] = [
    0xc014, 0xc013, 0xc00a, 0xc009, 0x0039, 0x0033, 0x0038, 0x0032, 0x0035, 0x002f, 0x0088, 0x0045,
    0x0084, 0x0041, 0xc012, 0xc008, 0x0016, 0x0013, 0x000a, 0x0005, 0x0004, 0xc030, 0xc02f, 0xc02c,
    0xc02b, 0xcca8, 0xcca9, 0x1301, 0x1302, 0x1303,
];

/// x25519, P-256, P-384, P-521.
const GROUPS: [u16; 4] = [0x001d, 0x0017, 0x0018, 0x0019];

/// ECDSA, RSA-PSS and RSA with SHA-2, then both with SHA-1, which old protocols need.
const SIGNATURES: [u16; 11] =
    [0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];

/// A well-formed hello that offers `offer`, with the name unless it is an address.
///
/// The bytes that should be random are fixed: the connection goes no further, and an ask must be
/// the same each time it is written.
pub(crate) fn client_hello(offer: Offer, name: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(offer.version().to_be_bytes());
    body.extend([0x5a; 32]);
    body.push(0);
    body.extend(sized(&words(&SUITES)));
    body.extend([1, 0]);
    body.extend(sized(&extensions(offer, name)));

    let mut message = vec![1, 0];
    message.extend(sized(&body));
    let mut record = vec![0x16, 3, 1];
    record.extend(sized(&message));
    record
}

fn extensions(offer: Offer, name: &str) -> Vec<u8> {
    let mut all = Vec::new();
    let mut add = |kind: u16, content: &[u8]| {
        all.extend(kind.to_be_bytes());
        all.extend(sized(content));
    };
    if name.parse::<IpAddr>().is_err() {
        let mut entry = vec![0];
        entry.extend(sized(name.as_bytes()));
        add(0, &sized(&entry));
    }
    add(10, &sized(&words(&GROUPS)));
    add(11, &[1, 0]);
    add(13, &sized(&words(&SIGNATURES)));
    if offer == Offer::Modern {
        add(43, &[4, 3, 4, 3, 3]);
        let mut share = vec![0, 0x1d];
        share.extend(sized(&[9; 32]));
        add(51, &sized(&share));
    }
    all
}

/// The content behind its length in two bytes.
fn sized(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a hello is far below 64 KiB");
    let mut all = length.to_be_bytes().to_vec();
    all.extend(content);
    all
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// Reads the first bytes of an answer.
pub(crate) fn reply(bytes: &[u8]) -> Reply {
    match bytes {
        [] => Reply::Nothing,
        [0x15, 3, _, _, _, _, description, ..] => Reply::Alert(*description),
        [0x16, 3, _, _, _, 2, _, _, _, major, minor, ..] => {
            Reply::ServerHello(u16::from_be_bytes([*major, *minor]))
        }
        _ => Reply::Other,
    }
}

/// The beginning of a ServerHello of this version, for pretend worlds.
#[cfg(test)]
pub(crate) fn server_hello(version: u16) -> Vec<u8> {
    let [major, minor] = version.to_be_bytes();
    vec![0x16, 3, 3, 0, 42, 2, 0, 0, 38, major, minor]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_add_up() {
        for offer in [Offer::Tls10, Offer::Tls11, Offer::Modern] {
            let hello = client_hello(offer, "shop.test");
            let length = |at: usize| usize::from(u16::from_be_bytes([hello[at], hello[at + 1]]));
            assert_eq!(length(3), hello.len() - 5);
            assert_eq!(length(7), hello.len() - 9);
            assert_eq!(u16::from_be_bytes([hello[9], hello[10]]), offer.version());
            let suites = 9 + 2 + 32 + 1;
            assert_eq!(length(suites), 60);
            let extensions = suites + 2 + 60 + 2;
            assert_eq!(length(extensions), hello.len() - extensions - 2);
        }
        let named = client_hello(Offer::Tls10, "shop.test");
        assert!(named.windows(9).any(|it| it == b"shop.test"));
        let bare = client_hello(Offer::Tls10, "10.0.0.1");
        assert!(!bare.windows(8).any(|it| it == b"10.0.0.1"));
    }

    #[test]
    fn reads_answers() {
        assert_eq!(reply(&server_hello(0x0301)), Reply::ServerHello(0x0301));
        assert_eq!(reply(&[0x15, 3, 1, 0, 2, 2, 70]), Reply::Alert(70));
        assert_eq!(reply(b""), Reply::Nothing);
        assert_eq!(reply(b"HTTP/1.1 400 Bad Request"), Reply::Other);
    }
}
