//! What a guide says of an institution.

use renkei_base::Id;
use renkei_fhir::{Key, Location, Organization};
use renkei_store::guide::GuideRow;
use renkei_store::{Store, StoreError};
use serde::{Deserialize, Serialize};

use super::Audience;
use crate::finder::Hit;
use crate::function::{self, FunctionState};
use crate::institution::contact_of;
use crate::opening::What;
use crate::profile::hours::{self, Block, Day};
use crate::tag;

/// Institutions read at a time.
const SOME: usize = 200;

/// One institution as printed. Kept with the version as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    pub id: String,
    pub name: String,
    /// Katakana, or empty.
    pub kana: String,
    /// `hospital` …
    pub kind: String,
    /// Six digits.
    pub municipality: String,
    pub municipality_name: String,
    pub address: String,
    pub phone: String,
    pub url: String,
    pub hours: Vec<Hours>,
    pub departments: Vec<String>,
    /// Names of tags, in the order of the region.
    pub tags: Vec<String>,
    /// Names of functions.
    pub functions: Vec<String>,
    /// 連携室, only for professionals.
    pub desk: String,
    pub desk_phone: String,
    /// Degrees as text; empty where nobody said.
    pub latitude: String,
    pub longitude: String,
}

/// Days that have the same hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// 1 Monday to 7 Sunday, 8 holidays.
    pub days: Vec<u8>,
    /// `9:00-12:00, 14:00-17:00`
    pub text: String,
}

/// The entries of a guide, in the order of the hits.
pub async fn entries(
    store: &Store,
    ctx: &renkei_base::Ctx,
    guide: &GuideRow,
    hits: &[Hit],
) -> Result<Vec<Entry>, StoreError> {
    let words = Words::read(store, &ctx.at.in_japan().date().to_string()).await?;
    let inside = guide.audience == Audience::Professionals.code();
    let mut all = Vec::with_capacity(hits.len());
    for some in hits.chunks(SOME) {
        let keys: Vec<Key> = some
            .iter()
            .flat_map(|hit| [Organization::key(&hit.id), Location::key(&hit.id)])
            .collect();
        let read = store.read_many(ctx, &keys).await?;
        for hit in some {
            let mut entry = words.entry(hit);
            let mut organization = None;
            let mut location = None;
            for one in read.iter().filter(|one| one.key.id == hit.id) {
                match one.key.typ.as_str() {
                    Location::TYPE => location = Location::from_resource(one.resource.clone()),
                    _ => organization = Organization::from_resource(one.resource.clone()),
                }
            }
            if let Some(organization) = &organization {
                let contact = contact_of(organization, location.as_ref());
                entry.phone = contact.phone;
                entry.url = contact.url;
                if inside {
                    entry.desk = contact.desk;
                    entry.desk_phone = contact.desk_phone;
                }
            }
            entry.departments = departments(store, &hit.id).await?;
            entry.hours = week(&hours::blocks(&store.openings_of(&hit.id).await?));
            all.push(entry);
        }
    }
    Ok(all)
}

/// Names of tags and functions, and who holds which function.
struct Words {
    tags: Vec<tag::Tag>,
    functions: Vec<function::Function>,
    held: Vec<(Id, String)>,
}

impl Words {
    async fn read(store: &Store, day: &str) -> Result<Self, StoreError> {
        let held = store.functions_in(FunctionState::Approved.code()).await?;
        let held = held.into_iter().filter(|one| function::holds(one, day));
        Ok(Self {
            tags: tag::all(store).await?,
            functions: function::all(store).await?,
            held: held.map(|one| (one.institution, one.function)).collect(),
        })
    }

    fn entry(&self, hit: &Hit) -> Entry {
        let tags = self.tags.iter().filter(|tag| hit.tags.contains(&tag.code));
        let mine = |code: &String| {
            let mut held = self.held.iter();
            held.any(|(id, function)| *id == hit.id && function == code)
        };
        let functions = self.functions.iter().filter(|one| mine(&one.code));
        let degrees = |pick: fn(&crate::finder::Point) -> f64| {
            let point = hit.point.as_ref();
            point
                .map(|point| pick(point).to_string())
                .unwrap_or_default()
        };
        Entry {
            id: hit.id.to_string(),
            name: hit.name.clone(),
            kana: hit.kana.clone(),
            kind: hit.kind.map_or("", crate::Kind::code).to_owned(),
            municipality: hit.municipality.clone(),
            municipality_name: hit.municipality_name.clone(),
            address: hit.address.clone(),
            tags: tags.map(|tag| tag.name.clone()).collect(),
            functions: functions.map(|one| one.name.clone()).collect(),
            latitude: degrees(|point| point.latitude),
            longitude: degrees(|point| point.longitude),
            ..Entry::default()
        }
    }
}

async fn departments(store: &Store, institution: &Id) -> Result<Vec<String>, StoreError> {
    let rows = store.departments_of(institution).await?;
    let open = rows.into_iter().filter(|row| row.active);
    let mut names: Vec<String> = open.map(|row| row.name).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// The week in few lines: of the whole institution, or else the first of its departments. Days with the same hours share a
/// line.
fn week(blocks: &[Block]) -> Vec<Hours> {
    let whole = blocks.iter().filter(|block| block.what != What::Reception);
    let chosen = whole.min_by_key(|block| !block.departments.is_empty());
    let mut lines: Vec<Hours> = Vec::new();
    for (number, day) in (1u8..).zip(chosen.map_or(&[][..], |block| &block.days)) {
        if !matches!(day, Day::Open(_)) {
            continue;
        }
        let text = hours::day_text(day);
        match lines.iter_mut().find(|line| line.text == text) {
            Some(line) => line.days.push(number),
            None => lines.push(Hours {
                days: vec![number],
                text,
            }),
        }
    }
    lines
}
