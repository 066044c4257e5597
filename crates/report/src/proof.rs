//! For tests: sets a document, refuses any warning, and reads the PDF back with poppler.
//!
//! `RENKEI_REPORT_OUT` names a folder where each proof is left as a PDF to be looked at.

use std::process::Command;
use std::time::Instant;

use jiff::civil::date;
use serde::Serialize;

use crate::parts::{Party, Person, Stamp};
use crate::world::{Sheet, render_with};

/// What poppler reads from a proof; `None` where poppler is not installed.
#[derive(Debug)]
pub(crate) struct Proof {
    pub(crate) pages: usize,
    pub(crate) text: String,
}

impl Proof {
    /// The text without any white space: line breaks depend on the width of a column.
    pub(crate) fn run(&self) -> String {
        self.text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '\u{200B}')
            .collect()
    }

    #[track_caller]
    pub(crate) fn has(&self, needle: &str) {
        let needle: String = needle.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(
            self.run().contains(&needle),
            "{needle:?} is not in\n{}",
            self.text
        );
    }
}

/// Sets the document under this name and reads it back.
pub(crate) fn proof<T: Serialize>(
    name: &str,
    template: &'static str,
    document: &T,
    stamp: &Stamp,
) -> Option<Proof> {
    proof_with(name, template, document, stamp, None)
}

/// The same with a picture.
pub(crate) fn proof_with<T: Serialize>(
    name: &str,
    template: &'static str,
    document: &T,
    stamp: &Stamp,
    picture: Option<&str>,
) -> Option<Proof> {
    #[expect(
        clippy::disallowed_methods,
        reason = "measures how long a document takes"
    )]
    let start = Instant::now();
    let sheet = render_with(template, document, stamp, picture).unwrap();
    println!(
        "{name}: {} ms, {} kB",
        start.elapsed().as_millis(),
        sheet.pdf.len() / 1000
    );
    check(&sheet);
    let folder = std::env::var_os("RENKEI_REPORT_OUT").map_or_else(std::env::temp_dir, Into::into);
    let path = folder.join(format!("renkei-{name}-{}.pdf", std::process::id()));
    std::fs::write(&path, &sheet.pdf).unwrap();
    let read = read(&path);
    if std::env::var_os("RENKEI_REPORT_OUT").is_some() {
        std::fs::rename(&path, folder.join(format!("{name}.pdf"))).unwrap();
    } else {
        std::fs::remove_file(&path).unwrap();
    }
    read
}

fn check(sheet: &Sheet) {
    assert_eq!(sheet.warnings, [""; 0], "typst warned");
    assert!(sheet.archival, "not PDF/A-2a and PDF/UA-1");
    assert!(sheet.pdf.starts_with(b"%PDF-1.7"));
    assert!(sheet.pdf.len() < 400_000, "{} bytes", sheet.pdf.len());
}

fn read(path: &std::path::Path) -> Option<Proof> {
    let Ok(output) = Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8"])
        .arg(path)
        .arg("-")
        .output()
    else {
        println!(
            "pdftotext is missing (apt-get install poppler-utils): text and pages are not checked"
        );
        return None;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    Some(Proof {
        pages: text.matches('\u{C}').count(),
        text,
    })
}

pub(crate) fn stamp(number: &str) -> Stamp {
    Stamp {
        number: number.to_owned(),
        url: Some("https://renkei.example.jp/q/0199c2f4b7d07e3a".to_owned()),
        day: date(2026, 11, 22),
        draft: false,
        sample: false,
    }
}

pub(crate) fn clinic() -> Party {
    Party {
        institution: "岩田内科医院".to_owned(),
        department: None,
        doctor: Some("岩田 一郎".to_owned()),
        address: Some("〒420-0853 静岡市葵区追手町9番5号".to_owned()),
        phone: Some("054-200-0001".to_owned()),
        fax: Some("054-200-0002".to_owned()),
    }
}

pub(crate) fn hospital() -> Party {
    Party {
        institution: "静岡市民病院".to_owned(),
        department: Some("循環器内科".to_owned()),
        doctor: Some("望月 さくら".to_owned()),
        address: Some("〒420-8630 静岡市葵区追手町10番93号".to_owned()),
        phone: Some("054-200-1000".to_owned()),
        fax: Some("054-200-1001".to_owned()),
    }
}

pub(crate) fn person() -> Person {
    Person {
        name: "髙橋 花子".to_owned(),
        kana: Some("タカハシ ハナコ".to_owned()),
        sex: Some("女".to_owned()),
        birth: Some("昭和15年3月2日".to_owned()),
        age: Some("86歳".to_owned()),
        address: Some("〒420-0001 静岡市葵区井宮町1番地の2".to_owned()),
        phone: Some("054-200-2000".to_owned()),
        occupation: Some("無職".to_owned()),
    }
}
