//! From a name to every address it has: the hosts file first, then DNS.

use std::{net::IpAddr, path::Path, time::Duration};

use hickory_resolver::{
    Hosts, TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig},
    net::{DnsError, NetError, NoRecords, runtime::TokioRuntimeProvider},
    proto::{
        op::{Query, ResponseCode},
        rr::{Name, RecordType},
    },
};
use holdpoint_model::{fault::Fault, seen::Seen, wire::Outcome};
use tokio::time::Instant;

use crate::{
    Net,
    trouble::{Phase, Tried, Trouble, within},
};

/// How long a resolver may take for an answer; its own patience with one nameserver included.
const RESOLVE: Duration = Duration::from_secs(5);

/// Every address of a name.
pub(crate) async fn look(net: &Net, name: &str) -> Tried<Outcome> {
    let addresses = resolve(net, name, Instant::now() + RESOLVE).await?;
    Ok(Outcome::seen(Seen::Addresses(addresses)))
}

/// The addresses of a name in a stable order; of an address, itself.
pub(crate) async fn resolve(net: &Net, name: &str, deadline: Instant) -> Tried<Vec<IpAddr>> {
    if let Ok(address) = bare(name).parse() {
        return Ok(vec![address]);
    }
    let unknown = |error| Trouble::at(Phase::Resolve, Fault::NameNotFound, error);
    let mut asked = Name::from_utf8(name).map_err(unknown)?;
    // A name with a dot is whole; one without goes through the system's search list.
    asked.set_fqdn(asked.is_fqdn() || name.contains('.'));
    let mut addresses = by_hosts(net, &asked).await?;
    if addresses.is_empty() {
        addresses = within(deadline, Phase::Resolve, by_dns(net, asked)).await??;
    }
    addresses.sort_unstable();
    addresses.dedup();
    Ok(addresses)
}

/// The address inside the brackets that an IPv6 address has in a URL.
pub(crate) fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host)
}

/// What the hosts file says; a name that stands there is not asked for elsewhere.
async fn by_hosts(net: &Net, name: &Name) -> Tried<Vec<IpAddr>> {
    let (path, name) = (net.hosts.clone(), name.clone());
    let read = move || -> Vec<IpAddr> {
        let hosts = path.as_deref().map_or_else(|| Hosts::from_system().ok(), read_hosts);
        let Some(hosts) = hosts else { return Vec::new() };
        let found = |kind| hosts.lookup_static_host(&Query::query(name.clone(), kind));
        let lookups = [found(RecordType::A), found(RecordType::AAAA)];
        let records = lookups.iter().flatten().flat_map(|it| it.answers());
        records.filter_map(|it| it.data.ip_addr()).collect()
    };
    let broken = |error| Trouble::at(Phase::Resolve, Fault::NoTool, error);
    tokio::task::spawn_blocking(read).await.map_err(broken)
}

fn read_hosts(path: &Path) -> Option<Hosts> {
    let mut hosts = Hosts::default();
    hosts.read_hosts_conf(std::fs::File::open(path).ok()?).ok()?;
    Some(hosts)
}

/// Asks for both kinds of addresses. Half an answer is none: the other half may be the broken one.
async fn by_dns(net: &Net, name: Name) -> Tried<Vec<IpAddr>> {
    let resolver = resolver(net)?;
    let (four, six) = tokio::join!(
        resolver.lookup(name.clone(), RecordType::A),
        resolver.lookup(name, RecordType::AAAA)
    );
    let halves = [half(four), half(six)];
    if let [Ok(Half::NoName), Ok(Half::NoName)]
    | [Ok(Half::NoName), Err(_)]
    | [Err(_), Ok(Half::NoName)] = &halves
    {
        return Err(Trouble::at(Phase::Resolve, Fault::NameNotFound, "there is no such name"));
    }
    let mut addresses = Vec::new();
    for half in halves {
        if let Half::Addresses(more) = half? {
            addresses.extend(more);
        }
    }
    Ok(addresses)
}

/// A resolver of this one look: nothing is remembered from an earlier one.
fn resolver(net: &Net) -> Tried<TokioResolver> {
    let provider = TokioRuntimeProvider::default();
    let absent = |error| {
        let note = format!("no nameserver is known: {error}");
        Trouble::at(Phase::Resolve, Fault::NoTool, note)
    };
    let mut builder = match net.nameserver {
        Some(at) => {
            let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
            let connections = connections.map(|mut it| {
                it.port = at.port();
                it
            });
            let server = NameServerConfig::new(at.ip(), true, connections.into());
            let config = ResolverConfig::from_name_servers(vec![server]);
            TokioResolver::builder_with_config(config, provider)
        }
        None => TokioResolver::builder(provider).map_err(absent)?,
    };
    let options = builder.options_mut();
    options.attempts = 0;
    options.timeout = RESOLVE;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    builder.build().map_err(absent)
}

/// What one kind of addresses came to.
enum Half {
    Addresses(Vec<IpAddr>),
    NoName,
}

fn half(answer: Result<hickory_resolver::lookup::Lookup, NetError>) -> Tried<Half> {
    let error = match answer {
        Ok(lookup) => {
            let addresses = lookup.answers().iter().filter_map(|it| it.data.ip_addr());
            return Ok(Half::Addresses(addresses.collect()));
        }
        Err(error) => error,
    };
    if let NetError::Dns(DnsError::NoRecordsFound(NoRecords { response_code, .. })) = &error {
        if *response_code == ResponseCode::NXDomain {
            return Ok(Half::NoName);
        }
        if *response_code == ResponseCode::NoError {
            return Ok(Half::Addresses(Vec::new()));
        }
    }
    Err(Trouble::at(Phase::Resolve, fault(&error), error))
}

fn fault(error: &NetError) -> Fault {
    if let NetError::Io(error) = error {
        return Trouble::talking(Phase::Resolve, error).fault;
    }
    if matches!(error, NetError::Timeout) {
        Fault::TimedOut
    } else if matches!(error, NetError::Dns(DnsError::ResponseCode(ResponseCode::Refused))) {
        Fault::Denied
    } else if matches!(error, NetError::Dns(_) | NetError::NoConnections | NetError::Busy) {
        Fault::NoAnswer
    } else {
        Fault::Garbled
    }
}
