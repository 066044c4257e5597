//! 合併: municipalities that become one on a day (or one that is divided). Membership before and after that day stays
//! right; a merger that was wrong is taken back.

use std::collections::BTreeSet;

use jiff::civil::Date;
use renkei_access::policy::Action;
use renkei_base::{Ctx, Id, Micros, Refusal};
use renkei_store::area::AreaMemberRow;
use renkei_store::merger::MergerRow;
use renkei_store::municipality::MunicipalityRow;
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use super::merger_check::checked;
use super::merger_undo::Before;
use super::{AreaKind, Areas, Atlas, Member};
use crate::gate;
use crate::municipality::{Municipality, MunicipalityKind};

/// A municipality that others become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Successor {
    /// Six digits: new, or one that is there.
    pub code: String,
    /// Needed where it is new.
    pub name: String,
    pub kana: String,
}

/// What a person says of a merger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merger {
    /// Six digits each; those that end. One that takes in the others may be named too, and stays.
    pub from: Vec<String>,
    /// One; several where a municipality is divided.
    pub into: Vec<Successor>,
    /// The first day of the new.
    pub on: Date,
    /// Where those that end belong to different areas of a kind: the area that the new one belongs to.
    pub areas: Vec<(AreaKind, String)>,
}

/// What a merger changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Those that end, then those that are new.
    pub municipalities: Vec<MunicipalityRow>,
    pub members: Vec<AreaMemberRow>,
    /// Each kind of area in which one of them is.
    pub kinds: Vec<KindChange>,
}

impl Merged {
    /// Kinds in which a person has to say where the new one belongs.
    pub fn undecided(&self) -> impl Iterator<Item = &KindChange> {
        self.kinds.iter().filter(|one| one.undecided)
    }
}

/// What a merger changes in the areas of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindChange {
    pub kind: AreaKind,
    /// Municipality and area, as it is on the eve.
    pub before: Vec<(String, String)>,
    /// Municipality and area, from the day on.
    pub after: Vec<(String, String)>,
    /// The areas that it can be.
    pub choices: Vec<String>,
    pub undecided: bool,
}

/// What a merger would change, and how everything would be with it.
#[derive(Clone, Debug)]
pub struct Preview {
    pub merged: Merged,
    pub after: Atlas,
}

/// Looks at a merger: what it would change. Nothing is written.
pub fn look(atlas: &Atlas, merger: &Merger, at: Micros) -> Result<Preview, Refusal> {
    let merged = decide(atlas, merger, at)?;
    let after = atlas.with_rows(&merged.municipalities, &merged.members);
    Ok(Preview { merged, after })
}

/// Merges municipalities. Returns under which id it is recorded.
///
/// # Errors
/// `Invalid` on `from`, `into`, `name`, `on`, `areas`; `Conflict` where somebody changed one of them at the same moment.
pub async fn merge(store: &Store, ctx: &Ctx, merger: &Merger) -> Result<Id, Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    // Before the atlas: what is changed in between is noticed by the commit.
    let rows = store.municipalities().await?;
    let atlas = Areas::load(store).await?.atlas();
    let merged = decide(&atlas, merger, ctx.at)?;
    if merged.undecided().next().is_some() {
        return Err(Refusal::fault("areas", "fault-merger-area").into());
    }
    let id = ctx.ids.id();
    let mut changes = Changes::default();
    write(&mut changes, ctx, &id, merger, &merged, &atlas, &rows);
    match store.commit(ctx, changes).await {
        Ok(_) => Ok(id),
        Err(StoreError::Conflict(_)) => Err(Refusal::Conflict.into()),
        Err(other) => Err(other.into()),
    }
}

/// The commit of a merger. `rows` are the municipalities that it stands on.
pub(crate) fn write(
    changes: &mut Changes,
    ctx: &Ctx,
    id: &Id,
    merger: &Merger,
    merged: &Merged,
    atlas: &Atlas,
    rows: &[MunicipalityRow],
) {
    for row in &merged.municipalities {
        match rows.iter().find(|old| old.code == row.code) {
            Some(old) => changes.change_municipality(row, old.updated),
            None => changes.add_municipality(row),
        }
    }
    for row in &merged.members {
        changes.put_area_member(row);
    }
    let ended = merged.municipalities.iter();
    let ended = ended.filter(|row| !row.successors.is_empty());
    let predecessors: Vec<String> = ended.map(|row| row.code.clone()).collect();
    let successors: Vec<String> = merger.into.iter().map(|one| one.code.clone()).collect();
    let detail = format!(
        "{} {} {}",
        predecessors.join(" "),
        successors.join(" "),
        merger.on
    );
    changes.note(Note::new("area.merge").detail(detail));
    changes.add_merger(&MergerRow {
        id: id.clone(),
        on_day: merger.on.to_string(),
        predecessors,
        successors,
        before: Before::of(atlas, merged).text(),
        recorded: ctx.at,
        account: ctx.caller.account.clone(),
        undone: None,
        undone_by: None,
    });
}

/// The rows that a merger writes.
pub fn decide(atlas: &Atlas, merger: &Merger, at: Micros) -> Result<Merged, Refusal> {
    let old = checked(atlas, merger, at)?;
    let eve = merger.on.yesterday().unwrap_or(merger.on);
    let mut merged = Merged::default();
    for one in &old {
        let mut row = row_of(one, at);
        row.valid_to = eve.to_string();
        row.successors = merger.into.iter().map(|one| one.code.clone()).collect();
        merged.municipalities.push(row);
    }
    for one in &merger.into {
        if atlas.municipality(&one.code).is_none() {
            merged.municipalities.push(new_row(one, merger.on, at));
        }
    }
    for kind in AreaKind::ALL {
        let change = Change {
            atlas,
            merger,
            old: &old,
            kind,
            eve,
            at,
        };
        change.write(&mut merged)?;
    }
    Ok(merged)
}

