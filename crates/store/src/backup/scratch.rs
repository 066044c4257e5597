//! A folder that is there only while somebody works in it, for its owner alone.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::failed;
use crate::StoreError;

#[derive(Debug)]
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// `FILE.part`, on the same disk as the file that will be.
    pub(super) fn beside(file: &Path) -> Result<Self, StoreError> {
        let mut path = file.as_os_str().to_owned();
        path.push(".part");
        let path = PathBuf::from(path);
        let mut builder = std::fs::DirBuilder::new();
        builder.mode(0o700).create(&path).map_err(failed(&path))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a folder of copies is left behind");
        }
    }
}

/// A folder for its owner alone, where there is none.
pub(super) fn make(path: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(path).map_err(failed(path))
}
