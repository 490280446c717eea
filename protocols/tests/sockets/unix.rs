//! Paths of Unix domain sockets.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::Path;

use super::server::Server;

const PROTOCOL: &str = "json+unix";

#[tokio::test]
async fn a_socket_is_its_owners_alone_and_leaves_nothing_behind() {
    let server = Server::start(PROTOCOL).await;
    let path = Path::new(&server.address).to_owned();
    let directory = path.parent().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(directory)), (0o600, 0o700));
    drop(server.caller().await);
    server.begin_to_stop();
    server.ended().await;
    assert!(!directory.exists());
}

#[tokio::test]
async fn what_a_server_has_left_behind_is_taken_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists(), "nobody listens, and the path is there");
    let server = Server::at(PROTOCOL, path.to_str().unwrap()).await.unwrap();
    drop(server.caller().await);
    server.begin_to_stop();
    server.ended().await;
    assert!(directory.path().exists() && !path.exists());
}

#[tokio::test]
async fn a_path_where_somebody_listens_is_refused_and_left_alone() {
    let server = Server::start(PROTOCOL).await;
    let second = Server::at(PROTOCOL, &server.address).await;
    let refused = second.err().expect("it is taken").to_string();
    assert!(
        refused.contains("another server listens there"),
        "{refused}"
    );
    drop(server.caller().await);
}

#[tokio::test]
async fn a_file_that_is_no_socket_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("letter");
    fs::write(&path, "dear").unwrap();
    let refused = Server::at(PROTOCOL, path.to_str().unwrap()).await;
    let refused = refused.err().expect("it is no socket").to_string();
    assert!(refused.contains("something that is no socket"), "{refused}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "dear");
}

/// Somebody removed the path and put a socket of their own there.
#[tokio::test]
async fn a_path_that_is_somebody_elses_by_now_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let server = Server::at(PROTOCOL, path.to_str().unwrap()).await.unwrap();
    // A new name for the old socket keeps its number from being given to the new one.
    fs::rename(&path, directory.path().join("old")).unwrap();
    let _other = UnixListener::bind(&path).unwrap();
    server.begin_to_stop();
    server.ended().await;
    assert!(fs::metadata(&path).unwrap().file_type().is_socket());
}
