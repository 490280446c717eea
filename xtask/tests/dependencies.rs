//! Which crate may depend on which: read from the manifests, so that a wrong edge fails before it spreads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::{Table, Value};

/// What each crate of the workspace may depend on, of the others.
const ALLOWED: &[(&str, &[&str])] = &[
    ("server-core", &[]),
    ("reports", &[]),
    ("protocols", &["server-core"]),
    ("loadgen", &["protocols", "server-core", "reports"]),
    ("chat", &["protocols", "server-core"]),
    ("bench", &["loadgen", "protocols", "server-core", "reports"]),
];

/// May depend on anything: it is never part of what is measured.
const EXEMPT: &[&str] = &["xtask"];

/// What would bring sockets, a runtime, or bytes into crates that know of none.
const ABSENT: &[(&str, &[&str])] = &[
    (
        "server-core",
        &[
            "tokio",
            "tokio-util",
            "tokio-stream",
            "mio",
            "rustix",
            "serde",
            "serde_json",
            "prost",
            "tonic",
            "hyper",
        ],
    ),
    (
        "reports",
        &[
            "tokio",
            "tokio-util",
            "tokio-stream",
            "mio",
            "rustix",
            "hyper",
            "tonic",
            "indicatif",
        ],
    ),
];

/// The tables of a manifest that name dependencies.
const DEPENDENCY_TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

#[test]
fn crates_depend_in_one_direction() {
    let members = members();
    for (name, manifest) in &members {
        if EXEMPT.contains(&name.as_str()) {
            continue;
        }
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(listed, _)| listed == name)
            .unwrap_or_else(|| panic!("say in ALLOWED what the new crate {name} may depend on"));
        for dependency in dependencies(manifest, DEPENDENCY_TABLES) {
            let ours = members.contains_key(&dependency);
            let fine = !ours || dependency == *name || allowed.contains(&dependency.as_str());
            assert!(
                fine,
                "{name} must not depend on {dependency}; it may depend on {allowed:?}"
            );
        }
    }
}

#[test]
fn what_a_crate_must_not_know_is_absent() {
    let members = members();
    for (name, absent) in ABSENT {
        // Tests may use whatever shows that the crate is right.
        let found = dependencies(&members[*name], &["dependencies", "build-dependencies"]);
        for dependency in *absent {
            assert!(
                !found.contains(*dependency),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn every_table_of_a_manifest_is_read() {
    let manifest: Table = r#"
        [dependencies]
        a = "1"
        renamed = { package = "b", version = "1" }
        [dev-dependencies]
        c.workspace = true
        [build-dependencies]
        d = "1"
        [target.'cfg(unix)'.dependencies]
        e = "1"
    "#
    .parse()
    .unwrap();
    let found = dependencies(&manifest, DEPENDENCY_TABLES);
    assert_eq!(
        found,
        BTreeSet::from(["a", "b", "c", "d", "e"].map(String::from))
    );
    assert_eq!(
        dependencies(&manifest, &["build-dependencies"]),
        BTreeSet::from(["d".to_owned()])
    );
}

/// The manifest of every member of the workspace, by the crate's name.
fn members() -> BTreeMap<String, Table> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let workspace = manifest(&root);
    let members = workspace["workspace"]["members"]
        .as_array()
        .expect("the workspace lists its members");
    let all: BTreeMap<_, _> = members
        .iter()
        .map(|member| {
            let manifest = manifest(&root.join(member.as_str().expect("a member is a path")));
            (
                manifest["package"]["name"]
                    .as_str()
                    .expect("a crate has a name")
                    .to_owned(),
                manifest,
            )
        })
        .collect();
    assert!(
        all.contains_key("xtask") && all.len() > ALLOWED.len(),
        "all crates are read: {:?}",
        all.keys()
    );
    all
}

fn manifest(directory: &Path) -> Table {
    let path = directory.join("Cargo.toml");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The crates that a manifest names in `tables`, those for single targets included.
fn dependencies(manifest: &Table, tables: &[&str]) -> BTreeSet<String> {
    let of_targets = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values);
    let places = of_targets.filter_map(Value::as_table).chain([manifest]);
    let all = places.flat_map(|place| {
        tables
            .iter()
            .filter_map(|table| place.get(*table)?.as_table())
    });
    all.flatten()
        .map(|(name, value)| renamed(value).unwrap_or(name).to_owned())
        .collect()
}

fn renamed(dependency: &Value) -> Option<&str> {
    dependency.get("package")?.as_str()
}
