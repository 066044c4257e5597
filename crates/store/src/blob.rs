//! Attachments: bytes by their content, in a folder or wherever `object_store` reaches.

use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use sha2::{Digest, Sha256};

use crate::{Store, StoreError};

const FOLDER: &str = "blobs";

pub(crate) fn folder(data: &std::path::Path) -> std::path::PathBuf {
    data.join(FOLDER)
}

/// Opens the folder of blobs under the data folder.
pub(crate) fn open(data: &std::path::Path) -> Result<LocalFileSystem, StoreError> {
    let folder = folder(data);
    std::fs::create_dir_all(&folder).map_err(|error| StoreError::Blob(error.to_string()))?;
    let files = LocalFileSystem::new_with_prefix(folder).map_err(|error| failed(&error))?;
    Ok(files.with_fsync(true))
}

fn failed(error: &object_store::Error) -> StoreError {
    StoreError::Blob(error.to_string())
}

/// `ab/abcdef…`: few files in each folder. Only what is a SHA-256 in hex is a name, so no name becomes another path.
fn place(sha256: &str) -> Option<Path> {
    let digest = hex::decode(sha256)
        .ok()
        .filter(|digest| digest.len() == 32)?;
    let name = hex::encode(digest);
    let folder = name.get(..2)?;
    Some(Path::from(format!("{folder}/{name}")))
}

impl Store {
    /// Stores bytes (an attachment) by content; returns the hex SHA-256, the name to read them by.
    /// Before the resource that mentions them is committed. On the disk when this returns; the caller limits the size.
    pub async fn put_blob(&self, bytes: Vec<u8>) -> Result<String, StoreError> {
        let name = hex::encode(Sha256::digest(&bytes));
        let path = place(&name).ok_or_else(|| StoreError::Blob("no name".to_owned()))?;
        let options = PutOptions::from(PutMode::Create);
        match self
            .blobs()
            .put_opts(&path, PutPayload::from(bytes), options)
            .await
        {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(name),
            Err(error) => Err(failed(&error)),
        }
    }

    /// The bytes of an attachment. The caller has read the resource that names it, so rights were checked there.
    pub async fn blob(&self, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(path) = place(sha256) else {
            return Ok(None);
        };
        let found = match self.blobs().get(&path).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let bytes = found.bytes().await.map_err(|error| failed(&error))?;
        if hex::encode(Sha256::digest(&bytes)) != sha256.to_ascii_lowercase() {
            return Err(StoreError::Corrupt(
                "an attachment is not what its name says".to_owned(),
            ));
        }
        Ok(Some(bytes.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hash_is_a_name() {
        for bad in [
            "",
            "..",
            "../../etc/passwd",
            &"zz".repeat(32),
            &"ab".repeat(31),
        ] {
            assert_eq!(place(bad), None, "{bad}");
        }
        assert!(place(&"ab".repeat(32)).is_some());
    }
}
