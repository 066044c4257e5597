//! Telling one subscription what it has not been told: in the order of the feed, at least once.
//!
//! What may be told is asked of the store with the client's own rights, at the moment of sending. The position moves only
//! after the endpoint has answered, so that a program that ends in between tells it again, under the same ids.

use std::sync::Arc;

use renkei_access::context::Arrival;
use renkei_access::{Access, Bearer, Interaction};
use renkei_base::clock::Span;
use renkei_base::{Clock, Ctx, Id, Ids, Lang};
use renkei_fhir::subscription::{Event, Subscription, notice};
use renkei_store::{
    Changes, Followed, Note, Query, StoreError, SubscriptionRow, SubscriptionState,
};

use super::letter::{event_id, sealed};
use super::{Courier, Endpoint, Lost, key, rules};
use crate::Care;

/// Changes looked at for one delivery.
const AT_ONCE: u32 = 100;
/// How long one process keeps a subscription without a word: longer than a delivery may take.
const HOLD: Span = Span::seconds(30);
/// Subscriptions of each state that are looked at in one round.
const DUE: u32 = 1_000;

/// All that deliveries need.
#[derive(Clone, Debug)]
pub struct Post<C> {
    pub care: Care,
    pub access: Access,
    pub courier: C,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// This process, among others over the same data.
    pub holder: Id,
}

/// What came of one look at a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Something was delivered, or passed over: there may be more.
    More,
    /// All is told.
    Nothing,
    /// The endpoint did not take it, or another process is at it.
    Later,
    /// It is over.
    Ended,
}

impl<C: Courier> Post<C> {
    /// Subscriptions that something may be due for.
    ///
    /// # Errors
    /// The store's.
    pub async fn due(&self) -> Result<Vec<Id>, StoreError> {
        let rows = self.care.store.due_subscriptions(self.clock.now(), DUE);
        Ok(rows.await?.into_iter().map(|row| row.id).collect())
    }

    /// One delivery at most.
    ///
    /// # Errors
    /// The store's. What was delivered and could not be remembered is delivered again.
    pub async fn tell(&self, id: &Id) -> Result<Told, StoreError> {
        let Some(row) = self.live(id).await? else {
            return Ok(Told::Ended);
        };
        let now = self.clock.now();
        if row.next > now {
            return Ok(Told::Later);
        }
        if row.ends <= now {
            return self.turn(row, SubscriptionState::Off, None).await;
        }
        let Some(bearer) = self.access.on_behalf(&row.client).await? else {
            let why = Some("client-suspended");
            return self.turn(row, SubscriptionState::Error, why).await;
        };
        let Some((view, endpoint)) = self.asked(&row).await? else {
            let why = Some("endpoint-refused");
            return self.turn(row, SubscriptionState::Error, why).await;
        };
        match row.state {
            SubscriptionState::Requested => self.greet(row, endpoint).await,
            _ => self.events(row, &view, endpoint, &bearer).await,
        }
    }

    async fn live(&self, id: &Id) -> Result<Option<SubscriptionRow>, StoreError> {
        let row = self.care.store.subscription(id).await?;
        Ok(row.filter(|row| row.state.is_live()))
    }

    /// The resource, and where to send, if that is still allowed.
    async fn asked(
        &self,
        row: &SubscriptionRow,
    ) -> Result<Option<(Subscription, Endpoint)>, StoreError> {
        let stored = self.care.store.read(&self.program(), &key(row)).await?;
        let view = stored.and_then(|stored| Subscription::from_resource(stored.resource));
        Ok(view.and_then(|view| {
            let endpoint = self.care.hosts.allowed(view.channel("endpoint")).ok()?;
            Some((view, endpoint))
        }))
    }

    /// The first delivery holds nothing; who takes it, wants the others.
    async fn greet(&self, row: SubscriptionRow, endpoint: Endpoint) -> Result<Told, StoreError> {
        if !self.hold(&row).await? {
            return Ok(Told::Later);
        }
        let at = self.clock.now();
        let name = event_id(&row.secret, "handshake");
        let body = notice(&row.id, at, &[]);
        let letter = sealed(endpoint, &row.id, &row.secret, name, at, body);
        match self.courier.post(letter).await {
            Ok(()) => self.turn(row, SubscriptionState::Active, None).await,
            Err(lost) => self.lost(row, lost).await,
        }
    }

