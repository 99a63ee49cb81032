//! Where the data is: references to variables that the application reads its addresses from.

use crate::{
    facts::Fact,
    found::{Image, Repository},
    place::Place,
};

/// Names of variables that hold the address of the database.
const DATABASES: &[&str] = &[
    "DATABASE_URL",
    "DATABASE_DSN",
    "DATABASE_URI",
    "DB_URL",
    "DB_DSN",
    "POSTGRES_URL",
    "POSTGRES_DSN",
    "PG_URL",
    "PG_DSN",
    "MYSQL_URL",
    "SQLALCHEMY_DATABASE_URI",
    "SPRING_DATASOURCE_URL",
];
const CACHES: &[&str] = &["REDIS_URL", "REDIS_DSN", "REDIS_URI", "CACHE_URL"];

/// Databases by the name of their image or engine, and what the settings call them.
const ENGINES: &[(&str, &str)] = &[
    ("postgres", "postgres"),
    ("postgis", "postgres"),
    ("timescaledb", "postgres"),
    ("pgvector", "postgres"),
    ("aurora-postgresql", "postgres"),
    ("mysql", "mysql"),
    ("mariadb", "mysql"),
    ("aurora-mysql", "mysql"),
];

pub(super) fn facts(all: &Repository, into: &mut Vec<Fact>) {
    let database = variable(all, DATABASES);
    let engines = engines(all);
    if let Some((name, at)) = &database {
        reference("db", name, at, into);
        engine("db", &engines, into);
    } else if let Some((engine, at)) = engines.first() {
        into.push(Fact {
            path: String::from("target.db.dsn"),
            value: String::from("env:DATABASE_URL"),
            origin: at.clone(),
            sure: false,
            remark: format!(
                "there is a database ({engine}); no file names a variable with its address"
            ),
            others: Vec::new(),
        });
    }
    if let Some((name, at)) = variable(all, CACHES) {
        reference("redis", &name, &at, into);
    }
}

fn reference(target: &str, name: &str, at: &Place, into: &mut Vec<Fact>) {
    into.push(Fact {
        path: format!("target.{target}.dsn"),
        value: format!("env:{name}"),
        origin: at.clone(),
        sure: true,
        remark: format!("set {name} where holdpoint runs; it is read, never written down"),
        others: Vec::new(),
    });
}

fn engine(target: &str, engines: &[(&'static str, Place)], into: &mut Vec<Fact>) {
    let Some(((first, at), rest)) = engines.split_first() else { return };
    let others: Vec<_> = rest
        .iter()
        .filter(|(other, _)| other != first)
        .map(|(other, at)| ((*other).to_owned(), at.clone()))
        .collect();
    into.push(Fact {
        path: format!("target.{target}.engine"),
        value: (*first).to_owned(),
        origin: at.clone(),
        sure: others.is_empty(),
        remark: String::new(),
        others,
    });
}

/// The engines of databases; infrastructure before images.
fn engines(all: &Repository) -> Vec<(&'static str, Place)> {
    let known = |word: &str| {
        let word = word.to_ascii_lowercase();
        let known = ENGINES
            .iter()
            .find(|(name, _)| word == *name || word.starts_with(&[name, "_"].concat()));
        known.map(|(_, engine)| *engine)
    };
    let resources = all.resources.iter();
    let resources = resources.filter_map(|it| Some((known(it.engine.as_deref()?)?, it.at.clone())));
    let images = all.images.iter().filter(|it: &&Image| it.environment.is_empty());
    let images = images.filter_map(|it| Some((known(&it.name)?, it.at.clone())));
    resources.chain(images).collect()
}

/// The first variable of one of these names: in the example that is committed, else in any file of
/// variables, else in a compose file.
fn variable(all: &Repository, names: &[&str]) -> Option<(String, Place)> {
    let found = |template: bool| {
        let files = all.variables.iter().filter(move |it| it.template == template);
        files.flat_map(|file| {
            file.names.iter().map(|(name, line)| (name.clone(), Place::new(&file.file, *line)))
        })
    };
    let services = all.services.iter().filter(|it| it.environment.is_empty());
    let services = services.flat_map(|it| it.variables.iter().cloned());
    let every: Vec<(String, Place)> = found(true).chain(found(false)).chain(services).collect();
    names.iter().find_map(|wanted| every.iter().find(|(name, _)| name == wanted)).cloned()
}
