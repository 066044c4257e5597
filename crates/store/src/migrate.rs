//! Migrations: forward only, each applied once, their checksums checked at every start.

use sha2::{Digest, Sha256};

use crate::StoreError;

/// One step of the schema. The text is rendered for the backend (`db::dialect`).
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

macro_rules! migration {
    ($number:literal, $name:literal, $file:literal) => {
        Migration {
            number: $number,
            name: $name,
            text: include_str!(concat!("../migrations/", $file)),
        }
    };
}

/// In order. A released one never changes: add another.
pub(crate) const ALL: &[Migration] = &[
    migration!(1, "resource", "0001_resource.sql"),
    migration!(2, "access", "0002_access.sql"),
    migration!(3, "directory", "0003_directory.sql"),
    migration!(4, "audit", "0004_audit.sql"),
    migration!(5, "draft", "0005_draft.sql"),
    migration!(6, "client", "0006_client.sql"),
    migration!(7, "passkey", "0007_passkey.sql"),
    migration!(8, "subscription", "0008_subscription.sql"),
    migration!(9, "document", "0009_document.sql"),
    migration!(10, "idempotency", "0010_idempotency.sql"),
    migration!(12, "claim", "0012_claim.sql"),
    migration!(13, "area", "0013_area.sql"),
    migration!(14, "opening", "0014_opening.sql"),
    migration!(15, "profile", "0015_profile.sql"),
    migration!(16, "confirmation", "0016_confirmation.sql"),
    migration!(17, "guide", "0017_guide.sql"),
    migration!(18, "opendata", "0018_opendata.sql"),
    migration!(19, "document_digest", "0019_document_digest.sql"),
    migration!(23, "finder", "0023_finder.sql"),
    migration!(24, "institution_number", "0024_institution_number.sql"),
    migration!(25, "survey", "0025_survey.sql"),
    migration!(26, "municipal_figure", "0026_municipal_figure.sql"),
    migration!(27, "free_slot", "0027_free_slot.sql"),
    migration!(28, "document_case", "0028_document_case.sql"),
    migration!(31, "mail", "0031_mail.sql"),
    migration!(32, "explanation", "0032_explanation.sql"),
    migration!(37, "sheet", "0037_sheet.sql"),
    migration!(38, "survey_least", "0038_survey_least.sql"),
    migration!(40, "answer_question", "0040_answer_question.sql"),
    migration!(124, "import_wait", "0124_import_wait.sql"),
    migration!(131, "mail_address", "0131_mail_address.sql"),
];

/// Those that the file of reads' audit rows has (SQLite), and those that only it has.
pub(crate) const READS: &[i64] = &[4];
pub(crate) const ONLY_READS: &[Migration] = &[
    migration!(21, "trail", "0021_trail.sql"),
    migration!(33, "moved", "0033_moved.sql"),
];

/// The table that remembers which were applied.
pub(crate) const TABLE: &str = "create table if not exists migration (
  number bigint not null primary key, name text not null, checksum text not null, at bigint not null)";
pub(crate) const APPLIED: &str = "select number, checksum from migration order by number";
pub(crate) const REMEMBER: &str =
    "insert into migration (number, name, checksum, at) values ($1, $2, $3, $4)";

impl Migration {
    /// SHA-256 of the text before rendering, in hex.
    pub(crate) fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.text.as_bytes()))
    }
}

/// Those still to apply, or why this program and this data do not fit together.
pub(crate) fn pending(
    all: impl Iterator<Item = &'static Migration>,
    applied: &[(i64, String)],
) -> Result<Vec<&'static Migration>, StoreError> {
    let mut all: Vec<_> = all.collect();
    for (number, checksum) in applied {
        let Some(known) = all.iter().find(|m| m.number == *number) else {
            return Err(StoreError::Corrupt(format!(
                "the data has migration {number}, which this program does not know: it was written by a newer renkei"
            )));
        };
        if known.checksum() != *checksum {
            return Err(StoreError::Corrupt(format!(
                "migration {number} ({}) is not the one that was applied to this data",
                known.name
            )));
        }
    }
    all.retain(|m| !applied.iter().any(|(number, _)| *number == m.number));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied() -> Vec<(i64, String)> {
        ALL.iter().map(|m| (m.number, m.checksum())).collect()
    }

    #[test]
    fn numbers_rise() {
        assert!(ALL.windows(2).all(|pair| pair[0].number < pair[1].number));
    }

    #[test]
    fn nothing_is_pending_when_all_are_applied() {
        assert!(pending(ALL.iter(), &applied()).unwrap().is_empty());
        assert_eq!(pending(ALL.iter(), &[]).unwrap().len(), ALL.len());
    }

    #[test]
    fn a_changed_one_is_an_error() {
        let mut applied = applied();
        applied[0].1 = "0".repeat(64);
        let error = pending(ALL.iter(), &applied).unwrap_err().to_string();
        insta::assert_snapshot!(error, @"corrupt: migration 1 (resource) is not the one that was applied to this data");
    }

    #[test]
    fn data_of_a_newer_program_is_an_error() {
        let mut applied = applied();
        applied.push((9999, String::new()));
        let error = pending(ALL.iter(), &applied).unwrap_err().to_string();
        insta::assert_snapshot!(error, @"corrupt: the data has migration 9999, which this program does not know: it was written by a newer renkei");
    }
}
