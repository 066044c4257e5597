//! Real data, which is not part of the project: tests use it where it is there.

use std::path::{Path, PathBuf};

/// The file or folder of that name under `RENKEI_TEST_DATA`. Without it, `None` and a message, and the test skips.
/// A name that is not in the folder fails the test: then the folder or the name is wrong.
pub fn test_data(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("RENKEI_TEST_DATA").filter(|f| !f.is_empty()) else {
        eprintln!("skipped: {name} is real data; RENKEI_TEST_DATA names no folder");
        return None;
    };
    let path = workspace().join(folder).join(name);
    assert!(path.exists(), "{} is not there", path.display());
    Some(path)
}

/// The workspace's own folder. Tests run in their package's.
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("crates/testkit").to_owned()
}
