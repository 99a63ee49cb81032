//! The shell port: the same looks as the native one, through a POSIX shell on the host.

use std::sync::Arc;

use holdpoint_model::{
    ask::Host,
    fault::Fault,
    limits,
    seen::{Entry, EntryKind, Filesystem, List, Seen},
    time::{SECOND, Time},
};

use crate::{
    answer::{self, Failed, Meta, Taken},
    batch::Batches,
    listeners,
    shell::{self, Field, field, garbled},
};

/// Bytes that a small answer brings back.
const SMALL: usize = 4 * 1024;
/// Bytes that a list may bring back.
const LARGE: usize = 2 * 1024 * 1024;

/// A host behind a shell.
pub(crate) struct Port<'a> {
    pub(crate) host: &'a Host,
    pub(crate) batches: &'a Arc<Batches>,
}

impl Port<'_> {
    async fn ask(&self, call: String, cost: usize) -> Result<Vec<Field>, Failed> {
        self.batches.ask(self.host, call, cost).await
    }

    /// The first bytes of a file.
    pub(crate) async fn take(&self, path: &str, max: u32) -> Result<Option<Taken>, Failed> {
        let more = u64::from(max).saturating_add(1);
        let cost = usize::try_from(more).unwrap_or(usize::MAX);
        let fields = self.ask(format!("hp_read {} {more}", shell::path(path)), cost).await?;
        if !opened(&fields)? {
            return Ok(None);
        }
        let bytes = field(&fields, "bytes").ok_or_else(|| garbled("the bytes"))?;
        let status = field(&fields, "status").ok_or_else(|| garbled("the status"))?;
        if status.words != "0" {
            // A process that ended while it was read gives nothing and says so.
            let words = format!("reading ended with status {}", status.words);
            return Err(Failed(Fault::Garbled, words));
        }
        let size = field(&fields, "size").and_then(|size| size.words.trim().parse().ok());
        let size = size.ok_or_else(|| garbled("the size"))?;
        Ok(Some(Taken::new(bytes.bytes.clone(), size, max)))
    }

    pub(crate) async fn stat(&self, path: &str) -> Result<Seen, Failed> {
        let fields = self.ask(format!("hp_path {}", shell::path(path)), SMALL).await?;
        Ok(itself(&fields, path)?.map_or(Seen::Absent, Seen::Stat))
    }

    /// What a path is, links followed, and its size.
    pub(crate) async fn follow(&self, path: &str) -> Result<Option<(EntryKind, u64)>, Failed> {
        let fields = self.ask(format!("hp_follow {}", shell::path(path)), SMALL).await?;
        if let Some(leads) = field(&fields, "leads") {
            let (kind, size) = leads.words.split_once(' ').unwrap_or((&leads.words, ""));
            let kind = match kind {
                "file" => EntryKind::File,
                "folder" => EntryKind::Folder,
                _ => EntryKind::Other,
            };
            return Ok(Some((kind, size.trim().parse().unwrap_or(0))));
        }
        let looped = field(&fields, "error").is_some_and(|error| {
            let words = String::from_utf8_lossy(&error.bytes).to_lowercase();
            words.trim_end().ends_with("symbolic links")
                || words.trim_end().ends_with("symbolic links encountered")
                || words.trim_end().ends_with("symbolic link loop")
        });
        if looped || shell::is_absent(&fields)? {
            return Ok(None);
        }
        Err(garbled("what the path leads to"))
    }

    pub(crate) async fn list(&self, path: &str) -> Result<Seen, Failed> {
        let call = format!("hp_list {} {}", shell::path(path), limits::ENTRIES_MAX);
        let fields = self.ask(call, LARGE).await?;
        let clock = field(&fields, "clock").and_then(|clock| clock.words.parse::<i64>().ok());
        let clock = clock.ok_or_else(|| Failed(Fault::NoTool, "date cannot +%s".to_owned()))?;
        let clock = Time(clock.saturating_mul(SECOND));
        if field(&fields, "self").is_some() {
            return alone(&fields, path, clock);
        }
        if shell::is_absent(&fields)? {
            return Ok(Seen::Absent);
        }
        field(&fields, "whole").ok_or_else(|| garbled("the end of the list"))?;
        let (mut entries, count) = entries(&fields)?;
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let max = usize::try_from(limits::ENTRIES_MAX).unwrap_or(usize::MAX);
        entries.truncate(max);
        let entries = entries.into_iter().filter_map(|(_, entry)| entry).collect();
        Ok(Seen::List(List { entries, clock, truncated: max < count }))
    }

    pub(crate) async fn filesystem(&self, path: &str) -> Result<Seen, Failed> {
        let fields = self.ask(format!("hp_filesystem {}", shell::path(path)), SMALL).await?;
        if shell::is_absent(&fields)? {
            return Ok(Seen::Absent);
        }
        let text = |key| {
            let bytes = field(&fields, key).map(|field| field.bytes.as_slice());
            String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
        };
        let blocks = field(&fields, "blocks").map(|field| field.words.as_str());
        file_system(blocks, &text("df"), &text("inodes"), &text("mounts")).map(Seen::Filesystem)
    }

    pub(crate) async fn listeners(&self) -> Result<Seen, Failed> {
        let fields = self.ask("hp_listeners".to_owned(), LARGE).await?;
        if field(&fields, "none").is_some() {
            return Err(listeners::unsupported());
        }
        if shell::is_absent(&fields)? || field(&fields, "whole").is_none() {
            return Err(garbled("the sockets"));
        }
        let bytes = |key| field(&fields, key).map(|field| field.bytes.as_slice());
        let tables = [bytes("tcp"), bytes("tcp6")];
        let sockets = listeners::sockets(tables.into_iter().flatten())?;
        let owners = listeners::owners_of_listing(bytes("owners").unwrap_or_default());
        let names = fields.iter().filter(|field| field.key == "comm").filter_map(|field| {
            let pid = field.words.strip_prefix("/proc/")?.strip_suffix("/comm")?;
            Some((pid.parse().ok()?, String::from_utf8_lossy(&field.bytes).into_owned()))
        });
        Ok(listeners::seen(sockets, &owners, &names.collect()))
    }
}

