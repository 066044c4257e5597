//! The marks of a survey's sheets: what counting reads, one short row for each respondent.

use renkei_base::Id;

use crate::db::Row;
use crate::{Store, StoreError};

/// One sheet as counting sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarksRow {
    pub respondent: Id,
    /// Six digits, or empty.
    pub municipality: String,
    /// As of the day on which it was asked.
    pub name: String,
    /// Else 集計外.
    pub counted: bool,
    /// The code of the sheet's state.
    pub state: String,
    /// One letter for each line (see `gov::line`).
    pub marks: String,
}

const ALL: &str = "select respondent, municipality, name, counted, state, marks from survey_respondent \
    where survey = $1 order by place, respondent";

impl Store {
    /// All sheets of a survey in the order of the survey, those without answers too.
    pub async fn marks(&self, survey: &str) -> Result<Vec<MarksRow>, StoreError> {
        let rows = self.db().query(ALL, vec![survey.into()]).await?;
        rows.iter().map(marks).collect()
    }
}

fn marks(row: &Row) -> Result<MarksRow, StoreError> {
    Ok(MarksRow {
        respondent: row.id(0)?,
        municipality: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        counted: row.int(3)? != 0,
        state: row.text(4)?.to_owned(),
        marks: row.text(5)?.to_owned(),
    })
}