/// One kind of area in a merger.
struct Change<'a> {
    atlas: &'a Atlas,
    merger: &'a Merger,
    old: &'a [&'a Municipality],
    kind: AreaKind,
    eve: Date,
    at: Micros,
}

impl Change<'_> {
    fn write(&self, merged: &mut Merged) -> Result<(), Refusal> {
        let ended: Vec<&Member> = self
            .old
            .iter()
            .flat_map(|one| self.held(&one.code, self.eve))
            .collect();
        if ended.is_empty() {
            return Ok(());
        }
        let place = |member: &&Member| -> (String, String) {
            (member.municipality.clone(), member.area.clone())
        };
        let mut told = KindChange {
            kind: self.kind,
            before: ended.iter().map(place).collect(),
            after: Vec::new(),
            choices: Vec::new(),
            undecided: false,
        };
        merged
            .members
            .extend(ended.iter().map(|member| self.until(member)));
        for into in &self.merger.into {
            self.successor(&into.code, &ended, &mut told, merged)?;
        }
        merged.kinds.push(told);
        Ok(())
    }

    /// Where a successor belongs.
    fn successor(
        &self,
        code: &str,
        ended: &[&Member],
        told: &mut KindChange,
        merged: &mut Merged,
    ) -> Result<(), Refusal> {
        let stays: Vec<&Member> = self.held(code, self.merger.on).collect();
        for member in &stays {
            told.before.push((code.to_owned(), member.area.clone()));
        }
        let own: BTreeSet<&str> = stays.iter().map(|member| member.area.as_str()).collect();
        let all: BTreeSet<&str> = ended.iter().map(|member| member.area.as_str()).collect();
        let all: BTreeSet<&str> = all.union(&own).copied().collect();
        let mut chosen: BTreeSet<&str> = all.clone();
        if all.len() > 1 && !self.kind.divides() {
            told.choices = all.iter().map(|area| (*area).to_owned()).collect();
            chosen = match self.said(&all)? {
                Some(area) => [area].into(),
                // One that takes in others stays where it is.
                None if !own.is_empty() => own.clone(),
                None => {
                    told.undecided = true;
                    return Ok(());
                }
            };
        }
        for member in stays
            .iter()
            .filter(|one| !chosen.contains(one.area.as_str()))
        {
            merged.members.push(self.until(member));
        }
        for area in &chosen {
            told.after.push((code.to_owned(), (*area).to_owned()));
            if !own.contains(area) {
                let until = ended.iter().find(|member| member.area == **area);
                let until = until.and_then(|member| member.validity.to);
                merged.members.push(AreaMemberRow {
                    kind: self.kind.code().to_owned(),
                    area: (*area).to_owned(),
                    municipality: code.to_owned(),
                    valid_from: self.merger.on.to_string(),
                    valid_to: until.map(|day| day.to_string()).unwrap_or_default(),
                    updated: self.at,
                });
            }
        }
        Ok(())
    }

    /// The area of this kind that was chosen.
    fn said<'b>(&self, all: &BTreeSet<&'b str>) -> Result<Option<&'b str>, Refusal> {
        let said = self.merger.areas.iter();
        let Some((_, area)) = said.into_iter().find(|(kind, _)| *kind == self.kind) else {
            return Ok(None);
        };
        match all.get(area.as_str()) {
            Some(area) => Ok(Some(area)),
            None => Err(Refusal::fault("areas", "fault-merger-area")),
        }
    }

    fn held(&self, code: &str, day: Date) -> impl Iterator<Item = &Member> {
        let all = self.atlas.memberships(code);
        all.filter(move |member| member.kind == self.kind && member.validity.holds(day))
    }

    /// A membership that ends on the eve.
    fn until(&self, member: &Member) -> AreaMemberRow {
        AreaMemberRow {
            valid_to: self.eve.to_string(),
            ..member_row(member, self.at)
        }
    }
}

fn new_row(one: &Successor, on: Date, at: Micros) -> MunicipalityRow {
    let kind = MunicipalityKind::of_name(&one.name);
    MunicipalityRow {
        code: one.code.clone(),
        name: one.name.clone(),
        kana: renkei_base::name::to_hiragana(&one.kana),
        kind: kind
            .map(MunicipalityKind::code)
            .unwrap_or_default()
            .to_owned(),
        valid_from: on.to_string(),
        valid_to: String::new(),
        successors: Vec::new(),
        updated: at,
    }
}

/// The row that a municipality is written as.
pub(crate) fn row_of(one: &Municipality, at: Micros) -> MunicipalityRow {
    let (valid_from, valid_to) = one.validity.text();
    MunicipalityRow {
        code: one.code.clone(),
        name: one.name.clone(),
        kana: one.kana.clone(),
        kind: one
            .kind
            .map(MunicipalityKind::code)
            .unwrap_or_default()
            .to_owned(),
        valid_from,
        valid_to,
        successors: one.successors.clone(),
        updated: at,
    }
}

/// The row that a membership is written as.
pub(crate) fn member_row(member: &Member, at: Micros) -> AreaMemberRow {
    let (valid_from, valid_to) = member.validity.text();
    AreaMemberRow {
        kind: member.kind.code().to_owned(),
        area: member.area.clone(),
        municipality: member.municipality.clone(),
        valid_from,
        valid_to,
        updated: at,
    }
}