    async fn events(
        &self,
        row: SubscriptionRow,
        view: &Subscription,
        endpoint: Endpoint,
        bearer: &Bearer,
    ) -> Result<Told, StoreError> {
        let store = &self.care.store;
        let followed = store.follow(&row.position, AT_ONCE).await?;
        let Some(last) = followed.last() else {
            return Ok(Told::Nothing);
        };
        if !self.hold(&row).await? {
            return Ok(Told::Later);
        }
        let at = self.clock.now();
        let ctx = bearer.ctx(self.arrival());
        let query = super::query(view.criteria()).unwrap_or_default();
        let mut events = Vec::new();
        for one in &followed {
            if bearer.scopes.allows(&query.typ, Interaction::Read) {
                events.extend(self.event(&ctx, &query, &row, one).await?);
            }
        }
        if let Some(first) = events.first() {
            let body = notice(&row.id, at, &events);
            let name = first.id.clone();
            let letter = sealed(endpoint, &row.id, &row.secret, name, at, body);
            if let Err(lost) = self.courier.post(letter).await {
                return self.lost(row, lost).await;
            }
        }
        let sent = u32::try_from(events.len()).unwrap_or(AT_ONCE);
        let program = self.program();
        let kept = store
            .advance_subscription(&program, &row.id, &self.holder, &last.after, sent)
            .await?;
        Ok(if kept { Told::More } else { Told::Later })
    }
    /// The event of one change, if it is asked for and this client may see it now.
    async fn event(
        &self,
        ctx: &Ctx,
        query: &Query,
        row: &SubscriptionRow,
        one: &Followed,
    ) -> Result<Option<Event>, StoreError> {
        let (store, fed) = (&self.care.store, &one.fed);
        if fed.key.typ != query.typ {
            return Ok(None);
        }
        let Some(deleted) = store.sees_version(ctx, &fed.key, fed.version).await? else {
            return Ok(None);
        };
        // What is gone says nothing that a condition could look at.
        if !deleted
            && !query.clauses.is_empty()
            && !store.would_find(ctx, query, &fed.key.id).await?
        {
            return Ok(None);
        }
        Ok(Some(Event {
            id: event_id(&row.secret, &one.place),
            at: fed.at,
            key: fed.key.clone(),
            version: fed.version,
            deleted,
        }))
    }

    async fn hold(&self, row: &SubscriptionRow) -> Result<bool, StoreError> {
        let ctx = self.program();
        let until = ctx.at + HOLD;
        let store = &self.care.store;
        store
            .hold_subscription(&ctx, row, &self.holder, until)
            .await
    }

    /// A pause that grows with each failure, and an end of all tries.
    async fn lost(&self, row: SubscriptionRow, lost: Lost) -> Result<Told, StoreError> {
        let tries = row.tries + 1;
        tracing::warn!(subscription = %row.id, tries, why = %lost.0, "a delivery failed");
        if tries >= rules::TRIES {
            let why = lost.0.as_str();
            return self.turn(row, SubscriptionState::Error, Some(why)).await;
        }
        let ctx = self.program();
        let next = ctx.at + rules::pause(tries);
        let store = &self.care.store;
        store
            .postpone_subscription(&ctx, &row.id, &self.holder, tries, next)
            .await?;
        Ok(Told::Later)
    }

    /// Another state, in the resource too, where everybody who may can read it. Who changed it meanwhile comes first.
    async fn turn(
        &self,
        mut row: SubscriptionRow,
        state: SubscriptionState,
        error: Option<&str>,
    ) -> Result<Told, StoreError> {
        let ctx = self.program();
        let stored = self.care.store.read(&ctx, &key(&row)).await?;
        let Some(stored) = stored.filter(|stored| !stored.deleted) else {
            return Ok(Told::Ended);
        };
        let Some(mut view) = Subscription::from_resource(stored.resource.clone()) else {
            return Ok(Told::Ended);
        };
        view.set_status(state.code());
        view.set_error(error);
        row.state = state;
        let (action, done) = match state {
            SubscriptionState::Active => ("subscription.start", Told::More),
            SubscriptionState::Error => ("subscription.fail", Told::Ended),
            _ => ("subscription.end", Told::Ended),
        };
        let mut changes = Changes::default();
        changes.update(&stored, view.into_resource());
        changes.turn_subscription(&row);
        let detail = error.map(|why| format!("reason={why}")).unwrap_or_default();
        changes.note(Note::new(action).what(stored.key.clone()).detail(detail));
        match self.care.store.commit(&ctx, changes).await {
            Ok(_) => Ok(done),
            Err(StoreError::Conflict(_)) => Ok(Told::Later),
            Err(other) => Err(other),
        }
    }

    fn program(&self) -> Ctx {
        Ctx::program(self.clock.now(), Arc::clone(&self.ids))
    }

    fn arrival(&self) -> Arrival {
        Arrival {
            at: self.clock.now(),
            request: self.ids.id(),
            lang: Lang::Ja,
            address: None,
            ids: Arc::clone(&self.ids),
        }
    }
}
