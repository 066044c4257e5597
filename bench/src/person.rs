//! People who are signed in: made and let in as in the sample region, without passwords.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use renkei_access::{Access, DemoMode, NewPerson};
use renkei_base::{Clock, Ctx, Id, Ids, Lang, Role, Roles};
use renkei_store::{Changes, Store};

use crate::Done;
use crate::machine::MachineClock;

/// Accounts of liaison clerks and doctors of an institution.
pub(crate) async fn staff(
    store: &Store,
    access: &Access,
    mode: &DemoMode,
    ids: &Arc<dyn Ids>,
    institution: &Id,
    many: usize,
) -> Done<Vec<Id>> {
    let ctx = Ctx::program(MachineClock.now(), Arc::clone(ids));
    let mut changes = Changes::default();
    let mut accounts = Vec::with_capacity(many);
    for number in 0..many {
        let role = if number % 3 == 0 {
            Role::Doctor
        } else {
            Role::LiaisonClerk
        };
        let person = NewPerson {
            login: format!("bench{number}.{}", ids.id()),
            name: format!("見本 {number}"),
            kana: "ミホン".to_owned(),
            institution: Some(institution.clone()),
            roles: Roles::new([role]),
            lang: Lang::Ja,
        };
        let made = access.enter_person(mode, &ctx, &person, &mut changes);
        accounts.push(made.map_err(|refusal| format!("{refusal:?}"))?.id);
    }
    store.commit(&ctx, changes).await?;
    Ok(accounts)
}

/// Session tokens of new people of an institution.
pub(crate) async fn signed_in(
    store: &Store,
    access: &Access,
    ids: &Arc<dyn Ids>,
    institution: &Id,
    many: usize,
) -> Done<Vec<String>> {
    let ctx = Ctx::program(MachineClock.now(), Arc::clone(ids));
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let mode = access.demo_mode(&ctx, here).await?;
    let mut tokens = Vec::with_capacity(many);
    for account in staff(store, access, &mode, ids, institution, many).await? {
        let session = access.become_person(&mode, &ctx, &account, "bench").await?;
        tokens.push(session.token.reveal().to_owned());
    }
    Ok(tokens)
}
