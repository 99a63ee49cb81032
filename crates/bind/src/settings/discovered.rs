//! What files of the repository say, below what is declared: it fills gaps and overrules nothing.

use std::collections::BTreeMap;

use crate::{
    settings::{Settings, Target, is_reference, secret::carries_secret},
    targets::{TargetKind, kinds, service},
};

/// Fields of which one says where a target is.
const PLACES: &[&str] = &["url", "host", "dsn", "path", "repo", "ssh"];

/// A field of a target that a file of the repository says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// Name of the target.
    pub target: &'a str,
    /// The field.
    pub field: &'a str,
    /// Its value.
    pub value: &'a str,
    /// The file and the line.
    pub origin: &'a str,
}

impl Settings {
    /// These settings with what was found where nothing of the kind is declared.
    ///
    /// A found target stands only where no declared one could be meant in its place: otherwise a
    /// line would mean either. Machines are never taken, since nobody but a person knows who the
    /// server is, nor references, since what they lead to depends on who looks. Nothing more than
    /// reading is allowed at a found target.
    #[must_use]
    pub fn with_discovered(mut self, found: &[Found<'_>]) -> Self {
        let mut targets: BTreeMap<&str, Target> = BTreeMap::new();
        for one in found {
            if is_reference(one.value) || carries_secret(one.value) {
                continue;
            }
            let target = targets.entry(one.target).or_default();
            target.fields.insert(one.field.to_owned(), one.value.to_owned());
            target.discovered.insert(one.field.to_owned(), one.origin.to_owned());
        }
        for (name, target) in targets {
            let machine = kinds(name, &target).contains(&TargetKind::Host);
            if !machine && self.has_room(name, &target) {
                self.targets.insert(name.to_owned(), target);
            }
        }
        self
    }

    /// Whether a target could be declared beside the others without a line meaning either.
    pub fn has_room(&self, name: &str, target: &Target) -> bool {
        let own = kinds(name, target);
        let placed = PLACES.iter().any(|field| target.fields.contains_key(*field));
        // A database that is known to be PostgreSQL may be the declared one of which nobody says
        // what it is.
        let services = [service(name, target), service(name, &Target::default())];
        let same = |(other, declared): (&String, &Target)| {
            kinds(other, declared).iter().any(|kind| own.contains(kind))
                && services.contains(&service(other, declared))
        };
        placed
            && !own.is_empty()
            && !self.targets.contains_key(name)
            && !self.targets.iter().any(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, found: &[(&str, &str, &str)]) -> Vec<String> {
        let found: Vec<Found<'_>> = found
            .iter()
            .map(|(target, field, value)| Found { target, field, value, origin: "f:1" })
            .collect();
        let settings = Settings::read(text, "holdpoint.toml").unwrap().with_discovered(&found);
        let of = |(name, target): (&String, &Target)| {
            let fields: Vec<String> =
                target.fields.iter().map(|(a, b)| format!("{a}={b}")).collect();
            format!("{name}: {} {:?}", fields.join(","), target.discovered.len())
        };
        settings.targets.iter().map(of).collect()
    }

    #[test]
    fn what_is_found_only_fills_gaps() {
        let web = ("web", "url", "https://shop.test");
        let check = |text: &str, found: &[(&str, &str, &str)], want: &[&str]| {
            assert_eq!(with(text, found), want, "{text} {found:?}");
        };
        check("", &[web], &["web: url=https://shop.test 1"]);
        // Another network target is declared: nobody may be asked which is meant because of us.
        check("[target.shop]\nurl = 'https://a.test'\n", &[web], &["shop: url=https://a.test 0"]);
        check(
            "[target.web]\nurl = 'https://a.test'\n",
            &[web, ("grafana", "url", "https://g.test")],
            &["grafana: url=https://g.test 1", "web: url=https://a.test 0"],
        );
        // What was said of a target stays all that is said of it, permissions above all.
        check("[target.web]\nallow = ['active']\n", &[web], &["web:  0"]);
        check("", &[("host", "here", "true")], &[]);
        check("", &[("host", "ssh", "a@b")], &[]);
        check("", &[("db", "dsn", "env:DATABASE_URL")], &[]);
        check("", &[("db", "dsn", "env:DATABASE_URL"), ("db", "engine", "postgres")], &[]);
        check("", &[("db", "dsn", "postgres://a:hunter2@b/c")], &[]);
    }
}
