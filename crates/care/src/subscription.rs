//! Subscriptions: a program is told that something changed which it may see, and asks for it itself.
//!
//! | file | holds |
//! |---|---|
//! | `endpoint` | where deliveries may go |
//! | `rules` | what may be asked for; pauses between tries |
//! | `letter` | one delivery: its headers and its signature |
//! | [`deliver`] | telling one subscription what it has not been told |

pub mod deliver;
mod endpoint;
mod letter;
mod rules;

use renkei_base::{Ctx, Fault, Id, Machine, Micros, Reach, Refusal, Scope};
use renkei_fhir::subscription::Subscription;
use renkei_fhir::{Key, Resource};
use renkei_store::{Changes, Note, Place, StoreError, Stored, SubscriptionRow, SubscriptionState};

pub use self::endpoint::{Endpoint, Hosts};
pub use self::letter::{Courier, Letter, Lost};
pub use self::rules::query;
use crate::fhir::Denied;
use crate::fhir::door::{Door, Planned};

/// Asks for being told. The answer shows the secret that deliveries are signed with, once.
pub(crate) async fn create(door: &mut Door<'_>, sent: &Resource) -> Result<Planned, Denied> {
    let key = sent.key().ok_or(Refusal::NotFound)?;
    door.tried = Note::new("subscription.create").what(key.clone());
    let (client, holder) = system(door.ctx)?;
    let mut view = Subscription::from_resource(sent.clone()).ok_or(Refusal::NotFound)?;
    view.hide_secret();
    let hosts = &door.care.hosts;
    let (query, _) = rules::checked(&view, hosts, door.ctx.at)?;
    known(door, &query).await?;
    room(door, &client).await?;
    let row = SubscriptionRow {
        id: key.id.clone(),
        client,
        secret: hex(&door.ctx.ids.secret()),
        state: SubscriptionState::Requested,
        ends: rules::ends(&view).unwrap_or(Micros::NEVER),
        position: door.care.store.feed_end().await?,
        tries: 0,
        next: door.ctx.at,
        sent: 0,
    };
    let mut changes = Changes::default();
    let place = Place {
        patient: None,
        scope: Scope::Record,
        owner: Some(holder),
    };
    changes.create(view.into_resource(), place);
    changes.create_subscription(&row);
    changes.note(door.tried.clone());
    Ok(Planned {
        secret: Some(row.secret),
        ..Planned::created(key, changes)
    })
}

/// Ends it (`off`), begins again (`requested`), or changes what does not matter to deliveries.
pub(crate) async fn update(
    door: &mut Door<'_>,
    stored: &Stored,
    sent: &Resource,
) -> Result<Planned, Denied> {
    door.tried = Note::new("subscription.change").what(stored.key.clone());
    let mut row = own(door, stored).await?;
    let mut wanted = Subscription::from_resource(sent.clone()).ok_or(Refusal::NotFound)?;
    wanted.hide_secret();
    let mut view = Subscription::from_resource(stored.resource.clone()).ok_or(Refusal::NotFound)?;
    fixed(&view, &wanted)?;
    for name in ["end", "reason", "contact"] {
        view.replace(name, wanted.resource().get(name).cloned());
    }
    row.ends = rules::ends(&view)
        .filter(|end| *end > door.ctx.at)
        .ok_or_else(|| fault("end", "fault-subscription-end"))?;
    turn(door, &mut row, &mut view, wanted.status()).await?;
    if *view.resource() == stored.resource {
        return Ok(Planned::unchanged(stored.key.clone()));
    }
    let mut changes = Changes::default();
    changes.update(stored, view.into_resource());
    changes.turn_subscription(&row);
    let action = match row.state {
        SubscriptionState::Off => "subscription.end",
        _ => "subscription.change",
    };
    changes.note(Note::new(action).what(stored.key.clone()));
    Ok(Planned::updated(stored.key.clone(), changes))
}

/// Ends it for good, with its secret.
pub(crate) async fn delete(door: &mut Door<'_>, stored: &Stored) -> Result<Planned, Denied> {
    door.tried = Note::new("subscription.end").what(stored.key.clone());
    let row = own(door, stored).await?;
    let mut changes = Changes::default();
    changes.delete(stored);
    changes.drop_subscription(&row.id);
    changes.note(door.tried.clone());
    Ok(Planned::deleted(stored.key.clone(), changes))
}

