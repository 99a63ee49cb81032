//! The JSON Schemas: of `holdpoint.toml`, by which editors complete and check it, and of the
//! machine formats.

mod formats;
mod reasons;

use holdpoint_bind::question::NONE;
use holdpoint_checks::{
    find,
    heads::heads,
    names::{SUBJECTS, own},
};
use holdpoint_model::line::{Impact, Phase, Severity, Side};
use serde_json::{Map, Value, json};

pub(crate) use formats::{all as formats, named as format};

/// Fields of a target, each with its shape and what it says.
const TARGET: [(&str, &str, &str); 28] = [
    ("url", "text", "where it answers: `https://host[:port][/path]`, or `env:NAME`"),
    ("host", "text", "its name or address"),
    ("port", "port", "its port"),
    ("dsn", "text", "the address of a database, as a reference: `env:NAME`, `file:PATH`"),
    ("engine", "text", "what sort of database it is"),
    ("path", "text", "a file or folder"),
    ("here", "flag", "this machine is it"),
    ("ssh", "text", "reached with ssh: `user@host`"),
    ("root", "text", "a folder that is the root of its files"),
    ("command", "list", "a program, with arguments, that runs commands on it"),
    ("repo", "text", "a work tree"),
    ("name", "text", "its name, where a claim needs one"),
    ("names", "list", "its names"),
    ("key", "text", "a key that a claim is about"),
    ("tool", "text", "a tool that a claim is about"),
    ("version", "text", "the version that a claim is about"),
    ("resolve", "pins", "names pinned to addresses: `shop.example:127.0.0.1`"),
    ("roots", "text", "a file of certificates that are trusted"),
    ("endpoint", "text", "an endpoint that a claim is about"),
    ("control", "text", "a host that tells whether we are blind or the target is down"),
    ("template", "text", "a template of its files"),
    ("process", "text", "its process"),
    ("rpo", "text", "how much may be lost"),
    ("rto", "text", "how long a way back may take"),
    ("auth", "text", "where its secret is kept: `env:NAME`, `file:PATH`, `cmd:[…]`"),
    ("headers", "texts", "headers of every request"),
    ("allow", "impacts", "looks that do more than read"),
    ("budget", "budget", "how fast it may be looked at"),
];

/// The schema as text.
pub(crate) fn settings() -> String {
    let target = named(&TARGET);
    let vantage = named(&[
        ("here", "flag", "this machine"),
        ("ssh", "text", "reached with ssh: `user@host`"),
        ("proxy", "text", "reached through a proxy"),
        ("netns", "text", "a network namespace of this machine"),
        ("counts-as", "sides", "what is seen from there: outside, inside, or both"),
    ]);
    let release = named(&[
        ("version", "text", "the version that is released"),
        ("commit", "text", "the commit that is released; `auto` is the one checked out"),
    ]);
    let member = named(&[
        ("name", "text", "who holds the role"),
        ("key", "text", "the public key, as ssh writes it"),
        ("email", "text", "the address for mail"),
    ]);
    let each = |of: &str| json!({"type": "object", "additionalProperties": reference(of)});
    let overlay = json!({
        "type": "object", "additionalProperties": false,
        "properties": {"target": each("target"), "vantage": each("vantage")},
    });
    let policy = json!({
        "type": "object", "additionalProperties": false,
        "properties": {"lock": {
            "description": "what `deploy` asks of the lock", "enum": ["reviewed", "present"],
        }},
    });
    let suggest = suggest();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "holdpoint.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "schema": {"description": "the only schema number so far", "const": 1},
            "release": release,
            "target": each("target"),
            "vantage": each("vantage"),
            "env": {"type": "object", "additionalProperties": reference("overlay")},
            "line": {"type": "object", "additionalProperties": reference("line")},
            "phase": {
                "description": "when all below a heading is decided, by the heading's text",
                "type": "object", "additionalProperties": phases(),
            },
            "roster": {"type": "object", "additionalProperties": reference("member")},
            "policy": policy,
            "suggest": suggest,
        },
        "$defs": {
            "target": target, "vantage": vantage, "overlay": overlay, "line": line(),
            "member": member, "check": checks(),
            "subject": {"enum": SUBJECTS},
        },
    });
    let text = serde_json::to_string_pretty(&schema).expect("a value of ours is JSON");
    format!("{text}\n")
}

