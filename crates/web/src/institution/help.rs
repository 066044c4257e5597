//! Where to turn to, told beside the list: to who speaks of dying, before anything else; and to whom the list says nothing.

use renkei_base::Id;
use renkei_directory::finder::{Hit, speaks_of_dying};
use renkei_directory::{Filter, Kind, Search, institution};

use super::wanted::{self, Wanted};
use crate::error::Answer;
use crate::start::{self, Link};
use crate::state::App;
use crate::visit::Visit;

/// Desks that are named; the others are a list away.
const DESKS: usize = 5;
/// The tag of those who listen to it, and its trouble in the table of everyday words.
const DYING: (&str, &str) = ("suicidal", "dying");

/// What is told.
pub(super) struct Help {
    /// Whether somebody may be in danger.
    pub(super) danger: bool,
    /// Whether the list is empty, and nothing in the address is to blame.
    pub(super) nothing: bool,
    /// Those who listen to who wants to die, the near first, with their telephone numbers.
    pub(super) listeners: Vec<(Hit, String)>,
    /// How many consultation desks there are.
    pub(super) desks: usize,
    /// Worries and troubles to choose from.
    pub(super) worries: Vec<Link>,
}

pub(super) async fn of(
    app: &App,
    v: &Visit,
    asked: &Wanted,
    nothing: bool,
) -> Result<Help, Answer> {
    let (tag, trouble) = DYING;
    let danger =
        speaks_of_dying(asked.one("q")) || asked.has("tag", tag) || asked.has("trouble", trouble);
    let mut worries = Vec::new();
    if nothing {
        worries = start::worries(app, v);
        worries.extend(start::listened_to(app, v).await?);
    }
    let kinds = app.finder.kinds();
    let desks = kinds
        .iter()
        .find(|(kind, _)| *kind == Kind::ConsultationDesk);
    Ok(Help {
        danger,
        nothing,
        listeners: if danger {
            listeners(app, v, asked).await?
        } else {
            Vec::new()
        },
        desks: desks.map_or(0, |(_, count)| *count),
        worries,
    })
}

async fn listeners(app: &App, v: &Visit, asked: &Wanted) -> Result<Vec<(Hit, String)>, Answer> {
    let near = match asked.one("municipality") {
        "" => wanted::own_place(app, v),
        chosen => Some(chosen.to_owned()),
    };
    let search = Search {
        filter: Filter {
            kinds: vec![Kind::ConsultationDesk, Kind::HealthCentre],
            tags: vec![DYING.0.to_owned()],
            ..Filter::default()
        },
        around: near
            .as_deref()
            .map(|near| wanted::around(app, v, near))
            .unwrap_or_default(),
        near,
        limit: DESKS,
        ..Search::default()
    };
    let hits = app.finder.search(&search).hits;
    let ids: Vec<Id> = hits.iter().map(|hit| hit.id.clone()).collect();
    let mut phones = institution::phones(&app.store, &v.ctx, &ids).await?;
    let with_phone = |hit: Hit| {
        let phone = phones.remove(&hit.id).unwrap_or_default();
        (hit, phone)
    };
    Ok(hits.into_iter().map(with_phone).collect())
}
