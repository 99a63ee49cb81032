//! The nouns that readers fill: what files of a repository say, each with its place.

use std::collections::BTreeSet;

use crate::place::Place;

/// Everything that was read.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    /// Every file that was walked over, read or not.
    pub(crate) files: BTreeSet<String>,
    pub(crate) services: Vec<Service>,
    pub(crate) sites: Vec<Declared>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) listeners: Vec<Listener>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) variables: Vec<Variables>,
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) images: Vec<Image>,
    pub(crate) remotes: Vec<(String, Place)>,
    pub(crate) tags: Vec<String>,
    /// What has no place in the settings, and is worth a line.
    pub(crate) notes: Vec<(String, Place)>,
    /// Machines that a pipeline reaches by ssh.
    pub(crate) machines: Vec<(String, Place)>,
}

/// A service of a compose file.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) at: Place,
    pub(crate) environment: &'static str,
    /// Ports that the machine publishes.
    pub(crate) published: Vec<(u16, Place)>,
    pub(crate) variables: Vec<(String, Place)>,
    pub(crate) health: Option<String>,
    /// Folders of the machine that are mounted.
    pub(crate) mounts: Vec<(String, Place)>,
}

/// A host under which something is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) host: String,
    /// Over TLS; `None` where the file does not say.
    pub(crate) tls: Option<bool>,
    /// What serves it, as the file names it.
    pub(crate) service: String,
    pub(crate) environment: &'static str,
    pub(crate) by: By,
    pub(crate) at: Place,
}

/// What sort of file names a host; later ones are better founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    /// An address somewhere in the text of a checklist.
    Mention,
    /// A label of a checklist: "Domain: …".
    Label,
    /// Infrastructure: a name of the DNS, a certificate.
    Infrastructure,
    /// A proxy.
    Proxy,
    /// An ingress.
    Ingress,
}

/// Something that runs in a cluster.
#[derive(Debug)]
pub(crate) struct Workload {
    pub(crate) name: String,
    pub(crate) environment: &'static str,
    /// How many of it, or at least how many where it is scaled.
    pub(crate) replicas: Option<(u32, Place)>,
    /// Paths that are asked for its health.
    pub(crate) probes: Vec<(String, Place)>,
}

/// A port on which something listens, with the name of it.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) service: String,
    pub(crate) port: u16,
    pub(crate) at: Place,
}

/// A resource of an infrastructure.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) kind: String,
    pub(crate) engine: Option<String>,
    pub(crate) at: Place,
}

/// The names of variables in a file; never a value.
#[derive(Debug)]
pub(crate) struct Variables {
    pub(crate) file: String,
    pub(crate) names: Vec<(String, usize)>,
    /// It is the example that is committed.
    pub(crate) template: bool,
}

/// What a package says of itself.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) name: String,
    pub(crate) version: Option<(String, Place)>,
    /// Scripts that it has, where it can have any.
    pub(crate) scripts: Option<BTreeSet<String>>,
    pub(crate) file: String,
}

/// An image that something runs on or is built from.
#[derive(Debug)]
pub(crate) struct Image {
    pub(crate) name: String,
    pub(crate) tag: String,
    pub(crate) environment: &'static str,
    pub(crate) at: Place,
}

impl Image {
    /// Reads `registry/name:tag@digest`; without a tag, or with one that is computed, the tag is
    /// empty.
    pub(crate) fn read(text: &str, environment: &'static str, at: Place) -> Self {
        let text = text.split('@').next().unwrap_or(text);
        let last = text.rsplit('/').next().unwrap_or(text);
        let (name, tag) = last.split_once(':').unwrap_or((last, ""));
        let tag = if tag.contains(['$', '{']) { "" } else { tag };
        Self { name: name.to_ascii_lowercase(), tag: tag.to_owned(), environment, at }
    }
}
