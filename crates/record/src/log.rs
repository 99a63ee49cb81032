//! SQLite's write-ahead log, laid over a file in memory: nothing is written to read a record.

/// Bytes before the first frame.
const HEAD: usize = 32;
/// Bytes before the page of a frame.
const FRAME_HEAD: usize = 24;

/// The header of a log that is in use: as long as it stays the same, the log only grows.
pub(crate) fn head(log: &[u8]) -> &[u8] {
    log.get(..HEAD).unwrap_or_default()
}

/// The file as it is once everything that the log has committed is in it; `None` when the log
/// holds nothing that counts.
pub(crate) fn overlay(file: &[u8], log: &[u8]) -> Option<Vec<u8>> {
    let head = log.get(..HEAD)?;
    let little = match word(head, 0)? {
        0x377f_0682 => true,
        0x377f_0683 => false,
        _ => return None,
    };
    let page = usize::try_from(word(head, 8)?).ok()?;
    if !page.is_power_of_two() || !(512..=65_536).contains(&page) {
        return None;
    }
    let mut sum = checksum((0, 0), head.get(..24)?, little);
    if sum != (word(head, 24)?, word(head, 28)?) {
        return None;
    }
    let salts = head.get(16..24)?;
    let (mut pages, mut committed, mut pending) = (Vec::new(), None, Vec::new());
    for frame in log.get(HEAD..)?.chunks_exact(FRAME_HEAD + page) {
        let (front, body) = frame.split_at(FRAME_HEAD);
        sum = checksum(checksum(sum, front.get(..8)?, little), body, little);
        if front.get(8..16)? != salts || sum != (word(front, 16)?, word(front, 20)?) {
            break;
        }
        let number = usize::try_from(word(front, 0)?).ok()?;
        let size = usize::try_from(word(front, 4)?).ok()?;
        pending.push((number, body));
        if 0 < size {
            pages.append(&mut pending);
            committed = Some(size);
        }
    }
    let mut whole = file.to_vec();
    whole.resize(committed?.checked_mul(page)?, 0);
    for (number, body) in pages {
        let start = number.checked_sub(1)?.checked_mul(page)?;
        // A page beyond the end was cut off again by a later commit.
        if let Some(place) = whole.get_mut(start..).and_then(|rest| rest.get_mut(..page)) {
            place.copy_from_slice(body);
        }
    }
    Some(whole)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    Some(u32::from_be_bytes(*four))
}

fn checksum(from: (u32, u32), bytes: &[u8], little: bool) -> (u32, u32) {
    let (mut first, mut second) = from;
    let read = |four: [u8; 4]| match little {
        true => u32::from_le_bytes(four),
        false => u32::from_be_bytes(four),
    };
    for eight in bytes.chunks_exact(8) {
        let [a, b, c, d, e, f, g, h] = *eight else { break };
        first = first.wrapping_add(read([a, b, c, d])).wrapping_add(second);
        second = second.wrapping_add(read([e, f, g, h])).wrapping_add(first);
    }
    (first, second)
}