/// The resource as the answer shows it.
pub(crate) fn shown(resource: Resource, secret: Option<&str>) -> Resource {
    let Some(secret) = secret else {
        return resource;
    };
    let mut resource = resource;
    if let Some(mut view) = Subscription::from_resource(resource.clone()) {
        view.show_secret(secret);
        resource = view.into_resource();
    }
    resource
}

/// The caller and whose its subscriptions are, when it is a program that sees anything of patients: the system of an
/// institution, whose subscriptions are the institution's, or a gateway, whose are its own.
fn system(ctx: &Ctx) -> Result<(Id, Id), Refusal> {
    let refused = || Refusal::forbidden("refuse-subscription-machine");
    let client = ctx.caller.account.clone().ok_or_else(refused)?;
    match (ctx.caller.machine, &ctx.reach) {
        (Some(Machine::Institution), Reach::Granted(_)) => Ok((client, ctx.institution()?.clone())),
        (Some(Machine::Gateway), Reach::Granted(_)) => Ok((client.clone(), client)),
        _ => Err(refused()),
    }
}

/// Whether the search is one that this program can do.
async fn known(door: &Door<'_>, query: &renkei_store::Query) -> Result<(), Denied> {
    let none = &door.ctx.request;
    match door.care.store.would_find(door.ctx, query, none).await {
        Ok(_) => Ok(()),
        Err(StoreError::Query(name)) => {
            let mut fault = Fault::new("Subscription.criteria", "fault-subscription-parameter");
            fault.args.push(("name".to_owned(), name));
            Err(Refusal::Invalid(vec![fault]).into())
        }
        Err(other) => Err(other.into()),
    }
}

async fn room(door: &Door<'_>, client: &Id) -> Result<(), Denied> {
    match door.care.store.live_subscriptions(client).await? < rules::LIVE {
        true => Ok(()),
        false => Err(Refusal::not_now("refuse-subscription-many").into()),
    }
}

/// Its row, if this client made it. Others of the institution only read it.
async fn own(door: &Door<'_>, stored: &Stored) -> Result<SubscriptionRow, Denied> {
    let (client, _) = system(door.ctx)?;
    let row = door.care.store.subscription(&stored.key.id).await?;
    let row = row.ok_or(Refusal::NotFound)?;
    match row.client == client {
        true => Ok(row),
        false => Err(Refusal::forbidden("refuse-subscription-other").into()),
    }
}

/// What is told, and where, stays: anything else is another subscription.
fn fixed(stored: &Subscription, wanted: &Subscription) -> Result<(), Refusal> {
    let allowed = ["status", "end", "reason", "contact", "error"];
    let changed = crate::fhir::differs(stored.resource(), wanted.resource());
    crate::fhir::only(Subscription::TYPE, &changed, &allowed)?;
    match wanted.reason().trim().is_empty() {
        true => Err(fault("reason", "fault-required")),
        false => Ok(()),
    }
}

async fn turn(
    door: &Door<'_>,
    row: &mut SubscriptionRow,
    view: &mut Subscription,
    wanted: &str,
) -> Result<(), Denied> {
    let was = row.state;
    let wish = SubscriptionState::from_code(wanted);
    row.state = match wish.ok_or_else(|| fault("status", "fault-subscription-status"))? {
        wish if wish == was => was,
        SubscriptionState::Off => SubscriptionState::Off,
        // Read before it was answered, or sent back with other words.
        _ if was.is_live() => was,
        SubscriptionState::Requested => SubscriptionState::Requested,
        _ => return Err(fault("status", "fault-subscription-status").into()),
    };
    if row.state == SubscriptionState::Requested && !was.is_live() {
        room(door, &row.client).await?;
        view.set_error(None);
        // After an error it goes on where it stopped; after an end of its own it begins anew.
        if was == SubscriptionState::Off {
            row.position = door.care.store.feed_end().await?;
        }
    }
    view.set_status(row.state.code());
    Ok(())
}

fn fault(element: &str, key: &'static str) -> Refusal {
    Refusal::Invalid(vec![Fault::new(format!("Subscription.{element}"), key)])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The key of the resource beside a row.
fn key(row: &SubscriptionRow) -> Key {
    Subscription::key(&row.id)
}
