//! Makes Rust of `proto/chat.proto`, without protoc.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Asked at run time: a build script that is compiled already may serve another checkout.
    let folder = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../proto");
    println!(
        "cargo::rerun-if-changed={}",
        folder.join("chat.proto").display()
    );
    let files = protox::compile(["chat.proto"], [&folder])?;
    tonic_prost_build::configure().compile_fds(files)?;
    Ok(())
}
