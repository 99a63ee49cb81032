//! Keys: the machine's own, made at first use outside every folder of records, and those of others.

use std::{
    fmt, fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use ed25519_dalek::{
    Signature, Signer, SigningKey, VerifyingKey,
    pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, spki::der::pem::LineEnding},
};
use serde::{Deserialize, Serialize};

use crate::{
    canonical,
    error::{Error, Result},
};

/// Name of the key's file in the state folder.
const FILE: &str = "machine.key";

/// Where a key lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// In the machine's state folder: the next run is sealed with it too.
    Machine,
    /// Nowhere: it was made for this run, and nobody can vouch for it later.
    Ephemeral,
}

/// A key that seals.
pub struct Key {
    signing: SigningKey,
    /// Where it lives.
    pub kept: Kept,
    /// Why it is kept nowhere, as a sentence for the user.
    pub note: Option<String>,
}

impl fmt::Debug for Key {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "Key({} {:?})", self.public(), self.kept)
    }
}

impl Key {
    /// The machine's key out of the state folder, made there when there is none; without a place
    /// for one, a key for this run alone.
    pub fn machine(state: Option<&Path>) -> Result<Self> {
        let Some(state) = state else {
            return Self::ephemeral("neither XDG_STATE_HOME nor HOME names a place for it");
        };
        let path = state.join(FILE);
        if let Some(key) = read(&path)? {
            return Ok(key);
        }
        if let Err(error) = make(state, &path) {
            let no_place = [
                io::ErrorKind::PermissionDenied,
                io::ErrorKind::ReadOnlyFilesystem,
                io::ErrorKind::NotADirectory,
            ];
            if no_place.contains(&error.kind()) {
                return Self::ephemeral(&format!("`{}`: {error}", state.display()));
            }
            return Err(Error::io("make the machine key", &path, &error));
        }
        read(&path)?.ok_or_else(|| Error::Key {
            path: path.display().to_string(),
            why: String::from("it was removed while it was being made"),
        })
    }

    /// The public half of the machine's key; `None` when none was made yet. Makes nothing.
    pub fn machine_public(state: &Path) -> Result<Option<PublicKey>> {
        Ok(read(&state.join(FILE))?.map(|key| key.public()))
    }

    /// A key for one run; `why` says why it is not the machine's.
    pub fn ephemeral(why: &str) -> Result<Self> {
        Ok(Self {
            signing: fresh().map_err(|why| Error::Io { doing: String::from("make a key"), why })?,
            kept: Kept::Ephemeral,
            note: Some(format!("sealed with a key made for this run alone: {why}")),
        })
    }

    /// A key from its 32 secret bytes, for tests.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self { signing: SigningKey::from_bytes(&bytes), kept: Kept::Machine, note: None }
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.signing.verifying_key().to_bytes())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }
}

/// The public half of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey(pub [u8; 32]);

impl fmt::Display for PublicKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&canonical::hex(&self.0))
    }
}

impl PublicKey {
    /// Reads 64 hex digits, or a PEM block `PUBLIC KEY`.
    pub fn read(text: &str) -> std::result::Result<Self, String> {
        let text = text.trim();
        if text.starts_with("-----") {
            let key = VerifyingKey::from_public_key_pem(text).map_err(|error| error.to_string())?;
            return Ok(Self(key.to_bytes()));
        }
        let bytes = canonical::unhex(&text.to_ascii_lowercase());
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let bytes = bytes.ok_or("a public key is 64 hex digits, or a PEM block `PUBLIC KEY`")?;
        VerifyingKey::from_bytes(&bytes).map_err(|_| "this is no Ed25519 public key")?;
        Ok(Self(bytes))
    }

    /// Whether `signature` over `message` is this key's, in the one form that is valid.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .and_then(|key| key.verify_strict(message, &Signature::from_bytes(signature)))
            .is_ok()
    }
}

