//! The archive: files in tar in zstd, and at its end a manifest of them. What has no manifest was cut off.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use renkei_base::Micros;
use sha2::{Digest, Sha256};

use super::scratch::{self, Scratch};
use super::{Copied, Entry, MANIFEST, Manifest, TABLES, failed};
use crate::{StoreError, anchor};

/// As fast as a disk, and JSON still becomes a tenth.
const LEVEL: i32 = 3;
const BUFFER: usize = 1 << 20;
/// Bytes of a manifest at most: some hundreds of thousands of attachments.
const MANIFEST_BYTES: u64 = 256 << 20;
/// Files that an archive may hold besides tables and attachments.
const SINGLE: [&str; 3] = [
    crate::store::SQLITE_FILE,
    crate::db::sqlite::READS_FILE,
    anchor::FILE,
];

/// Passes bytes on and takes their hash.
struct Hashing<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Hashing<T> {
    fn new(inner: T) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    fn seen(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    fn sha256(&self) -> String {
        hex::encode(self.hash.clone().finalize())
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.seen(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.seen(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Packs the copies and the attachments; the finished file is on the disk when it gets its name.
pub(super) fn write(
    scratch: &Scratch,
    blobs: &Path,
    mut manifest: Manifest,
    file: &Path,
) -> Result<Copied, StoreError> {
    let part = scratch.path().join("archive");
    let mut out = pack(scratch.path(), blobs, &mut manifest, &part).map_err(failed(&part))?;
    out.flush().map_err(failed(&part))?;
    let bytes = manifest.files.iter().map(|entry| entry.bytes).sum();
    let copied = Copied {
        made: Micros(manifest.made),
        files: manifest.files.len() as u64,
        bytes,
        sha256: out.sha256(),
    };
    out.inner.get_ref().sync_all().map_err(failed(&part))?;
    // A link is refused where a file of this name has come meanwhile; a renaming would write over it.
    std::fs::hard_link(&part, file).map_err(failed(file))?;
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(failed(folder))?;
    Ok(copied)
}

type Out = Hashing<BufWriter<File>>;

fn pack(copies: &Path, blobs: &Path, manifest: &mut Manifest, part: &Path) -> io::Result<Out> {
    let out = Hashing::new(BufWriter::with_capacity(BUFFER, new_file(part)?));
    let mut packed = zstd::Encoder::new(out, LEVEL)?;
    packed.include_checksum(true)?;
    let mut tar = tar::Builder::new(packed);
    for (name, path) in found(copies, "")?
        .into_iter()
        .chain(found(blobs, "blobs/")?)
    {
        if path != part {
            let made = manifest.made;
            manifest.files.push(append(&mut tar, name, &path, made)?);
        }
    }
    let text = serde_json::to_vec(manifest)?;
    let mut head = header(text.len() as u64, manifest.made);
    tar.append_data(&mut head, MANIFEST, text.as_slice())?;
    tar.into_inner()?.finish()
}

fn header(bytes: u64, made: i64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(made / 1_000_000).unwrap_or(0));
    header
}

fn append(
    tar: &mut tar::Builder<impl Write>,
    name: String,
    path: &Path,
    made: i64,
) -> io::Result<Entry> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut from = Hashing::new(BufReader::with_capacity(BUFFER, file.take(bytes)));
    tar.append_data(&mut header(bytes, made), &name, &mut from)?;
    let sha256 = from.sha256();
    Ok(Entry {
        name,
        bytes,
        sha256,
    })
}

/// The files of a folder and of its folders, by name; those that are being written (`…#1`) are nobody's yet.
fn found(folder: &Path, prefix: &str) -> io::Result<Vec<(String, PathBuf)>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            all.extend(found(&entry.path(), &format!("{name}/"))?);
        } else if !name.contains('#') {
            all.push((name, entry.path()));
        }
    }
    all.sort();
    Ok(all)
}

/// Unpacks an archive into an empty folder and compares every file with the manifest.
pub(super) fn read(file: &Path, into: &Path) -> Result<(Manifest, Copied), StoreError> {
    let open = File::open(file).map_err(failed(file))?;
    let mut from = Hashing::new(BufReader::with_capacity(BUFFER, open));
    let (manifest, entries) = unpack(&mut from, into)?;
    // What follows the end of the pack is part of the file too.
    io::copy(&mut from, &mut io::sink()).map_err(failed(file))?;
    let manifest = manifest.ok_or_else(cut_off)?;
    if manifest.format > super::FORMAT {
        return Err(StoreError::Corrupt(
            "the archive was made by a newer renkei".to_owned(),
        ));
    }
    compare(&manifest.files, &entries)?;
    let copied = Copied {
        made: Micros(manifest.made),
        files: entries.len() as u64,
        bytes: entries.iter().map(|entry| entry.bytes).sum(),
        sha256: from.sha256(),
    };
    Ok((manifest, copied))
}