/// Whether there is a file that can be read.
pub(crate) fn opened(fields: &[Field]) -> Result<bool, Failed> {
    match field(fields, "kind").map(|kind| kind.words.as_str()) {
        Some("folder") => answer::readable(EntryKind::Folder)?,
        Some(_) => answer::readable(EntryKind::Other)?,
        None => {}
    }
    shell::is_absent(fields).map(|absent| !absent)
}

/// The entry of the asked path; `None` when there is no such thing.
fn itself(fields: &[Field], path: &str) -> Result<Option<Entry>, Failed> {
    let facts = fields.iter().find(|field| matches!(field.key.as_str(), "m" | "l" | "gone"));
    match facts {
        Some(facts) if facts.key != "gone" => {
            let link = field(fields, "link");
            let meta = meta(facts)?;
            Ok(Some(meta.entry(answer::last_component(path), target(meta, link)?)))
        }
        Some(_) => Ok(None),
        None if shell::is_absent(fields)? => Ok(None),
        None => Err(garbled("the facts of the path")),
    }
}

/// A list of the asked path alone.
fn alone(fields: &[Field], path: &str, clock: Time) -> Result<Seen, Failed> {
    let Some(entry) = itself(fields, path)? else { return Ok(Seen::Absent) };
    let behind = fields.iter().skip_while(|field| field.key != "target");
    if let Some(error) = behind.into_iter().find(|field| field.key == "error")
        && let Err(failed) = shell::classified(&String::from_utf8_lossy(&error.bytes))
        && failed.0 == Fault::Denied
    {
        return Err(failed);
    }
    Ok(Seen::List(List { entries: vec![entry], clock, truncated: false }))
}

