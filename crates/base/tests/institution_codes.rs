//! The check digit of institution codes, on the list of the regional bureaus.
//!
//! Reads `codes/202508_all_med_inst_cd.zip` from the folder named by `RENKEI_TEST_DATA`; skips without it.

use std::collections::BTreeSet;
use std::io::Read;

use renkei_base::code::{FeeTable, InstitutionCode};

/// The first column of the list, each code once.
fn nine_digit_codes() -> std::io::Result<BTreeSet<String>> {
    let folder = std::env::var_os("RENKEI_TEST_DATA").unwrap_or_default();
    let path = std::path::Path::new(&folder).join("codes/202508_all_med_inst_cd.zip");
    let mut archive = zip::ZipArchive::new(std::fs::File::open(path)?)?;
    let mut text = String::new();
    archive.by_index(0)?.read_to_string(&mut text)?;
    let first = |line: &str| {
        Some(
            line.split(',')
                .next()?
                .trim_matches(['"', '\u{FEFF}'])
                .to_owned(),
        )
    };
    Ok(text.lines().filter_map(first).collect())
}

#[test]
fn the_check_digit_holds_for_every_real_code() {
    let codes = match nine_digit_codes() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("skipped: RENKEI_TEST_DATA has no list of institution codes");
            return;
        }
        read => read.unwrap(),
    };
    let holds = |nine: &str, table| {
        InstitutionCode::from_nine(nine, table)
            .unwrap()
            .check_digit_holds()
    };
    let wrong: Vec<&String> = codes
        .iter()
        .filter(|nine| !holds(nine, FeeTable::Medical))
        .collect();
    assert_eq!((codes.len(), wrong.len()), (96_488, 27));
    assert!(
        wrong.iter().all(|nine| holds(nine, FeeTable::Dental)),
        "{wrong:?}"
    );
}
