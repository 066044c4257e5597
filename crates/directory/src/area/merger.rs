//! 合併: municipalities that become one on a day. Membership before and after that day stays right.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use renkei_access::policy::Action;
use renkei_base::code::MunicipalityCode;
use renkei_base::{Ctx, Fault, Micros, Refusal};
use renkei_store::area::AreaMemberRow;
use renkei_store::municipality::MunicipalityRow;
use renkei_store::{Changes, Failure, Note, Store};

use super::{AreaKind, Areas, Atlas, Member};
use crate::gate;
use crate::municipality::{Municipality, MunicipalityKind};

/// What a person says of a merger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merger {
    /// Six digits each; those that end. Not `into`, where one of them takes in the others.
    pub from: Vec<String>,
    /// Six digits: new, or one that is there.
    pub into: String,
    /// Needed where it is new.
    pub name: String,
    pub kana: String,
    /// The first day of the new.
    pub on: Date,
}

/// What a merger changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    pub municipalities: Vec<MunicipalityRow>,
    pub members: Vec<AreaMemberRow>,
    /// Kinds in which the old ones belonged to different areas, so that a person has to say where the new one belongs.
    pub undecided: Vec<AreaKind>,
}

/// Merges municipalities. Returns the kinds of area that a person has to decide.
pub async fn merge(store: &Store, ctx: &Ctx, merger: &Merger) -> Result<Vec<AreaKind>, Failure> {
    gate::region(ctx, Action::DirectoryEdit)?;
    let atlas = Areas::load(store).await?.atlas();
    let merged = decide(&atlas, merger, ctx.at)?;
    let mut changes = Changes::default();
    for row in &merged.municipalities {
        changes.put_municipality(row);
    }
    for row in &merged.members {
        changes.put_area_member(row);
    }
    let detail = format!("{} {} {}", merger.from.join(" "), merger.into, merger.on);
    changes.note(Note::new("area.merge").detail(detail));
    store.commit(ctx, changes).await?;
    Ok(merged.undecided)
}

/// The rows that a merger writes.
pub fn decide(atlas: &Atlas, merger: &Merger, at: Micros) -> Result<Merged, Refusal> {
    let old = checked(atlas, merger)?;
    let eve = merger.on.yesterday().unwrap_or(merger.on);
    let mut merged = Merged::default();
    for one in &old {
        let mut row = row_of(one, at);
        row.valid_to = eve.to_string();
        row.successors = vec![merger.into.clone()];
        merged.municipalities.push(row);
    }
    if atlas.municipality(&merger.into).is_none() {
        merged.municipalities.push(new_row(merger, at));
    }
    for kind in AreaKind::ALL {
        let ended: Vec<&Member> = old
            .iter()
            .flat_map(|one| atlas.memberships(&one.code))
            .filter(|member| member.kind == kind && member.validity.holds(eve))
            .collect();
        merged
            .members
            .extend(ended.iter().map(|member| AreaMemberRow {
                valid_to: eve.to_string(),
                ..member_row(member, at)
            }));
        let into = atlas.memberships(&merger.into);
        let stays: Vec<&Member> = into
            .filter(|member| member.kind == kind && member.validity.holds(merger.on))
            .collect();
        let areas: BTreeSet<&str> = ended
            .iter()
            .chain(&stays)
            .map(|member| member.area.as_str())
            .collect();
        if areas.len() > 1 && !kind.divides() {
            merged.undecided.push(kind);
        } else {
            let new = areas
                .into_iter()
                .filter(|area| stays.iter().all(|member| member.area != *area));
            merged.members.extend(new.map(|area| AreaMemberRow {
                kind: kind.code().to_owned(),
                area: area.to_owned(),
                municipality: merger.into.clone(),
                valid_from: merger.on.to_string(),
                valid_to: String::new(),
                updated: at,
            }));
        }
    }
    Ok(merged)
}

/// The municipalities that end, or what is wrong with what was said.
fn checked<'a>(atlas: &'a Atlas, merger: &Merger) -> Result<Vec<&'a Municipality>, Refusal> {
    let mut faults = Vec::new();
    let mut old: BTreeMap<&str, &Municipality> = BTreeMap::new();
    for code in merger.from.iter().filter(|code| **code != merger.into) {
        match atlas.municipality(code) {
            Some(one) if one.validity.holds(merger.on) => {
                old.insert(&one.code, one);
            }
            Some(_) => faults.push(Fault::new("from", "fault-merger-over").with("code", code)),
            None => faults.push(Fault::new("from", "fault-merger-unknown").with("code", code)),
        }
    }
    if old.is_empty() && faults.is_empty() {
        faults.push(Fault::new("from", "fault-merger-none"));
    }
    match MunicipalityCode::parse(&merger.into) {
        Err(fault) => faults.push(fault.fault("into")),
        Ok(code) if code.as_str() != merger.into => {
            faults.push(Fault::new("into", "fault-merger-digits"));
        }
        Ok(_) => match atlas.municipality(&merger.into) {
            Some(one) if !one.validity.holds(merger.on) => {
                faults.push(Fault::new("into", "fault-merger-over").with("code", &merger.into));
            }
            None if MunicipalityKind::of_name(&merger.name).is_none() => {
                faults.push(Fault::new("name", "fault-merger-name"));
            }
            _ => {}
        },
    }
    if faults.is_empty() {
        Ok(old.into_values().collect())
    } else {
        Err(Refusal::Invalid(faults))
    }
}

fn new_row(merger: &Merger, at: Micros) -> MunicipalityRow {
    let kind = MunicipalityKind::of_name(&merger.name);
    MunicipalityRow {
        code: merger.into.clone(),
        name: merger.name.clone(),
        kana: renkei_base::name::to_hiragana(&merger.kana),
        kind: kind
            .map(MunicipalityKind::code)
            .unwrap_or_default()
            .to_owned(),
        valid_from: merger.on.to_string(),
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

fn member_row(member: &Member, at: Micros) -> AreaMemberRow {
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
