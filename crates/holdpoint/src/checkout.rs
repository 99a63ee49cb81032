//! Which commit is checked out, read from the files of git.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The commit that is checked out where a folder lies; `None` where that cannot be read.
pub(crate) fn commit(folder: &Path) -> Option<String> {
    let found = folder.ancestors().map(|it| it.join(".git")).find(|it| it.exists())?;
    let git = if found.is_dir() { found } else { linked(&found)? };
    let head = read(&git.join("HEAD"))?;
    let Some(name) = head.strip_prefix("ref:") else { return hash(&head) };
    let name = name.trim();
    // A work tree of its own keeps its branches with the main one.
    let common = read(&git.join("commondir")).map(|it| git.join(it));
    let places = [Some(git), common];
    places.into_iter().flatten().find_map(|place| {
        let loose = read(&place.join(name)).and_then(|it| hash(&it));
        loose.or_else(|| packed(&place, name))
    })
}

fn linked(file: &Path) -> Option<PathBuf> {
    let text = read(file)?;
    Some(file.parent()?.join(text.strip_prefix("gitdir:")?.trim()))
}

fn packed(git: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(git.join("packed-refs")).ok()?;
    let mut rows = text.lines().filter_map(|row| row.split_once(' '));
    hash(rows.find(|(_, of)| of.trim() == name)?.0)
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

fn hash(text: &str) -> Option<String> {
    let whole = matches!(text.len(), 40 | 64) && text.bytes().all(|it| it.is_ascii_hexdigit());
    whole.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_branches_packed_ones_and_linked_work_trees() {
        let place = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = place.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let below = place.path().join("main/docs");
        fs::create_dir_all(&below).unwrap();
        write("main/.git/HEAD", "ref: refs/heads/trunk\n");
        assert_eq!(commit(&below), None, "nothing is committed");
        write("main/.git/packed-refs", &format!("# pack-refs\n{one} refs/heads/trunk\n"));
        assert_eq!(commit(&below), Some(one));
        write("main/.git/refs/heads/trunk", &format!("{two}\n"));
        assert_eq!(commit(&below), Some(two.clone()));
        write("main/.git/worktrees/x/HEAD", "ref: refs/heads/trunk\n");
        write("main/.git/worktrees/x/commondir", "../..\n");
        write("x/.git", "gitdir: ../main/.git/worktrees/x\n");
        assert_eq!(commit(&place.path().join("x")), Some(two));
    }
}
