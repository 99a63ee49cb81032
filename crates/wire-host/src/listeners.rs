//! Listening TCP sockets, from the tables of the kernel, and whose they are.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
};

use holdpoint_model::{
    fault::Fault,
    seen::{Listener, Seen},
};

use crate::answer::Failed;

/// State of a listening socket in the tables.
const LISTEN: &str = "0A";

/// A listening socket and its inode.
pub(crate) type Socket = (IpAddr, u16, u64);

pub(crate) fn unsupported() -> Failed {
    Failed(Fault::Unsupported, "there is no /proc/net/tcp".to_owned())
}

/// The listening sockets of this machine.
pub(crate) fn here() -> Result<Seen, Failed> {
    let mut tables = Vec::new();
    for name in ["/proc/net/tcp", "/proc/net/tcp6"] {
        match std::fs::read(name) {
            Ok(table) => tables.push(table),
            // Without IPv6 there is no table of it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failed::io(&error)),
        }
    }
    if tables.is_empty() {
        return Err(unsupported());
    }
    let sockets = sockets(tables.iter().map(Vec::as_slice))?;
    let owners = owners_here();
    let names = owners.values().filter_map(|pid| {
        let name = std::fs::read(format!("/proc/{pid}/comm")).ok()?;
        let name = name.split(|byte| *byte == b'\n').next().unwrap_or_default();
        Some((*pid, String::from_utf8_lossy(name).into_owned()))
    });
    Ok(seen(sockets, &owners, &names.collect()))
}

/// Puts sockets, owners by inode and names by process together.
pub(crate) fn seen(
    sockets: Vec<Socket>,
    owners: &BTreeMap<u64, u32>,
    names: &BTreeMap<u32, String>,
) -> Seen {
    let mut listeners: Vec<Listener> = sockets
        .into_iter()
        .map(|(address, port, inode)| {
            let pid = owners.get(&inode);
            let owner = pid.and_then(|pid| Some((*pid, names.get(pid)?.clone())));
            Listener { address, port, owner }
        })
        .collect();
    listeners.sort();
    listeners.dedup();
    Seen::Listeners(listeners)
}

/// The listening sockets of the tables.
pub(crate) fn sockets<'a>(tables: impl Iterator<Item = &'a [u8]>) -> Result<Vec<Socket>, Failed> {
    let mut sockets = Vec::new();
    for table in tables {
        let table = String::from_utf8_lossy(table);
        if !table.trim_start().starts_with("sl ") {
            let words = "a table of sockets has no heading".to_owned();
            return Err(Failed(Fault::Garbled, words));
        }
        for line in table.lines().skip(1) {
            let socket = socket(line);
            let words = || format!("a line of the table of sockets: {line}");
            sockets.extend(socket.ok_or_else(|| Failed(Fault::Garbled, words()))?);
        }
    }
    Ok(sockets)
}

/// One line; `Some(None)` when the socket does not listen.
fn socket(line: &str) -> Option<Option<Socket>> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let (local, state) = (words.get(1)?, words.get(3)?);
    if *state != LISTEN {
        return Some(None);
    }
    let (address, port) = local.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let inode = words.get(9)?.parse().ok()?;
    Some(Some((self::address(address)?, port, inode)))
}

/// The kernel writes addresses as words in the order of its processor.
fn address(hex: &str) -> Option<IpAddr> {
    let words: Option<Vec<[u8; 4]>> = (0..hex.len() / 8)
        .map(|at| {
            let word = hex.get(at * 8..at * 8 + 8)?;
            Some(u32::from_str_radix(word, 16).ok()?.to_le_bytes())
        })
        .collect();
    let bytes = words?.concat();
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(|bytes| Ipv4Addr::from(bytes).into()),
        16 => <[u8; 16]>::try_from(bytes).ok().map(|bytes| Ipv6Addr::from(bytes).into()),
        _ => None,
    }
}

/// Takes the lowest process where several share a socket.
fn claim(owners: &mut BTreeMap<u64, u32>, inode: u64, pid: u32) {
    owners.entry(inode).and_modify(|owner| *owner = pid.min(*owner)).or_insert(pid);
}

fn inode(link: &str) -> Option<u64> {
    link.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
}

/// Owners as far as this process may see them.
fn owners_here() -> BTreeMap<u64, u32> {
    let mut owners = BTreeMap::new();
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let folder = Path::new("/proc").join(process.file_name()).join("fd");
        for descriptor in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let link = std::fs::read_link(descriptor.path());
            if let Some(inode) = link.ok().as_deref().and_then(Path::to_str).and_then(inode) {
                claim(&mut owners, inode, pid);
            }
        }
    }
    owners
}

/// Owners from what `ls -l` says of the descriptors of all processes.
pub(crate) fn owners_of_listing(listing: &[u8]) -> BTreeMap<u64, u32> {
    let mut owners = BTreeMap::new();
    let mut current = None;
    for line in String::from_utf8_lossy(listing).lines() {
        if let Some(folder) = line.strip_prefix("/proc/") {
            current = folder.strip_suffix("/fd:").and_then(|pid| pid.parse().ok());
        } else if let (Some(pid), Some((_, link))) = (current, line.rsplit_once(" -> "))
            && let Some(inode) = inode(link.trim())
        {
            claim(&mut owners, inode, pid);
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
        0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 77 1 0 100 0 0 10 0\n   \
        1: 0100007F:1F91 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 78 1 0 20 4 30 10 -1\n";

    #[test]
    fn tables_are_read() {
        let found = sockets([TABLE.as_bytes()].into_iter()).unwrap();
        assert_eq!(found, [(IpAddr::from([127, 0, 0, 1]), 8080, 77)]);
        assert!(sockets([&b"junk"[..]].into_iter()).is_err());
        assert_eq!(
            address("00000000000000000000000001000000"),
            Some(IpAddr::V6(Ipv6Addr::LOCALHOST))
        );
    }

    #[test]
    fn owners_are_read() {
        let listing = b"/proc/9/fd:\nlrwx------ 1 0 0 64 Jan 1 3 -> socket:[77]\n\
                        /proc/5/fd:\nlrwx------ 1 0 0 64 Jan 1 3 -> socket:[77]\n";
        assert_eq!(owners_of_listing(listing), BTreeMap::from([(77, 5)]));
    }
}
