//! One thing, one file, one line in a visible list: a file that nobody listed would be dead, and nobody would notice.

use std::path::{Path, PathBuf};

/// A folder of things of one kind, and the file that lists them.
struct Listed {
    folder: &'static str,
    list: &'static str,
    /// Files of the folder that are not things of that kind.
    others: &'static [&'static str],
}

const LISTS: &[Listed] = &[
    Listed {
        folder: "protocols/src/codecs",
        list: "protocols/src/registry.rs",
        others: &["mod", "framed", "mirror", "notebook"],
    },
    Listed {
        folder: "protocols/src/transports",
        list: "protocols/src/registry.rs",
        others: &["mod"],
    },
    Listed {
        folder: "protocols/src/anatomy/formats",
        list: "protocols/src/anatomy/formats.rs",
        others: &[],
    },
    Listed {
        folder: "protocols/src/anatomy/carriers",
        list: "protocols/src/anatomy/carriers.rs",
        others: &["base64", "head", "hpack"],
    },
    Listed {
        folder: "loadgen/src/workloads",
        list: "loadgen/src/workloads/mod.rs",
        others: &["mod", "contract", "resized"],
    },
    Listed {
        folder: "loadgen/src/commands/selftest",
        list: "loadgen/src/commands/selftest.rs",
        others: &["finding", "lab"],
    },
    Listed {
        folder: "reports/src/sections",
        list: "reports/src/sections/mod.rs",
        others: &["mod"],
    },
    Listed {
        folder: "reports/src/charts",
        list: "reports/src/charts/mod.rs",
        others: &["mod"],
    },
];

#[test]
fn every_file_is_in_its_list() {
    for Listed {
        folder,
        list,
        others,
    } in LISTS
    {
        let text = read(&root().join(list));
        let files = rust_files(&root().join(folder));
        assert!(files.len() > others.len(), "{folder} has something to list");
        for file in files {
            let listed = others.contains(&file.as_str()) || lists(&text, &file);
            assert!(
                listed,
                "{folder}/{file}.rs is not listed in {list}; add a line there"
            );
        }
    }
}

#[test]
fn declaring_or_importing_a_module_does_not_list_it() {
    assert!(lists("static ALL: &[&dyn Codec] = &[&json::Json];", "json"));
    assert!(lists("    throughput::figure,", "throughput"));
    assert!(!lists("pub mod json;", "json"));
    assert!(!lists(
        "pub use json::Json;\nuse crate::codecs::json::Json;",
        "json"
    ));
    assert!(!lists("// json::Json", "json"));
    assert!(!lists("&bjson::Json", "json"));
}

/// Whether a line of the list names something of the module.
fn lists(text: &str, module: &str) -> bool {
    let path = format!("{module}::");
    let code = text.lines().map(str::trim_start).filter(|line| {
        !["use ", "pub use ", "pub(crate) use ", "//"]
            .iter()
            .any(|start| line.starts_with(start))
    });
    let mut starts = code.flat_map(|line| {
        line.match_indices(&path)
            .map(|(at, _)| &line[..at])
            .collect::<Vec<_>>()
    });
    starts.any(|before| !before.ends_with(|last: char| last.is_alphanumeric() || last == '_'))
}

/// The stems of the Rust files in a folder.
fn rust_files(folder: &Path) -> Vec<String> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a folder's entry").path());
    let rust = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
