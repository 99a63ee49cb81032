//! The authorities that a peer is judged by.

use std::{fs::File, io::Read, sync::Arc};

use holdpoint_model::{ask::Roots, fault::Fault};
use rustls_pki_types::{CertificateDer, TrustAnchor, pem::PemObject};
use webpki::anchor_from_trusted_cert;

use crate::{
    Net, certificate,
    trouble::{Tried, Trouble},
};

/// Bytes of a file of authorities: ten times the list of any system.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Authorities, each once and sorted.
#[derive(Debug)]
pub(crate) struct Authorities {
    certificates: Vec<CertificateDer<'static>>,
    pub(crate) anchors: Vec<TrustAnchor<'static>>,
    /// Hex SHA-256 over the DER bytes of all of them.
    pub(crate) sha256: String,
    /// What a person may want to know about how they were read.
    pub(crate) note: String,
}

impl Authorities {
    fn new(mut certificates: Vec<CertificateDer<'static>>, note: String) -> Self {
        certificates.sort_unstable_by(|a, b| a.as_ref().cmp(b.as_ref()));
        certificates.dedup();
        let anchors = certificates.iter().filter_map(|it| anchor_from_trusted_cert(it).ok());
        let anchors = anchors.map(|it| it.to_owned()).collect();
        let parts: Vec<&[u8]> = certificates.iter().map(AsRef::as_ref).collect();
        let sha256 = certificate::digest(&parts);
        Self { certificates, anchors, sha256, note }
    }

    /// Whether there is nobody to judge by.
    pub(crate) fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// Whether this very certificate is one of them.
    pub(crate) fn holds(&self, certificate: &CertificateDer<'_>) -> bool {
        self.certificates.iter().any(|it| it.as_ref() == certificate.as_ref())
    }
}

/// Reads the authorities an ask names: the system's once, those of a file each time.
pub(crate) async fn read(net: &Net, roots: &Roots) -> Tried<Arc<Authorities>> {
    match roots {
        Roots::System => {
            let read = async || blocking(|| Ok(system())).await.map(Arc::new);
            net.system.get_or_try_init(read).await.cloned()
        }
        Roots::File(path) => {
            let path = path.clone();
            blocking(move || file(&path)).await.map(Arc::new)
        }
    }
}

async fn blocking(
    read: impl FnOnce() -> Tried<Authorities> + Send + 'static,
) -> Tried<Authorities> {
    let broken = |error| Trouble::new(Fault::NoTool, format!("roots: {error}"));
    tokio::task::spawn_blocking(read).await.map_err(broken)?
}

fn system() -> Authorities {
    let loaded = rustls_native_certs::load_native_certs();
    let notes: Vec<String> = loaded.errors.iter().map(|it| format!("roots: {it}")).collect();
    Authorities::new(loaded.certs, notes.join("; "))
}

fn file(path: &str) -> Tried<Authorities> {
    let failed = |error: std::io::Error| {
        let denied = error.kind() == std::io::ErrorKind::PermissionDenied;
        let fault = if denied { Fault::Denied } else { Fault::NoTool };
        Trouble::new(fault, format!("roots: {path}: {error}"))
    };
    // Anything else than a file might never end, or never begin.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Trouble::new(Fault::NoTool, format!("roots: {path}: not a file")));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if FILE_BYTES_MAX < u64::try_from(bytes.len()).unwrap_or(u64::MAX) {
        let note = format!("roots: {path}: more than {FILE_BYTES_MAX} bytes");
        return Err(Trouble::new(Fault::TooLarge, note));
    }
    let (mut certificates, mut notes) = (Vec::new(), Vec::new());
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        match certificate {
            Ok(certificate) => certificates.push(certificate),
            Err(error) => notes.push(format!("roots: {path}: {error}")),
        }
    }
    if certificates.is_empty() {
        notes.push(format!("roots: {path}: there is no certificate in it"));
    }
    Ok(Authorities::new(certificates, notes.join("; ")))
}