/// What `stat`, or `ls` in its place, says of a path.
pub(crate) fn meta(field: &Field) -> Result<Meta, Failed> {
    let words: Vec<&str> = field.words.split_ascii_whitespace().collect();
    let [mode, size, owner, modified] = words.as_slice() else {
        return Err(garbled("facts of a path"));
    };
    let read = || -> Option<Meta> {
        let plain = field.key == "m";
        // `ls` gives mode, owner and size in its own order, and numbers of a device for its size.
        let (size, owner) = if plain { (size, owner) } else { (owner, size) };
        Some(Meta {
            mode: if plain { u32::from_str_radix(mode, 16).ok()? } else { letters(mode)? },
            bytes: if size.ends_with(',') { 0 } else { size.parse().ok()? },
            owner: owner.parse().ok()?,
            modified_s: modified.parse().ok()?,
        })
    };
    read().ok_or_else(|| {
        Failed(Fault::NoTool, "the host has no stat that tells type, owner and time".to_owned())
    })
}

/// Type and permissions from letters such as `drwxr-xr-x`.
fn letters(mode: &str) -> Option<u32> {
    let mut letters = mode.chars();
    let mut bits = match letters.next()? {
        '-' => 0o100_000,
        'd' => 0o040_000,
        'l' => 0o120_000,
        _ => 0o060_000,
    };
    let special = [(2, 0o4000), (5, 0o2000), (8, 0o1000)];
    for place in 0..9_u32 {
        let letter = letters.next()?;
        let bit = 1 << (8 - place);
        let extra = special.iter().find(|(at, _)| *at == place).map_or(0, |(_, extra)| *extra);
        bits |= match letter {
            'r' | 'w' | 'x' => bit,
            's' | 't' => bit | extra,
            'S' | 'T' => extra,
            _ => 0,
        };
    }
    Some(bits)
}

fn target(meta: Meta, link: Option<&Field>) -> Result<Option<String>, Failed> {
    match (meta.kind(), link) {
        (EntryKind::Link, Some(link)) if !link.bytes.is_empty() => {
            Ok(Some(String::from_utf8_lossy(&link.bytes).into_owned()))
        }
        (EntryKind::Link, _) => Err(garbled("what a link points to")),
        (EntryKind::File | EntryKind::Folder | EntryKind::Other, _) => Ok(None),
    }
}

/// Names with their entries, where those had not gone meanwhile.
type Named = Vec<(Vec<u8>, Option<Entry>)>;

/// All groups, and how many names there are.
fn entries(fields: &[Field]) -> Result<(Named, usize), Failed> {
    let (mut all, mut count) = (Vec::new(), 0);
    let mut rest = fields;
    while let Some(start) = rest.iter().position(|field| field.key == "count") {
        let group = rest.get(start..).unwrap_or_default();
        let further = group.iter().skip(1).position(|field| field.key == "count");
        let (group, behind) = group.split_at(further.map_or(group.len(), |at| at + 1));
        rest = behind;
        let number = field(group, "count").and_then(|count| count.words.parse::<usize>().ok());
        count += number.ok_or_else(|| garbled("the count"))?;
        all.extend(group_entries(group)?);
    }
    Ok((all, count))
}

fn group_entries(group: &[Field]) -> Result<Named, Failed> {
    let names = field(group, "names").ok_or_else(|| garbled("the names"))?;
    let names = names.bytes.strip_suffix(b"\0").ok_or_else(|| garbled("the names"))?;
    let names: Vec<&[u8]> = names
        .split(|byte| *byte == 0)
        .map(|name| name.strip_prefix(b"./").unwrap_or(name))
        .collect();
    let facts: Vec<&Field> =
        group.iter().filter(|field| matches!(field.key.as_str(), "m" | "l" | "gone")).collect();
    if names.len() != facts.len() {
        return Err(garbled("facts of some paths"));
    }
    let links = group.iter().filter(|field| field.key == "link");
    let links: std::collections::BTreeMap<usize, &Field> =
        links.filter_map(|link| Some((link.words.parse().ok()?, link))).collect();
    let mut entries = Vec::new();
    for (number, (name, facts)) in names.into_iter().zip(facts).enumerate() {
        if facts.key == "gone" {
            entries.push((name.to_vec(), None));
            continue;
        }
        let meta = meta(facts)?;
        let points_to = target(meta, links.get(&number).copied())?;
        let text = String::from_utf8_lossy(name).into_owned();
        entries.push((name.to_vec(), Some(meta.entry(text, points_to))));
    }
    Ok(entries)
}