fn read(path: &Path) -> Result<Option<Key>> {
    let wrong = |why: String| Error::Key { path: path.display().to_string(), why };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(wrong(error.to_string())),
    };
    let signing = SigningKey::from_pkcs8_pem(&text).map_err(|error| {
        wrong(format!("{error}; move it away, and the next run makes a new key"))
    })?;
    Ok(Some(Key { signing, kept: Kept::Machine, note: None }))
}

fn fresh() -> std::result::Result<SigningKey, String> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| error.to_string())?;
    Ok(SigningKey::from_bytes(&secret))
}

/// Writes a whole key beside its place and links it there, so that whoever comes second, or reads
/// meanwhile, sees one whole key: the first.
fn make(state: &Path, path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(state)?;
    let signing = fresh().map_err(io::Error::other)?;
    let pem = signing.to_pkcs8_pem(LineEnding::LF).map_err(io::Error::other)?;
    let (draft, mut file) = draft(state)?;
    let written = file.write_all(pem.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| {
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    });
    fs::remove_file(&draft)?;
    written?;
    fs::File::open(state)?.sync_all()
}

fn draft(state: &Path) -> io::Result<(PathBuf, fs::File)> {
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(io::Error::other)?;
    let path = state.join(format!(".{FILE}.{}", canonical::hex(&name)));
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    Ok((path, file))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("holdpoint-key-{}-{name}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn whoever_comes_first_makes_the_key_of_all() {
        let scratch = Scratch::new("race");
        let state = scratch.0.join("state/holdpoint");
        let keys: Vec<PublicKey> = std::thread::scope(|scope| {
            let make = || Key::machine(Some(&state)).unwrap().public();
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(make)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(Key::machine_public(&state).unwrap(), Some(keys[0]));
        let names: Vec<_> =
            fs::read_dir(&state).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names, [FILE]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&state), mode(&state.join(FILE))), (0o700, 0o600));
    }

    #[test]
    fn a_file_that_is_no_key_is_an_error_and_stays() {
        let scratch = Scratch::new("corrupt");
        fs::create_dir_all(&scratch.0).unwrap();
        for text in
            ["", "nothing", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
        {
            fs::write(scratch.0.join(FILE), text).unwrap();
            let made = Key::machine(Some(&scratch.0));
            assert!(matches!(made, Err(Error::Key { .. })), "{made:?}");
            assert_eq!(fs::read_to_string(scratch.0.join(FILE)).unwrap(), text);
        }
    }

    #[test]
    fn without_a_place_a_key_is_made_for_one_run() {
        let key = Key::machine(None).unwrap();
        assert_eq!(key.kept, Kept::Ephemeral);
        assert!(key.note.as_ref().is_some_and(|note| note.contains("HOME")), "{:?}", key.note);
        assert_ne!(key.public(), Key::machine(None).unwrap().public());
        let scratch = Scratch::new("file");
        fs::write(&scratch.0, "a file where a folder should be").unwrap();
        let key = Key::machine(Some(&scratch.0.join("state"))).unwrap();
        fs::remove_file(&scratch.0).unwrap();
        assert_eq!(key.kept, Kept::Ephemeral);
    }

    #[test]
    fn public_keys_are_read_as_hex_and_as_pem() {
        // The example of RFC 8410, section 10.1.
        let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
        let hex = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
        let key = PublicKey::read(pem).unwrap();
        assert_eq!(key.to_string(), hex);
        assert_eq!(PublicKey::read(&format!(" {}\n", hex.to_uppercase())), Ok(key));
        for wrong in ["", "19bf", &hex[1..], "-----BEGIN PUBLIC KEY-----"] {
            assert!(PublicKey::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_signature_is_good_for_its_message_and_key_alone() {
        let (key, other) = (Key::from_bytes([1; 32]), Key::from_bytes([2; 32]));
        let signature = key.sign(b"message");
        assert!(key.public().signed(b"message", &signature));
        assert!(!key.public().signed(b"massage", &signature));
        assert!(!other.public().signed(b"message", &signature));
    }
}
