//! The path that a server listens on.

use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, fchmod};
use server_core::limits::BACKLOG_MAX;
use tokio::net::{UnixListener, UnixSocket};

/// A socket's path, and its directory where that was made for it; both are removed when this is dropped, unless somebody
/// has put something else there.
pub(super) struct Place {
    path: PathBuf,
    /// Which file it is, as the file system numbers them.
    file: (u64, u64),
    directory: Option<PathBuf>,
}

impl Place {
    /// Listens on a path that nobody else listens on. The socket is its owner's alone; a directory that is missing is
    /// made, and is likewise.
    ///
    /// # Errors
    /// If something is there already but a socket that nobody listens on, or the system refuses.
    pub(super) fn bind(path: &Path) -> Result<(UnixListener, Self)> {
        let directory = make_directory(path)?;
        let bound = bind_in(path);
        if let (Err(_), Some(directory)) = (&bound, &directory) {
            // The error that matters is the one before.
            drop(fs::remove_dir(directory));
        }
        let (listener, file) = bound?;
        let place = Self {
            path: path.to_owned(),
            file,
            directory,
        };
        Ok((listener, place))
    }
}

/// Makes the directory of a path, if that alone is missing; gives it then.
fn make_directory(path: &Path) -> Result<Option<PathBuf>> {
    let Some(directory) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    else {
        return Ok(None);
    };
    match fs::DirBuilder::new().mode(0o700).create(directory) {
        Ok(()) => Ok(Some(directory.to_owned())),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error),
    }
}

fn bind_in(path: &Path) -> Result<(UnixListener, (u64, u64))> {
    remove_stale(path)?;
    let socket = UnixSocket::new_stream()?;
    // Before it has a path: Linux gives the path these permissions, so that at no moment others can connect.
    fchmod(&socket, Mode::RUSR | Mode::WUSR)?;
    socket.bind(path)?;
    let found = fs::symlink_metadata(path)?;
    let listener = socket.listen(BACKLOG_MAX)?;
    Ok((listener, (found.dev(), found.ino())))
}

/// Removes what a server has left behind that is no more.
fn remove_stale(path: &Path) -> Result<()> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    if !found.file_type().is_socket() {
        let words = "there is something that is no socket";
        return Err(Error::new(ErrorKind::AlreadyExists, words));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) => Err(error),
        Ok(_) => {
            let words = "another server listens there";
            Err(Error::new(ErrorKind::AddrInUse, words))
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let found = fs::symlink_metadata(&self.path);
        let is_ours = found.is_ok_and(|found| (found.dev(), found.ino()) == self.file);
        if !is_ours {
            return;
        }
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the socket's path could not be removed");
        }
        if let Some(directory) = &self.directory {
            // It stays if somebody has put something into it.
            drop(fs::remove_dir(directory));
        }
    }
}
