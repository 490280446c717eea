//! Every chart, section and exporter is a file, and every file is in its list.

use std::fs;
use std::path::Path;

#[track_caller]
fn check(folder: &str, entry: impl Fn(&str) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src")
        .join(folder);
    let list = fs::read_to_string(folder.join("mod.rs")).expect("mod.rs");
    let mut found = 0;
    for file in fs::read_dir(&folder).expect("a folder") {
        let path = file.expect("an entry").path();
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name")
            .to_owned();
        if stem != "mod" && stem != "kinds" {
            assert!(
                list.contains(&entry(&stem)),
                "{stem} is not in the list of {}",
                folder.display()
            );
            found += 1;
        }
    }
    assert!(found > 0, "{} is empty", folder.display());
}

#[test]
fn charts() {
    check("charts", |stem| format!("    {stem}::figure,"));
}

#[test]
fn sections() {
    check("sections", |stem| format!("    {stem}::section,"));
}

#[test]
fn tables_of_the_notebook() {
    check("sections/notebook", |stem| format!("{stem}::table"));
}

#[test]
fn exporters() {
    check("export", |stem| format!("render: {stem}::render,"));
}
