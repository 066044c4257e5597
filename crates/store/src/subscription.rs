//! Subscriptions: how far each client has been told of the feed, and what it is to be told of.

use renkei_base::{Ctx, Id, Micros};
use renkei_fhir::Key;

use crate::changes::Stored;
use crate::db::{Row, Step, Value};
use crate::feed::{self, Fed, FeedCursor};
use crate::{Changes, Query, Store, StoreError};

/// Where a subscription stands (FHIR subscription-status).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    /// Waits until its endpoint has answered once.
    Requested,
    Active,
    /// Given up: the endpoint did not answer, or its client may come in no more.
    Error,
    /// Ended by its client or by its own end.
    Off,
}

impl SubscriptionState {
    const ALL: [Self; 4] = [Self::Requested, Self::Active, Self::Error, Self::Off];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Active => "active",
            Self::Error => "error",
            Self::Off => "off",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether anything is delivered.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Requested | Self::Active)
    }
}

/// One subscription as it is stored, beside its resource.
#[derive(Clone, PartialEq, Eq)]
pub struct SubscriptionRow {
    pub id: Id,
    pub client: Id,
    /// What deliveries are signed with. Shown once, when it is made.
    pub secret: String,
    pub state: SubscriptionState,
    /// [`Micros::NEVER`] without an end.
    pub ends: Micros,
    /// What was told, or was not to be told, up to here.
    pub position: FeedCursor,
    /// Deliveries in a row that failed.
    pub tries: u32,
    /// Not before.
    pub next: Micros,
    /// Events that were delivered.
    pub sent: i64,
}

/// Without the secret.
impl std::fmt::Debug for SubscriptionRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SubscriptionRow")
            .field("id", &self.id)
            .field("client", &self.client)
            .field("state", &self.state)
            .field("position", &self.position)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}

/// One version that was written, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    pub fed: Fed,
    /// Its place in the feed, the same whenever it is read. For the program only: it counts what others write.
    pub place: String,
    /// The cursor to go on from after this one.
    pub after: FeedCursor,
}

const INSERT: &str = "insert into subscription \
    (id, client, secret, state, ends, position, tries, next, holder, held, sent) \
    values ($1, $2, $3, $4, $5, $6, 0, 0, '', 0, 0)";
const TURN: &str = "update subscription set state = $2, ends = $3, position = $4, tries = 0, next = 0, held = 0 \
    where id = $1";
const DROP: &str = "delete from subscription where id = $1";
const HOLD: &str = "update subscription set holder = $2, held = $4 \
    where id = $1 and (holder = $2 or held <= $3) and position = $5 and state in ('requested', 'active')";
const ADVANCE: &str = "update subscription set position = $3, sent = sent + $4, tries = 0, next = 0 \
    where id = $1 and holder = $2 and state = 'active'";
const POSTPONE: &str = "update subscription set tries = $3, next = $4 \
    where id = $1 and holder = $2 and state in ('requested', 'active')";
const BY_ID: &str = "select id, client, secret, state, ends, position, tries, next, sent \
    from subscription where id = $1";
const DUE: &str = "select id, client, secret, state, ends, position, tries, next, sent \
    from subscription where state = $1 and next <= $2 order by next, id limit $3";
const LIVE: &str =
    "select count(*) from subscription where client = $1 and state in ('requested', 'active')";

impl Changes {
    /// The row of a new subscription; its resource is put beside it.
    pub fn create_subscription(&mut self, row: &SubscriptionRow) {
        let params: Vec<Value> = vec![
            (&row.id).into(),
            (&row.client).into(),
            row.secret.as_str().into(),
            row.state.code().into(),
            row.ends.into(),
            row.position.as_str().into(),
        ];
        self.steps.push(Step::one(INSERT, params, "subscription"));
    }

    /// Another state, end or position; failed tries are forgotten.
    pub fn turn_subscription(&mut self, row: &SubscriptionRow) {
        let params: Vec<Value> = vec![
            (&row.id).into(),
            row.state.code().into(),
            row.ends.into(),
            row.position.as_str().into(),
        ];
        self.steps.push(Step::one(TURN, params, "subscription"));
    }

    pub fn drop_subscription(&mut self, id: &Id) {
        self.steps.push(Step::any(DROP, vec![id.into()]));
    }
}

impl Store {
    pub async fn subscription(&self, id: &Id) -> Result<Option<SubscriptionRow>, StoreError> {
        let rows = self.db().query(BY_ID, vec![id.into()]).await?;
        rows.first().map(row_from).transpose()
    }

    /// Live ones whose time has come, at most `limit` of each state.
    pub async fn due_subscriptions(
        &self,
        now: Micros,
        limit: u32,
    ) -> Result<Vec<SubscriptionRow>, StoreError> {
        let mut due = Vec::new();
        for state in ["requested", "active"] {
            let params = vec![state.into(), now.into(), i64::from(limit).into()];
            let rows = self.db().query(DUE, params).await?;
            for row in &rows {
                due.push(row_from(row)?);
            }
        }
        Ok(due)
    }

