//! Documents by the identifier that the world knows them by, and those that wait for an institution.

use renkei_base::{Id, Micros};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

const COLUMNS: &str = "name, bundle, patient, case_id, kind, state, digest, original, at, source, from_name, from_code, \
    from_institution, to_name, to_code, to_institution, done_by, done_at";
const INSERT: &str = "insert into document (name, bundle, patient, case_id, kind, state, digest, original, at, source, from_name, \
    from_code, from_institution, to_name, to_code, to_institution, done_by, done_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
    on conflict (name) do nothing";
const SETTLE: &str = "update document set state = $3, from_institution = $4, to_institution = $5, done_by = $6, \
    done_at = $7 where name = $1 and state = $2";
const BY_NAME: &str = "where name = $1";
const BY_BUNDLE: &str = "where bundle = $1";
const LIKE: &str = "where digest = $1 and from_institution = $2 order by at, name limit 1";
const CAME_IN: &str =
    "where case_id = $1 and kind = 'letter' and state <> 'issued' order by at, name limit 1";
const IN_STATE: &str = "where state = $1 order by at, name limit $2";
const COUNT: &str = "select count(*) from document where state = $1";

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentState {
    /// It went out from here.
    Issued,
    /// It came in and was taken.
    Received,
    /// It came in, and waits for an institution that the directory does not know.
    Waiting,
    /// There is no such institution.
    Refused,
}

impl DocumentState {
    pub const ALL: [Self; 4] = [Self::Issued, Self::Received, Self::Waiting, Self::Refused];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Received => "received",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// An institution as a document names it, and which one that is here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentParty {
    pub name: String,
    /// Ten digits, or what was sent instead; empty where nothing was.
    pub code: String,
    pub institution: Option<Id>,
}

/// A document. Names no patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// Sender, system and value of the Bundle's identifier, `|` between; before it the gateway that brought it and `@`.
    pub name: String,
    /// Id of the stored Bundle.
    pub bundle: Id,
    /// Compartment and case that it lives in.
    pub patient: Id,
    pub case: Id,
    /// `letter` or `reply`
    pub kind: String,
    pub state: DocumentState,
    /// SHA-256 of its content: the same again is the same.
    pub digest: String,
    /// The blob that holds it byte for byte as it came; empty for one that was issued here.
    pub original: String,
    pub at: Micros,
    /// The client that brought it; empty for one that was issued here.
    pub source: String,
    pub from: DocumentParty,
    pub to: DocumentParty,
    pub done_by: Option<Id>,
    pub done_at: Option<Micros>,
}

impl Changes {
    /// Registers a document. Another one of the same name is a conflict.
    pub fn put_document(&mut self, row: &DocumentRow) {
        let params = vec![
            row.name.as_str().into(),
            (&row.bundle).into(),
            (&row.patient).into(),
            (&row.case).into(),
            row.kind.as_str().into(),
            row.state.code().into(),
            row.digest.as_str().into(),
            row.original.as_str().into(),
            row.at.into(),
            row.source.as_str().into(),
            row.from.name.as_str().into(),
            row.from.code.as_str().into(),
            row.from.institution.as_ref().into(),
            row.to.name.as_str().into(),
            row.to.code.as_str().into(),
            row.to.institution.as_ref().into(),
            row.done_by.as_ref().into(),
            row.done_at.into(),
        ];
        self.steps.push(Step::one(INSERT, params, "document"));
    }

    /// Writes what became of a waiting document: its state, its institutions, who said so. A conflict when it waits no more.
    pub fn settle_document(&mut self, row: &DocumentRow) {
        let params: Vec<Value> = vec![
            row.name.as_str().into(),
            DocumentState::Waiting.code().into(),
            row.state.code().into(),
            row.from.institution.as_ref().into(),
            row.to.institution.as_ref().into(),
            row.done_by.as_ref().into(),
            row.done_at.into(),
        ];
        self.steps.push(Step::one(SETTLE, params, "document"));
    }
}

impl Store {
    /// A document by the name that it is registered as. Not filtered by anyone's rights.
    pub async fn document(&self, name: &str) -> Result<Option<DocumentRow>, StoreError> {
        let found = self.documents(BY_NAME, vec![name.into()]).await?;
        Ok(found.into_iter().next())
    }

    /// A document by the id of its Bundle. Not filtered by anyone's rights.
    pub async fn document_of(&self, bundle: &Id) -> Result<Option<DocumentRow>, StoreError> {
        let found = self.documents(BY_BUNDLE, vec![bundle.into()]).await?;
        Ok(found.into_iter().next())
    }

    /// The first document of a sender with that digest, under whatever name. Not filtered by anyone's rights.
    pub async fn document_like(
        &self,
        sender: &Id,
        digest: &str,
    ) -> Result<Option<DocumentRow>, StoreError> {
        let found = self.documents(LIKE, vec![digest.into(), sender.into()]);
        Ok(found.await?.into_iter().next())
    }

    /// The letter that a case came in by; `None` where it was written here. Not filtered by anyone's rights.
    pub async fn letter_of_case(&self, case: &Id) -> Result<Option<DocumentRow>, StoreError> {
        let found = self.documents(CAME_IN, vec![case.into()]).await?;
        Ok(found.into_iter().next())
    }

    /// The oldest documents of a state, at most `limit`.
    pub async fn documents_in(
        &self,
        state: DocumentState,
        limit: u32,
    ) -> Result<Vec<DocumentRow>, StoreError> {
        let params = vec![state.code().into(), i64::from(limit).into()];
        self.documents(IN_STATE, params).await
    }

    pub async fn count_documents(&self, state: DocumentState) -> Result<usize, StoreError> {
        let rows = self.db().query(COUNT, vec![state.code().into()]).await?;
        let count = rows.first().map(|row| row.int(0)).transpose()?;
        Ok(usize::try_from(count.unwrap_or(0)).unwrap_or(0))
    }

    async fn documents(
        &self,
        which: &str,
        params: Vec<Value>,
    ) -> Result<Vec<DocumentRow>, StoreError> {
        let sql = format!("select {COLUMNS} from document {which}");
        let rows = self.db().query(sql, params).await?;
        rows.iter().map(document).collect()
    }
}

fn id(row: &Row, column: usize) -> Result<Option<Id>, StoreError> {
    match row.text_opt(column)? {
        None => Ok(None),
        Some(_) => row.id(column).map(Some),
    }
}

fn document(row: &Row) -> Result<DocumentRow, StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    let state = DocumentState::from_code(row.text(5)?)
        .ok_or_else(|| StoreError::Corrupt("the state of a document".to_owned()))?;
    Ok(DocumentRow {
        name: text(0)?,
        bundle: row.id(1)?,
        patient: row.id(2)?,
        case: row.id(3)?,
        kind: text(4)?,
        state,
        digest: text(6)?,
        original: text(7)?,
        at: row.micros(8)?,
        source: text(9)?,
        from: DocumentParty {
            name: text(10)?,
            code: text(11)?,
            institution: id(row, 12)?,
        },
        to: DocumentParty {
            name: text(13)?,
            code: text(14)?,
            institution: id(row, 15)?,
        },
        done_by: id(row, 16)?,
        done_at: row.int_opt(17)?.map(Micros),
    })
}
