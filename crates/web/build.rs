//! Embeds the browser's files and the message files: lists them in `OUT_DIR` for `include_bytes!`/`include_str!`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a build that cannot go on stops, with the reason; cargo speaks through the environment"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

/// Name under `/assets/`, and where it comes from.
const ASSETS: &[(&str, &str)] = &[
    ("htmx.js", "node_modules/htmx.org/dist/htmx.min.js"),
    (
        "tokens.css",
        "node_modules/@digital-go-jp/design-tokens/dist/tokens.css",
    ),
    ("app.css", "src/app.css"),
    ("app.js", "src/app.js"),
    ("public.js", "src/public.js"),
    ("draft.js", "src/draft.js"),
    ("answer.js", "src/answer.js"),
    ("passkey.js", "src/passkey.js"),
    ("question.js", "src/question.js"),
    ("tiles.js", "src/tiles.js"),
    ("leaflet.js", "node_modules/leaflet/dist/leaflet.js"),
    ("leaflet.css", "node_modules/leaflet/dist/leaflet.css"),
    ("icon.svg", "src/icon.svg"),
];

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("assets.rs"), assets(&root.join("assets"))).expect("OUT_DIR is writable");
    fs::write(out.join("messages.rs"), messages(&root.join("messages")))
        .expect("OUT_DIR is writable");
    println!("cargo:rerun-if-changed=build.rs");
}

fn assets(folder: &Path) -> String {
    let mut code = String::from("&[\n");
    for (name, path) in ASSETS {
        let file = folder.join(path);
        println!("cargo:rerun-if-changed={}", file.display());
        let bytes = fs::read(&file).unwrap_or_else(|_| {
            panic!(
                "{} is missing: run `make assets` (npm ci in crates/web/assets)",
                file.display()
            )
        });
        let hash = Sha256::digest(&bytes)
            .iter()
            .take(8)
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
        let (stem, extension) = name
            .rsplit_once('.')
            .expect("asset names have an extension");
        let _ = writeln!(
            code,
            "Asset {{ name: {name:?}, hashed: \"{stem}-{hash}.{extension}\", bytes: include_bytes!({file:?}) }},"
        );
    }
    code.push(']');
    code
}

fn messages(folder: &Path) -> String {
    let mut code = String::from("&[\n");
    for lang in ["ja", "ja-easy", "en"] {
        let folder = folder.join(lang);
        println!("cargo:rerun-if-changed={}", folder.display());
        let mut files: Vec<_> = fs::read_dir(&folder)
            .map(|entries| entries.filter_map(Result::ok).map(|e| e.path()).collect())
            .unwrap_or_default();
        files.sort();
        for file in files
            .iter()
            .filter(|f| f.extension().is_some_and(|e| e == "ftl"))
        {
            println!("cargo:rerun-if-changed={}", file.display());
            let name = file
                .file_name()
                .and_then(|n| n.to_str())
                .unwrap_or_default();
            let _ = writeln!(code, "({lang:?}, {name:?}, include_str!({file:?})),");
        }
    }
    code.push(']');
    code
}