    /// How many live ones a client has.
    pub async fn live_subscriptions(&self, client: &Id) -> Result<i64, StoreError> {
        let rows = self.db().query(LIVE, vec![client.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    /// Takes a subscription for one process until then, as it was read. False when another one has it, or was quicker.
    pub async fn hold_subscription(
        &self,
        ctx: &Ctx,
        row: &SubscriptionRow,
        holder: &Id,
        until: Micros,
    ) -> Result<bool, StoreError> {
        let params: Vec<Value> = vec![
            (&row.id).into(),
            holder.into(),
            ctx.at.into(),
            until.into(),
            row.position.as_str().into(),
        ];
        self.held(ctx, HOLD, params).await
    }

    /// Remembers what was delivered up to here. False when the subscription is no longer held or live.
    pub async fn advance_subscription(
        &self,
        ctx: &Ctx,
        id: &Id,
        holder: &Id,
        position: &str,
        sent: u32,
    ) -> Result<bool, StoreError> {
        metrics::counter!("renkei_subscription_events_total").increment(u64::from(sent));
        let params = vec![
            id.into(),
            holder.into(),
            position.into(),
            i64::from(sent).into(),
        ];
        self.held(ctx, ADVANCE, params).await
    }

    /// After a delivery that failed: how many in a row by now, and not before when.
    pub async fn postpone_subscription(
        &self,
        ctx: &Ctx,
        id: &Id,
        holder: &Id,
        tries: u32,
        next: Micros,
    ) -> Result<bool, StoreError> {
        metrics::counter!("renkei_subscription_failures_total").increment(1);
        let params = vec![
            id.into(),
            holder.into(),
            i64::from(tries).into(),
            next.into(),
        ];
        self.held(ctx, POSTPONE, params).await
    }

    async fn held(
        &self,
        ctx: &Ctx,
        sql: &'static str,
        params: Vec<Value>,
    ) -> Result<bool, StoreError> {
        let mut changes = Changes::default();
        changes.steps.push(Step::one(sql, params, "subscription"));
        match self.commit(ctx, changes).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// What was written after a cursor, at most `limit`, each with its place: of each writer in its order.
    /// As [`Store::feed`], it is not filtered by anyone's rights.
    pub async fn follow(&self, after: &str, limit: u32) -> Result<Vec<Followed>, StoreError> {
        let mut position = feed::parse(after);
        let written = self.written_after(&position, limit).await?;
        let queues = written.into_iter();
        let mut queues: Vec<_> = queues
            .map(|(chain, written)| (chain, written.into_iter().peekable()))
            .collect();
        let mut followed = Vec::new();
        while followed.len() < limit as usize {
            let waiting = queues.iter_mut().filter_map(|(chain, queue)| {
                let at = queue.peek()?.1.at;
                Some((at, chain, queue))
            });
            let Some((_, chain, queue)) = waiting.min_by_key(|(at, _, _)| *at) else {
                break;
            };
            let Some((seq, fed)) = queue.next() else {
                break;
            };
            position.retain(|(name, _)| name != chain);
            position.push((chain.clone(), seq));
            followed.push(Followed {
                fed,
                place: format!("{chain}:{seq}"),
                after: feed::render(&position),
            });
        }
        Ok(followed)
    }

    /// The cursor behind all that is written.
    pub async fn feed_end(&self) -> Result<FeedCursor, StoreError> {
        let mut position = Vec::new();
        let mut chain = String::new();
        while let Some(next) = self.next_feed_chain(&chain).await? {
            let rows = self
                .db()
                .query(feed::HEAD, vec![next.as_str().into()])
                .await?;
            let seq = rows.first().map_or(Ok(None), |row| row.int_opt(0))?;
            position.extend(seq.map(|seq| (next.clone(), seq)));
            chain = next;
        }
        Ok(feed::render(&position))
    }

    /// Whether this caller may see that version now; with it, whether it is the end of the resource.
    /// Not audited: what is told of it is a reference, and following that one is.
    pub async fn sees_version(
        &self,
        ctx: &Ctx,
        key: &Key,
        version: u32,
    ) -> Result<Option<bool>, StoreError> {
        let Some(current) = self.current(ctx, key).await? else {
            return Ok(None);
        };
        if current.version == version {
            return Ok(Some(current.deleted));
        }
        let earlier = match current.version > version {
            true => self.earlier(ctx, &current, version).await?,
            false => None,
        };
        Ok(earlier.map(|earlier| earlier.deleted))
    }

    /// Whether a search would find this resource for this caller now. Not audited, as [`Store::sees_version`].
    ///
    /// # Errors
    /// [`StoreError::Query`] as of [`Store::search`].
    pub async fn would_find(&self, ctx: &Ctx, query: &Query, id: &Id) -> Result<bool, StoreError> {
        let query = query.clone().with("_id", id.as_str()).count(1);
        let (found, _): (Vec<Stored>, _) = self.matches(ctx, &query).await?;
        Ok(!found.is_empty())
    }
}

fn row_from(row: &Row) -> Result<SubscriptionRow, StoreError> {
    let state = SubscriptionState::from_code(row.text(3)?)
        .ok_or_else(|| StoreError::Corrupt("state of a subscription".to_owned()))?;
    Ok(SubscriptionRow {
        id: row.id(0)?,
        client: row.id(1)?,
        secret: row.text(2)?.to_owned(),
        state,
        ends: row.micros(4)?,
        position: row.text(5)?.to_owned(),
        tries: u32::try_from(row.int(6)?).unwrap_or(u32::MAX),
        next: row.micros(7)?,
        sent: row.int(8)?,
    })
}
