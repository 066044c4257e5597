//! Sessions: found by the hash of a token that only the browser has.

use renkei_base::{Id, Lang, Micros, Roles};

use crate::account::{AccountState, id_opt, lang_from, roles_from, state_from};
use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// One session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token, hex.
    pub hash: String,
    /// Names the session in lists; opens nothing.
    pub id: Id,
    pub account: Id,
    pub created: Micros,
    pub used: Micros,
    pub address: String,
    pub agent: String,
}

/// A session together with what its account is now: everything that a request needs, in one read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionOwner {
    pub session: SessionRow,
    pub login: String,
    pub name: String,
    pub institution: Option<Id>,
    pub roles: Roles,
    pub practitioner: Option<Id>,
    pub state: AccountState,
    pub lang: Lang,
}

const INSERT: &str = "insert into session (hash, id, account, created, used, address, agent) \
     values ($1, $2, $3, $4, $5, $6, $7)";
const TOUCH: &str = "update session set used = $2 where hash = $1 and used < $2";
const DELETE: &str = "delete from session where account = $1 and id = $2";
const DELETE_ALL: &str = "delete from session where account = $1";
const DELETE_OTHERS: &str = "delete from session where account = $1 and id <> $2";
const DELETE_OLD: &str = "delete from session where used < $1 or created < $2";
const OWNER: &str = "select s.hash, s.id, s.account, s.created, s.used, s.address, s.agent, \
     a.login, a.name, a.institution, a.roles, a.practitioner, a.state, a.lang \
     from session s join account a on a.id = s.account where s.hash = $1";
const OF_ACCOUNT: &str = "select hash, id, account, created, used, address, agent from session \
     where account = $1 order by used desc, id";

impl Changes {
    pub fn create_session(&mut self, row: &SessionRow) {
        let params: Vec<Value> = vec![
            row.hash.as_str().into(),
            (&row.id).into(),
            (&row.account).into(),
            row.created.into(),
            row.used.into(),
            row.address.as_str().into(),
            row.agent.as_str().into(),
        ];
        self.steps.push(Step::one(INSERT, params, "session"));
    }

    /// Notes that a session was used. Nothing happens to one that has ended.
    pub fn touch_session(&mut self, hash: &str, at: Micros) {
        self.steps
            .push(Step::any(TOUCH, vec![hash.into(), at.into()]));
    }

    /// Ends one session of this account.
    pub fn end_session(&mut self, account: &Id, session: &Id) {
        self.steps
            .push(Step::any(DELETE, vec![account.into(), session.into()]));
    }

    /// Ends all sessions of this account, except one where given.
    pub fn end_sessions(&mut self, account: &Id, except: Option<&Id>) {
        self.steps.push(match except {
            None => Step::any(DELETE_ALL, vec![account.into()]),
            Some(kept) => Step::any(DELETE_OTHERS, vec![account.into(), kept.into()]),
        });
    }

    /// Removes sessions last used before, or created before.
    pub fn drop_old_sessions(&mut self, used: Micros, created: Micros) {
        self.steps
            .push(Step::any(DELETE_OLD, vec![used.into(), created.into()]));
    }
}

impl Store {
    /// The session and its account by the token's hash. One indexed read.
    pub async fn session_owner(&self, hash: &str) -> Result<Option<SessionOwner>, StoreError> {
        let rows = self.db().query(OWNER, vec![hash.into()]).await?;
        rows.first().map(owner_from).transpose()
    }

    /// Newest use first.
    pub async fn sessions_of(&self, account: &Id) -> Result<Vec<SessionRow>, StoreError> {
        let rows = self.db().query(OF_ACCOUNT, vec![account.into()]).await?;
        rows.iter().map(session_from).collect()
    }
}

fn session_from(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        hash: row.text(0)?.to_owned(),
        id: row.id(1)?,
        account: row.id(2)?,
        created: row.micros(3)?,
        used: row.micros(4)?,
        address: row.text(5)?.to_owned(),
        agent: row.text(6)?.to_owned(),
    })
}

fn owner_from(row: &Row) -> Result<SessionOwner, StoreError> {
    Ok(SessionOwner {
        session: session_from(row)?,
        login: row.text(7)?.to_owned(),
        name: row.text(8)?.to_owned(),
        institution: id_opt(row, 9)?,
        roles: roles_from(row.text(10)?),
        practitioner: id_opt(row, 11)?,
        state: state_from(row.text(12)?)?,
        lang: lang_from(row.text(13)?),
    })
}
