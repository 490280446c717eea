//! Makes Rust of `proto/chat.proto`, without protoc.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto");
    println!(
        "cargo::rerun-if-changed={}",
        folder.join("chat.proto").display()
    );
    let files = protox::compile(["chat.proto"], [&folder])?;
    tonic_prost_build::configure().compile_fds(files)?;
    Ok(())
}
