//! A small certificate authority: a root, an intermediate, and the leaves a test asks for.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use holdpoint_model::time::{DAY, SECOND, Time};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::OffsetDateTime;

/// A root that signs an intermediate, which signs leaves.
pub struct Authority {
    root: CertifiedIssuer<'static, KeyPair>,
    intermediate: CertifiedIssuer<'static, KeyPair>,
}

/// A chain as a server sends it, the leaf first, and the key of the leaf.
#[derive(Clone)]
pub struct Identity {
    /// DER bytes of the certificates.
    pub chain: Vec<CertificateDer<'static>>,
    /// The chain as PEM.
    pub chain_pem: String,
    /// The key as PEM.
    pub key_pem: String,
    key: Arc<[u8]>,
}

/// An authority that is valid from 1975 to 4096.
pub fn authority() -> Authority {
    let root = issuer("holdpoint lab root");
    let root = CertifiedIssuer::self_signed(root, key()).expect("the parameters are complete");
    let intermediate = issuer("holdpoint lab intermediate");
    let intermediate = CertifiedIssuer::signed_by(intermediate, key(), &root)
        .expect("the parameters are complete");
    Authority { root, intermediate }
}

impl Authority {
    /// The certificate that a client trusts.
    pub fn root_pem(&self) -> String {
        self.root.pem()
    }

    /// The same in DER.
    pub fn root_der(&self) -> CertificateDer<'static> {
        self.root.der().clone()
    }

    /// Writes the root into a folder, and returns its path.
    pub fn write_root(&self, folder: &Path) -> PathBuf {
        write(folder, "root.pem", &self.root_pem())
    }

    /// A leaf for these names (or addresses), with the intermediate behind it.
    pub fn leaf(&self, names: &[&str], not_before: Time, not_after: Time) -> Identity {
        let key = key();
        let leaf = leaf(names, not_before, not_after)
            .signed_by(&key, &self.intermediate)
            .expect("the parameters are complete");
        let chain = vec![leaf.der().clone(), self.intermediate.der().clone()];
        Identity::new(chain, leaf.pem() + &self.intermediate.pem(), &key)
    }

    /// A leaf that is valid for thirty days around `now`.
    pub fn fresh(&self, names: &[&str], now: Time) -> Identity {
        self.leaf(names, now.plus(-15 * DAY), now.plus(15 * DAY))
    }
}

/// A leaf that signed itself and says that it is no authority.
pub fn self_signed(names: &[&str], not_before: Time, not_after: Time) -> Identity {
    let key = key();
    let leaf = leaf(names, not_before, not_after).self_signed(&key);
    let leaf = leaf.expect("the parameters are complete");
    Identity::new(vec![leaf.der().clone()], leaf.pem(), &key)
}

/// A leaf that signed itself and calls itself an authority, as `openssl req -x509` makes them.
pub fn self_signed_authority(names: &[&str], not_before: Time, not_after: Time) -> Identity {
    let key = key();
    let mut params = leaf(names, not_before, not_after);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.extended_key_usages = Vec::new();
    params.key_usages = Vec::new();
    let leaf = params.self_signed(&key).expect("the parameters are complete");
    Identity::new(vec![leaf.der().clone()], leaf.pem(), &key)
}

impl Identity {
    fn new(chain: Vec<CertificateDer<'static>>, chain_pem: String, key: &KeyPair) -> Self {
        let key_pem = key.serialize_pem();
        Self { chain, chain_pem, key_pem, key: key.serialize_der().into() }
    }

    /// The key for a rustls server.
    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.to_vec()))
    }

    /// The same leaf without the certificates behind it.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.chain.truncate(1);
        let end = "-----END CERTIFICATE-----\n";
        let first = self.chain_pem.find(end).map_or(0, |at| at + end.len());
        self.chain_pem.truncate(first);
        self
    }

    /// The same chain with a key that does not belong to it.
    #[must_use]
    pub fn with_key_of(self, other: &Self) -> Self {
        Self { key: Arc::clone(&other.key), key_pem: other.key_pem.clone(), ..self }
    }

    /// Writes chain and key into a folder, and returns both paths.
    pub fn write(&self, folder: &Path) -> (PathBuf, PathBuf) {
        (write(folder, "chain.pem", &self.chain_pem), write(folder, "key.pem", &self.key_pem))
    }
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("the folder can be written");
    path
}

fn key() -> KeyPair {
    KeyPair::generate().expect("the system has randomness")
}

fn leaf(names: &[&str], not_before: Time, not_after: Time) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("the names can be written");
    params.distinguished_name.push(DnType::CommonName, "holdpoint lab leaf");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = moment(not_before);
    params.not_after = moment(not_after);
    params
}

fn issuer(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::<String>::new()).expect("there are no names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn moment(time: Time) -> OffsetDateTime {
    let seconds = time.0.div_euclid(SECOND);
    OffsetDateTime::from_unix_timestamp(seconds).expect("the time has a year of four digits")
}
