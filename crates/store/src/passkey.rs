//! Passkeys: public keys by which people sign in, the challenges that were answered, and proofs within a session.

use renkei_base::{Id, Micros};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// One passkey as it is stored. Nothing in here is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRow {
    pub id: Id,
    pub account: Id,
    /// The credential's own id, base64url; unique in the site.
    pub credential: String,
    /// As its owner calls it.
    pub name: String,
    /// `ES256` or `RS256`.
    pub algorithm: String,
    /// The public key as hex: a point, or a modulus.
    pub public_key: String,
    /// The newest signature counter that was seen; 0 for authenticators without one.
    pub counter: i64,
    pub created: Micros,
    pub used: Option<Micros>,
}

const INSERT: &str = "insert into passkey (id, account, credential, name, algorithm, public_key, counter, created) \
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (credential) do nothing";
const USE: &str = "update passkey set counter = $2, used = $3 where id = $1 and counter = $4";
const DELETE: &str = "delete from passkey where account = $1 and id = $2";
const DELETE_ALL: &str = "delete from passkey where account = $1";
const OF_ACCOUNT: &str = "select id, account, credential, name, algorithm, public_key, counter, created, used \
     from passkey where account = $1 order by created, id";
const BY_CREDENTIAL: &str = "select id, account, credential, name, algorithm, public_key, counter, created, used \
     from passkey where credential = $1";
const ANSWER: &str =
    "insert into passkey_challenge (hash, expires) values ($1, $2) on conflict (hash) do nothing";
const DROP_OLD: &str = "delete from passkey_challenge where expires <= $1";
const PROVE: &str = "update session set proved = $2 where id = $1";
const PROVED: &str = "select created, proved from session where id = $1";

impl Changes {
    /// A new passkey. A conflict when the credential is registered already.
    pub fn create_passkey(&mut self, row: &PasskeyRow) {
        let params: Vec<Value> = vec![
            (&row.id).into(),
            (&row.account).into(),
            row.credential.as_str().into(),
            row.name.as_str().into(),
            row.algorithm.as_str().into(),
            row.public_key.as_str().into(),
            row.counter.into(),
            row.created.into(),
        ];
        self.steps.push(Step::one(INSERT, params, "passkey"));
    }

    /// Notes a use; stands on the counter that was read.
    pub fn use_passkey(&mut self, read: &PasskeyRow, counter: i64, at: Micros) {
        let params: Vec<Value> = vec![
            (&read.id).into(),
            counter.into(),
            at.into(),
            read.counter.into(),
        ];
        self.steps.push(Step::one(USE, params, "passkey"));
    }

    /// Removes one passkey of this account; a conflict when it is gone already.
    pub fn remove_passkey(&mut self, account: &Id, passkey: &Id) {
        let params: Vec<Value> = vec![account.into(), passkey.into()];
        self.steps.push(Step::one(DELETE, params, "passkey"));
    }

    pub fn remove_passkeys(&mut self, account: &Id) {
        self.steps.push(Step::any(DELETE_ALL, vec![account.into()]));
    }

    /// Spends a challenge: a conflict when it was answered before.
    pub fn answer_challenge(&mut self, hash: &str, expires: Micros) {
        let params: Vec<Value> = vec![hash.into(), expires.into()];
        self.steps.push(Step::one(ANSWER, params, "challenge"));
    }

    pub fn drop_old_challenges(&mut self, before: Micros) {
        self.steps.push(Step::any(DROP_OLD, vec![before.into()]));
    }

    /// Notes that the holder of a session has just shown again who it is. A conflict when the session has ended.
    pub fn prove_session(&mut self, session: &Id, at: Micros) {
        let params: Vec<Value> = vec![session.into(), at.into()];
        self.steps.push(Step::one(PROVE, params, "session"));
    }
}

impl Store {
    /// In the order in which they were made.
    pub async fn passkeys_of(&self, account: &Id) -> Result<Vec<PasskeyRow>, StoreError> {
        let rows = self.db().query(OF_ACCOUNT, vec![account.into()]).await?;
        rows.iter().map(passkey_from).collect()
    }

    pub async fn passkey_by_credential(
        &self,
        credential: &str,
    ) -> Result<Option<PasskeyRow>, StoreError> {
        let rows = self
            .db()
            .query(BY_CREDENTIAL, vec![credential.into()])
            .await?;
        rows.first().map(passkey_from).transpose()
    }

    /// When the holder of this session last showed who it is: at its beginning, or since.
    pub async fn session_proved(&self, session: &Id) -> Result<Option<Micros>, StoreError> {
        let rows = self.db().query(PROVED, vec![session.into()]).await?;
        let row = rows.first();
        row.map(|row| Ok(row.micros(0)?.max(row.micros(1)?)))
            .transpose()
    }
}

fn passkey_from(row: &Row) -> Result<PasskeyRow, StoreError> {
    Ok(PasskeyRow {
        id: row.id(0)?,
        account: row.id(1)?,
        credential: row.text(2)?.to_owned(),
        name: row.text(3)?.to_owned(),
        algorithm: row.text(4)?.to_owned(),
        public_key: row.text(5)?.to_owned(),
        counter: row.int(6)?,
        created: row.micros(7)?,
        used: row.int_opt(8)?.map(Micros),
    })
}