/// Puts together what `stat`, `df` and the table of mounts say.
fn file_system(
    blocks: Option<&str>,
    df: &str,
    df_inodes: &str,
    mounts: &str,
) -> Result<Filesystem, Failed> {
    let lacks = |what: &str| Failed(Fault::NoTool, format!("the host does not tell {what}"));
    let (kib, mount) = df_line(df).ok_or_else(|| lacks("the size of file systems"))?;
    let counted: Option<Vec<u64>> = blocks
        .and_then(|words| words.split_ascii_whitespace().map(|word| word.parse().ok()).collect());
    let (bytes, available, inodes, inodes_free) = match counted.as_deref() {
        Some([size, all, free, inodes, inodes_free]) => {
            (all.saturating_mul(*size), free.saturating_mul(*size), *inodes, *inodes_free)
        }
        Some(_) | None => {
            let [all, free] = kib;
            let (inodes, _) = df_line(df_inodes).ok_or_else(|| lacks("the inodes"))?;
            let [inodes, inodes_free] = inodes;
            (all.saturating_mul(1024), free.saturating_mul(1024), inodes, inodes_free)
        }
    };
    let read_only =
        read_only(mounts, &mount).ok_or_else(|| lacks("how file systems are mounted"))?;
    Ok(Filesystem { bytes, available, inodes, inodes_free, read_only })
}

/// All and free of the one line of `df -P`, and where it is mounted.
fn df_line(text: &str) -> Option<([u64; 2], String)> {
    let line = text.lines().nth(1)?;
    // The name of the device may hold blanks; the share in percent stands before the folder.
    let (numbers, mount) = line.split_once("% ").or_else(|| line.split_once(" - "))?;
    let words: Vec<&str> = numbers.split_ascii_whitespace().collect();
    let mut back = words.iter().rev();
    if line.contains("% ") {
        back.next()?;
    }
    let free = back.next()?.parse().ok()?;
    back.next()?;
    let all = back.next()?.parse().ok()?;
    Some(([all, free], mount.trim_start().to_owned()))
}

/// Whether the last file system mounted at a folder is for reading only.
fn read_only(mounts: &str, mount: &str) -> Option<bool> {
    let escaped = mount.replace('\\', r"\134").replace(' ', r"\040").replace('\t', r"\011");
    let lines = mounts.lines().rev();
    let options = lines.map(|line| line.split(' ')).find_map(|mut words| {
        let folder = words.nth(1)?;
        let options = words.nth(1)?;
        (folder == escaped).then_some(options)
    })?;
    Some(options.split(',').any(|option| option == "ro"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_ls() {
        assert_eq!(letters("-rw-------"), Some(0o100_600));
        assert_eq!(letters("drwxr-xr-t"), Some(0o041_755));
        assert_eq!(letters("-rwsr-Sr-x."), Some(0o106_745));
        assert_eq!(letters("lrwxrwxrwx"), Some(0o120_777));
    }

    #[test]
    fn file_systems() {
        let df = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                  /dev/my disk 1000 100 850 11% /mnt/a b\n";
        let inodes = "Filesystem Inodes IUsed IFree IUse% Mounted on\nx 50 20 30 40% /mnt/a b\n";
        let mounts =
            "x / ext4 rw 0 0\ny /mnt/a\\040b ext4 rw 0 0\nz /mnt/a\\040b ext4 ro,noatime 0 0\n";
        let found = file_system(None, df, inodes, mounts).unwrap();
        assert_eq!((found.bytes, found.available), (1_024_000, 870_400));
        assert_eq!((found.inodes, found.inodes_free, found.read_only), (50, 30, true));
        let found = file_system(Some("4096 10 5 7 6"), df, "", mounts).unwrap();
        assert_eq!((found.bytes, found.available, found.inodes_free), (40_960, 20_480, 6));
        assert_eq!(file_system(None, df, "", mounts).unwrap_err().0, Fault::NoTool);
        assert_eq!(file_system(Some("1 1 1 1 1"), df, "", "").unwrap_err().0, Fault::NoTool);
        let none = "Filesystem Inodes IUsed IFree IUse% Mounted on\nx 0 0 0 - /mnt\n";
        assert_eq!(df_line(none), Some(([0, 0], "/mnt".to_owned())));
    }
}
