//! A merger that was wrong is taken back: the rows become what they were before it.

use std::collections::BTreeSet;

use renkei_access::policy::Action;
use renkei_base::{Ctx, Id, Micros, Refusal};
use renkei_store::area::AreaMemberRow;
use renkei_store::merger::MergerRow;
use renkei_store::municipality::MunicipalityRow;
use renkei_store::{Changes, Failure, Note, Store, StoreError};
use serde::{Deserialize, Serialize};

use super::merger::{Merged, member_row, row_of};
use super::{Areas, Atlas, Member};
use crate::gate;

/// The rows that a merger wrote over, and those that it made: as they are kept beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Before {
    /// Code, name, kana, kind, first day, last day, successors.
    municipalities: Vec<[String; 7]>,
    /// Kind, area, municipality, first day, last day.
    members: Vec<[String; 5]>,
    /// Codes of municipalities that were not there.
    made: Vec<String>,
    /// Memberships that were not there.
    begun: Vec<[String; 5]>,
}

impl Before {
    /// How it is, of the rows that a merger writes.
    pub(super) fn of(atlas: &Atlas, merged: &Merged) -> Self {
        let mut before = Self::default();
        for row in &merged.municipalities {
            match atlas.municipality(&row.code) {
                Some(one) => before
                    .municipalities
                    .push(municipality(row_of(one, Micros::default()))),
                None => before.made.push(row.code.clone()),
            }
        }
        for row in &merged.members {
            let same = |one: &&Member| {
                let known = member_row(one, Micros::default());
                (&known.kind, &known.area, &known.valid_from)
                    == (&row.kind, &row.area, &row.valid_from)
            };
            match atlas.memberships(&row.municipality).find(same) {
                Some(one) => before
                    .members
                    .push(member(member_row(one, Micros::default()))),
                None => before.begun.push(member(row.clone())),
            }
        }
        before
    }

    pub(super) fn text(&self) -> String {
        // Texts in lists always become JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("merger: {error}")))
    }
}

fn municipality(row: MunicipalityRow) -> [String; 7] {
    let successors = row.successors.join(" ");
    [
        row.code,
        row.name,
        row.kana,
        row.kind,
        row.valid_from,
        row.valid_to,
        successors,
    ]
}

fn member(row: AreaMemberRow) -> [String; 5] {
    [
        row.kind,
        row.area,
        row.municipality,
        row.valid_from,
        row.valid_to,
    ]
}

fn municipality_row(kept: &[String; 7], updated: Micros) -> MunicipalityRow {
    let [code, name, kana, kind, valid_from, valid_to, successors] = kept.clone();
    MunicipalityRow {
        code,
        name,
        kana,
        kind,
        valid_from,
        valid_to,
        successors: successors.split_whitespace().map(str::to_owned).collect(),
        updated,
    }
}

fn area_member_row(kept: &[String; 5], updated: Micros) -> AreaMemberRow {
    let [kind, area, municipality, valid_from, valid_to] = kept.clone();
    AreaMemberRow {
        kind,
        area,
        municipality,
        valid_from,
        valid_to,
        updated,
    }
}

/// Whether a later merger stands on this one: that has to be taken back first.
pub fn stands_on<'a>(all: &'a [MergerRow], one: &MergerRow) -> Option<&'a MergerRow> {
    let codes = |row: &MergerRow| -> BTreeSet<String> {
        let all = row.predecessors.iter().chain(&row.successors);
        all.cloned().collect()
    };
    let own = codes(one);
    all.iter().find(|other| {
        other.undone.is_none()
            && (other.recorded, &other.id) > (one.recorded, &one.id)
            && !codes(other).is_disjoint(&own)
    })
}

/// Takes a merger back, as if it had never been said.
///
/// # Errors
/// `NotFound`; `refuse-merger-undone`, `refuse-merger-later`.
pub async fn undo(store: &Store, ctx: &Ctx, id: &Id) -> Result<(), Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    let one = store.merger(id).await?.ok_or(Refusal::NotFound)?;
    if one.undone.is_some() {
        return Err(Refusal::not_now("refuse-merger-undone").into());
    }
    if stands_on(&store.mergers().await?, &one).is_some() {
        return Err(Refusal::not_now("refuse-merger-later").into());
    }
    let before = Before::parse(&one.before)?;
    let atlas = Areas::load(store).await?.atlas();
    let mut changes = Changes::default();
    for kept in &before.begun {
        changes.remove_area_member(&area_member_row(kept, ctx.at));
    }
    for code in &before.made {
        // Lists of areas may have said more of it since.
        for member in atlas.memberships(code) {
            changes.remove_area_member(&member_row(member, ctx.at));
        }
        changes.remove_municipality(code);
    }
    for kept in &before.members {
        changes.put_area_member(&area_member_row(kept, ctx.at));
    }
    for kept in &before.municipalities {
        changes.put_municipality(&municipality_row(kept, ctx.at));
    }
    changes.undo_merger(id, ctx.at, ctx.caller.account.as_ref());
    changes.note(Note::new("area.unmerge").detail(format!(
        "{} {} {}",
        one.predecessors.join(" "),
        one.successors.join(" "),
        one.on_day
    )));
    match store.commit(ctx, changes).await {
        Ok(_) => Ok(()),
        Err(StoreError::Conflict(_)) => Err(Refusal::not_now("refuse-merger-undone").into()),
        Err(other) => Err(other.into()),
    }
}