fn cut_off() -> StoreError {
    StoreError::Corrupt("the archive is cut off, or none of renkei's".to_owned())
}

fn unpack(from: &mut impl Read, into: &Path) -> Result<(Option<Manifest>, Vec<Entry>), StoreError> {
    let broken = |error: io::Error| StoreError::Corrupt(format!("the archive is damaged: {error}"));
    let mut tar = tar::Archive::new(zstd::Decoder::new(from).map_err(broken)?);
    let mut manifest = None;
    let mut entries = Vec::new();
    for entry in tar.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = entry.path().map_err(broken)?.to_string_lossy().into_owned();
        if manifest.is_some() || !entry.header().entry_type().is_file() {
            return Err(StoreError::Corrupt(
                "the archive holds what it should not".to_owned(),
            ));
        }
        if name == MANIFEST {
            let text = (&mut entry).take(MANIFEST_BYTES);
            let read = serde_json::from_reader(text);
            manifest =
                Some(read.map_err(|error| StoreError::Corrupt(format!("manifest: {error}")))?);
        } else {
            entries.push(keep(&mut entry, name, into)?);
        }
    }
    // To the very end: there stands the checksum of all that was packed.
    io::copy(&mut tar.into_inner(), &mut io::sink()).map_err(broken)?;
    Ok((manifest, entries))
}

/// Only names that an archive of ours has: none leads out of the folder.
fn is_known(name: &str) -> bool {
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let mut parts = name.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(one), None, None, None) => SINGLE.contains(&one),
        (Some(folder), Some(table), None, None) => {
            folder == TABLES && table.strip_suffix(".copy").is_some_and(plain)
        }
        (Some("blobs"), Some(folder), Some(blob), None) => {
            plain(folder) && plain(blob) && blob.starts_with(folder) && blob.len() == 64
        }
        _ => false,
    }
}

fn keep(entry: &mut impl Read, name: String, into: &Path) -> Result<Entry, StoreError> {
    if !is_known(&name) {
        return Err(StoreError::Corrupt(
            "the archive holds what it should not".to_owned(),
        ));
    }
    let path = into.join(&name);
    if let Some(folder) = path.parent() {
        scratch::make(folder)?;
    }
    let mut out = Hashing::new(new_file(&path).map_err(failed(&path))?);
    io::copy(entry, &mut out)
        .map_err(|error| StoreError::Corrupt(format!("the archive is damaged: {error}")))?;
    out.inner.sync_all().map_err(failed(&path))?;
    Ok(Entry {
        bytes: out.bytes,
        sha256: out.sha256(),
        name,
    })
}

fn compare(wanted: &[Entry], found: &[Entry]) -> Result<(), StoreError> {
    let names = wanted.iter().map(|entry| &entry.name);
    let mut pairs = names.eq(found.iter().map(|entry| &entry.name));
    for (wanted, found) in wanted.iter().zip(found) {
        // An attachment's name is its hash.
        let blob = found
            .name
            .strip_prefix("blobs/")
            .and_then(|rest| rest.split('/').next_back());
        pairs &= wanted == found && blob.is_none_or(|name| name == found.sha256);
    }
    if pairs {
        return Ok(());
    }
    Err(StoreError::Corrupt(
        "the archive was altered: a file is not the one that its manifest names".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_names_are_unpacked() {
        let blob = "ab".repeat(32);
        for name in [
            "renkei.db",
            "audit-heads.log",
            "tables/ix_token.copy",
            &format!("blobs/ab/{blob}"),
        ] {
            assert!(is_known(name), "{name}");
        }
        for name in [
            "../renkei.db",
            "/etc/passwd",
            "tables/../x.copy",
            "tables/a.b.copy",
            "blobs/ab/..",
            &format!("blobs/cd/{blob}"),
            "renkei.db/x",
            "server.lock",
        ] {
            assert!(!is_known(name), "{name}");
        }
    }
}
