//! The offices of the 62 municipalities of Tokyo, invented but for their names: each answers for its municipality.

use std::collections::BTreeMap;

use renkei_base::Id;
use renkei_directory::area::tokyo::Tokyo;
use renkei_directory::institution::{Contact, NewInstitution};
use renkei_store::municipality::MunicipalityRow;

use crate::SampleError;
use crate::region::{Acts, Region, all as finished, named};

/// Key of the prefecture that asks.
pub(crate) const PREFECTURE: &str = "tocho";
/// Before the six digits in the key of an office.
const KEY: &str = "office-";

/// Registered by the region, as the other institutions.
pub(crate) async fn make(region: &mut Region) -> Result<(), SampleError> {
    let mut acts = Acts::new();
    let rows = Tokyo::rows(region.now).municipalities;
    for (number, row) in (1..).zip(&rows) {
        let key = format!("{KEY}{}", row.code);
        let ctx = region.program(&format!("institution/{key}"), region.days_ago(400));
        let (store, new) = (region.care.store.clone(), office(row, number));
        acts.spawn(named(key, async move {
            renkei_directory::institution::register(&store, &ctx, &new).await
        }));
    }
    region.made.institutions.extend(finished(acts).await?);
    Ok(())
}

fn office(row: &MunicipalityRow, number: u32) -> NewInstitution {
    let ward = row.kind == "ward";
    let (house, kana) = match row.kind.as_str() {
        "ward" | "city" => ("役所", "ヤクショ"),
        _ => ("役場", "ヤクバ"),
    };
    let name = &row.name;
    NewInstitution {
        kind: if ward {
            "ward-office"
        } else {
            "municipal-office"
        }
        .to_owned(),
        name: format!("{name}{house}（見本）"),
        kana: format!("{}{kana}", row.kana),
        municipality: row.code.clone(),
        address: format!("東京都{name}見本町一丁目1番"),
        code: String::new(),
        contact: Contact {
            short: format!("{name}{house}"),
            postal_code: format!("000-{:04}", 2_000 + number),
            phone: format!("03-0000-{:04}", 6_000 + number),
            ..Contact::default()
        },
    }
}

/// The offices by the six digits of their municipality.
pub(crate) fn all(region: &Region) -> BTreeMap<String, Id> {
    let each = region.made.institutions.iter();
    each.filter_map(|(key, id)| Some((key.strip_prefix(KEY)?.to_owned(), id.clone())))
        .collect()
}
