//! Finds the fonts that the documents are set in and writes a function full of `include_bytes!`
//! (a function, not a static: a static's 60 MB would go into the crate's metadata too).
//!
//! They come from Debian's packages; `RENKEI_FONT_DIR` names another folder that holds the same files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// File and the Debian package that brings it.
const FONTS: [(&str, &str); 4] = [
    ("BIZUDPGothic-Regular.ttf", "fonts-morisawa-bizud-gothic"),
    ("BIZUDPGothic-Bold.ttf", "fonts-morisawa-bizud-gothic"),
    ("BIZUDMincho-Regular.ttf", "fonts-morisawa-bizud-mincho"),
    ("ipamjm.ttf", "fonts-ipamj-mincho"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RENKEI_FONT_DIR");
    let files = font_files();
    let mut table = String::from(
        "#[inline(never)]\nfn files() -> Vec<(&'static str, &'static [u8])> {\n    vec![\n",
    );
    let mut missing: Vec<&str> = Vec::new();
    for (name, package) in FONTS {
        match files
            .iter()
            .find(|path| path.file_name().is_some_and(|file| file == name))
        {
            Some(path) => {
                println!("cargo::rerun-if-changed={}", path.display());
                let _ = writeln!(table, "        ({name:?}, include_bytes!({path:?})),");
            }
            None if missing.contains(&package) => {}
            None => missing.push(package),
        }
    }
    table.push_str("    ]\n}\n");
    if !missing.is_empty() {
        println!(
            "cargo::error=fonts for the PDF documents are missing; run: sudo apt-get install -y {} (or name a folder with them in RENKEI_FONT_DIR)",
            missing.join(" ")
        );
        return;
    }
    let target = std::env::var_os("OUT_DIR").map(|folder| Path::new(&folder).join("fonts.rs"));
    let written = target.is_some_and(|path| std::fs::write(path, table).is_ok());
    if !written {
        println!("cargo::error=the table of fonts could not be written to OUT_DIR");
    }
}

/// All files below the folders where fonts lie, the named folder first.
fn font_files() -> Vec<PathBuf> {
    let named = std::env::var_os("RENKEI_FONT_DIR").map(PathBuf::from);
    let usual = ["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from);
    let mut folders: Vec<PathBuf> = usual.into_iter().rev().chain(named).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}