/// `[suggest]`: only asked on request, and after a yes.
fn suggest() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["url", "model"],
        "properties": {
            "url": {
                "description": "a chat-completions endpoint: `https://host[:port]/path`",
                "type": "string", "pattern": "^https?://",
            },
            "model": {"description": "the model that is asked for", "type": "string"},
            "key": {
                "description": "where its key is kept: `env:NAME`, `file:PATH`",
                "type": "string", "pattern": "^(env|file):.",
            },
            "timeout": {
                "description": "seconds for one request",
                "type": "integer", "minimum": 1, "maximum": 600,
            },
        },
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

/// A table of exactly these keys.
fn named(fields: &[(&str, &str, &str)]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|(name, form, says)| {
            let mut value = shape(form);
            if let Some(map) = value.as_object_mut() {
                map.insert(String::from("description"), json!(says));
            }
            ((*name).to_owned(), value)
        })
        .collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

fn shape(form: &str) -> Value {
    let text = json!({"type": "string"});
    let impacts: Vec<&str> = Impact::ALL.iter().map(|it| it.word()).collect();
    let sides: Vec<&str> = Side::ALL.iter().map(|it| it.word()).collect();
    let listed = |of: Value| json!({"anyOf": [of.clone(), {"type": "array", "items": of}]});
    let count = json!({"type": "integer", "minimum": 0});
    match form {
        "port" => json!({"type": "integer", "minimum": 1, "maximum": 65535}),
        "flag" => json!({"type": "boolean"}),
        "list" => listed(text),
        "texts" => json!({"type": "object", "additionalProperties": text}),
        "pins" => json!({"anyOf": [
            text, {"type": "array", "items": text},
            {"type": "object", "additionalProperties": text},
        ]}),
        "impacts" => listed(json!({"enum": impacts})),
        "sides" => listed(json!({"enum": sides})),
        "budget" => json!({
            "type": "object", "additionalProperties": false,
            "properties": {"in-flight": count, "per-second": count},
        }),
        _ => json!({"type": ["string", "number", "boolean"]}),
    }
}

/// Every id of the catalog, with its title.
fn checks() -> Value {
    let ids: Vec<&str> = heads().iter().map(|head| head.id).chain([NONE]).collect();
    let nothing = "nothing of the catalog says what the line says";
    let titles: Vec<&str> = heads().iter().map(|head| head.title).chain([nothing]).collect();
    json!({"enum": ids, "x-taplo": {"docs": {"enumValues": titles}}})
}

/// Phases that can be said: `meta` is what titles, fields and links are.
fn phases() -> Value {
    let words = Phase::ALL.iter().copied().filter(|phase| *phase != Phase::Meta);
    let words: Vec<&str> = words.map(Phase::word).collect();
    json!({"description": "when it is decided", "enum": words})
}

/// A `[line.…]`: the names of its parameters go with its check.
fn line() -> Value {
    let severities: Vec<&str> = Severity::ALL.iter().map(|it| it.word()).collect();
    let scalar = json!({"type": ["string", "number", "boolean", "array"]});
    // Of the others only some names are known.
    let judged = heads().iter().filter(|head| find(head.id).is_some());
    let named: Vec<Value> = judged
        .map(|head| {
            let names = json!({"anyOf": [
                reference("subject"), {"enum": own(head.id)}, {"pattern": ":"},
                {"const": "applies-if"},
            ]});
            json!({
                "if": {"properties": {"check": {"const": head.id}}, "required": ["check"]},
                "then": {"properties": {"params": {"propertyNames": names}}},
            })
        })
        .collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "text": {
                "description": "the text of the line, where the head gives its number",
                "type": "string",
            },
            "check": reference("check"),
            "params": {"type": "object", "additionalProperties": scalar},
            "severity": {"enum": severities},
            "phase": phases(),
            "target": {"description": "the target that the line is about", "type": "string"},
        },
        "allOf": named,
    })
}
