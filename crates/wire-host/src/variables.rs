//! Facts about variables of a source: reads it, its template and the history; values go no further.

use std::sync::Arc;

use holdpoint_model::{
    ask::{Host, Source},
    fault::Fault,
    limits,
    seen::Seen,
};

use crate::{
    HostWire,
    answer::{Failed, Taken},
    dotenv::{self, Assignments},
    facts::{self, Against},
    history::{self, Searched},
    port::Port,
    tree::Tree,
};

/// What is asked, beside the machine.
pub(crate) struct Asked<'a> {
    pub(crate) source: &'a Source,
    pub(crate) template: Option<&'a str>,
    pub(crate) compare: &'a [(String, String)],
    pub(crate) history: Option<&'a str>,
}

/// How the template is called where it could not be read.
const TEMPLATE: &str = "template";
/// How the history is called where it could not be searched.
const HISTORY: &str = "git history";

pub(crate) async fn look(wire: &HostWire, on: &Host, asked: Asked<'_>) -> Result<Seen, Failed> {
    let assignments = match asked.source {
        Source::File(path) => {
            let Some(taken) = take(wire, on, path).await? else { return Ok(Seen::Absent) };
            dotenv::parse(&taken.bytes)
        }
        Source::Process(pid) => {
            if matches!(on, Host::Root(_)) {
                let words = "a tree of files has no processes".to_owned();
                return Err(Failed(Fault::Unsupported, words));
            }
            let path = format!("/proc/{pid}/environ");
            let Some(taken) = take(wire, on, &path).await? else { return Ok(Seen::Absent) };
            dotenv::parse_block(&taken.bytes)
        }
    };
    let mut not_compared = Vec::new();
    let template = match asked.template {
        None => None,
        // Without its template the source can still be judged by itself.
        Some(path) => {
            take(wire, on, path).await.ok().flatten().map(|taken| dotenv::parse(&taken.bytes))
        }
    };
    if asked.template.is_some() && template.is_none() {
        not_compared.push(TEMPLATE.to_owned());
    }
    let against = Against { template: template.as_ref(), compare: asked.compare };
    let mut variables = facts::variables(&assignments, &against);
    if let Some(repository) = asked.history {
        let searched = searched(&assignments, repository).await;
        if !searched.whole {
            not_compared.push(HISTORY.to_owned());
        }
        for (name, facts) in &mut variables.facts {
            facts.in_history = searched.found.get(name).copied();
        }
    }
    variables.not_compared = not_compared;
    Ok(Seen::Variables(variables))
}

/// The bytes of a file of assignments; one that is cut off would hide some.
pub(crate) async fn take(wire: &HostWire, on: &Host, path: &str) -> Result<Option<Taken>, Failed> {
    crate::checked(path)?;
    let max = limits::FILE_BYTES_MAX;
    let taken = match Tree::of(on) {
        Some(tree) => {
            let (tree, path) = (tree?, path.to_owned());
            crate::blocking(move || tree.take(&path, max)).await?
        }
        None => Port { host: on, batches: &wire.batches }.take(path, max).await?,
    };
    if taken.as_ref().is_some_and(|taken| taken.truncated) {
        let words = format!("{path} is larger than {max} bytes");
        return Err(Failed(Fault::TooLarge, words));
    }
    Ok(taken)
}

async fn searched(assignments: &Assignments, repository: &str) -> Searched {
    let values = facts::by_name(assignments);
    let values = values.into_iter().map(|(name, one)| (name.to_owned(), one.value.bytes()));
    let Some(needles) = history::Needles::new(values) else { return Searched::default() };
    history::search(repository, Arc::new(needles)).await
}
