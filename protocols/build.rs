//! Makes Rust of `proto/chat.proto`, without protoc, and keeps its descriptors for those who ask a server what it speaks.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Asked at run time: a build script that is compiled already may serve another checkout.
    let folder = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../proto");
    println!(
        "cargo::rerun-if-changed={}",
        folder.join("chat.proto").display()
    );
    let mut compiler = protox::Compiler::new([&folder])?;
    compiler.include_source_info(true).open_file("chat.proto")?;
    let made = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(
        made.join("chat.descriptors"),
        compiler.encode_file_descriptor_set(),
    )?;
    tonic_prost_build::configure().compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
