//! A whole file of boundaries: each municipality's outline, checked, made simpler, and kept.

use std::collections::BTreeMap;

use renkei_base::code::MunicipalityCode;
use renkei_store::boundary::BoundaryRow;
use renkei_store::municipality::MunicipalityRow;
use renkei_store::{Changes, Failure, Note};

use super::report::{Change, Level, Remark};
use super::run::Import;
use crate::area::Areas;
use crate::boundary::check::{self, RingFault};
use crate::boundary::read::{self, Feature, TEXT_BYTES};
use crate::boundary::topology::{POINTS_EACH, simplify};
use crate::boundary::{Point, Ring, pack};
use crate::municipality::MunicipalityKind;
use renkei_base::{Fault, Refusal};

/// Outlines of one commit: some kilobytes each.
const BATCH: usize = 50;
/// As it must be named beside a map.
pub const SOURCE: &str = "国土数値情報（行政区域データ）（国土交通省）";

/// A municipality of the file.
struct Found {
    /// The number of its first feature.
    number: u64,
    code: String,
    name: String,
    rings: Vec<Ring>,
}

/// Imports N03 as GeoJSON or TopoJSON. Each municipality counts once, however many features it has.
pub(super) async fn boundaries(import: &mut Import<'_>) -> Result<(), Failure> {
    if import.source.size() > TEXT_BYTES {
        return Err(Refusal::Invalid(vec![Fault::new("file", "fault-import-too-large")]).into());
    }
    let text = import.source.text()?;
    let read = tokio::task::spawn_blocking(move || read::features(&text)).await;
    let read = read.map_err(|error| renkei_store::StoreError::Driver(error.to_string()))??;
    let date = read
        .date
        .unwrap_or_else(|| import.source.date.clone().unwrap_or_default());
    let mut found = sort(read.features, import);
    let mut shapes: Vec<Vec<Ring>> = found
        .iter_mut()
        .map(|one| std::mem::take(&mut one.rings))
        .collect();
    let most = POINTS_EACH * shapes.len();
    let simpler = tokio::task::spawn_blocking(move || {
        simplify(&mut shapes, most);
        shapes
    });
    let simpler = simpler
        .await
        .map_err(|error| renkei_store::StoreError::Driver(error.to_string()))?;
    let known = import.store.boundaries().await?;
    let known: BTreeMap<String, BoundaryRow> = known
        .into_iter()
        .map(|row| (row.municipality.clone(), row))
        .collect();
    let atlas = Areas::load(import.store).await?.atlas();
    let (mut changes, mut waiting) = (Changes::default(), 0);
    for (one, rings) in found.iter().zip(simpler) {
        let row = BoundaryRow {
            municipality: one.code.clone(),
            rings: pack(&rings),
            source: SOURCE.to_owned(),
            source_date: date.clone(),
            updated: import.ctx.at,
        };
        let old = known.get(&one.code);
        if old.is_some_and(|old| (&old.rings, &old.source_date) == (&row.rings, &row.source_date)) {
            import.report.unchanged += 1;
            continue;
        }
        match old {
            None => import.report.create(one.number, &one.name),
            Some(old) => {
                let change = Change {
                    field: "boundary",
                    old: old.source_date.clone(),
                    new: date.clone(),
                };
                import.report.change(one.number, &one.name, vec![change]);
            }
        }
        if atlas.municipality(&one.code).is_none() {
            changes.put_municipality(&municipality(one, import.ctx.at));
        }
        changes.put_boundary(&row);
        waiting += 1;
        if waiting == BATCH {
            write(import, std::mem::take(&mut changes), waiting).await?;
            waiting = 0;
        }
    }
    write(import, changes, waiting).await
}

async fn write(import: &mut Import<'_>, mut changes: Changes, rows: usize) -> Result<(), Failure> {
    if rows > 0 {
        let detail = format!("boundaries {} rows {rows}", import.source.sha256);
        changes.note(Note::new("area.import").detail(detail));
        import.commit(changes).await?;
    }
    let done = import.report.rows();
    import.tell(done, done);
    Ok(())
}

/// The municipalities of the file with good rings, by code. A municipality with one broken ring is refused as a whole.
fn sort(features: Vec<Feature>, import: &mut Import<'_>) -> Vec<Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut bad: BTreeMap<String, Remark> = BTreeMap::new();
    for feature in features {
        let number = feature.number as u64;
        let name = feature.properties.full_name();
        if feature.properties.nobodys() {
            let remark = Remark::new(
                number,
                Level::Warned,
                "N03_004",
                "fault-import-boundary-nobodys",
                &name,
            );
            import.report.warn(vec![remark]);
            continue;
        }
        let refused = |field: &str, reason, value: &str| {
            Remark::new(number, Level::Refused, field, reason, value.trim())
        };
        let typed = feature.properties.code.clone().unwrap_or_default();
        let code = match MunicipalityCode::parse(&typed) {
            Ok(code) if !code.is_prefecture() => code.as_str().to_owned(),
            Ok(_) => {
                import
                    .report
                    .refuse(refused("N03_007", "fault-import-area-prefecture", &typed));
                continue;
            }
            Err(fault) => {
                import
                    .report
                    .refuse(refused("N03_007", fault.key(), &format!("{name} {typed}")));
                continue;
            }
        };
        match rings(feature) {
            Ok(rings) => {
                let one = found.entry(code.clone()).or_insert_with(|| Found {
                    number,
                    code,
                    name,
                    rings: Vec::new(),
                });
                one.rings.extend(rings);
            }
            Err((reason, place)) => {
                let remark = refused("geometry", reason, &format!("{name} {place}"));
                bad.entry(code).or_insert(remark);
            }
        }
    }
    for (code, remark) in bad {
        found.remove(&code);
        import.report.refuse(remark);
    }
    found.into_values().collect()
}

/// The rings of a feature, or why not and where: polygon, ring and point, from 1.
fn rings(feature: Feature) -> Result<Vec<Ring>, (&'static str, String)> {
    let polygons = feature
        .polygons
        .map_err(|fault| (fault.key(), fault.place()))?;
    let mut rings = Vec::new();
    for (polygon, lines) in polygons.iter().enumerate() {
        for (number, points) in lines.iter().enumerate() {
            let ring = check::ring(points, number > 0)
                .map_err(|fault| (fault.key(), place(polygon + 1, number + 1, points, fault)))?;
            rings.push(ring);
        }
    }
    if rings.is_empty() {
        return Err((read::ReadFault::NoPolygon.key(), String::new()));
    }
    Ok(rings)
}

/// `polygon 1, ring 2, point 14: 35.6, 139.7`
fn place(polygon: usize, ring: usize, points: &[Point], fault: RingFault) -> String {
    let at = fault.point().and_then(|point| {
        let number = points.iter().position(|one| *one == point)?;
        let (longitude, latitude) = point.degrees();
        Some(format!(", point {}: {longitude}, {latitude}", number + 1))
    });
    format!("polygon {polygon}, ring {ring}{}", at.unwrap_or_default())
}

fn municipality(one: &Found, updated: renkei_base::Micros) -> MunicipalityRow {
    let kind = MunicipalityKind::of_name(&one.name);
    MunicipalityRow {
        code: one.code.clone(),
        name: one.name.clone(),
        kana: String::new(),
        kind: kind
            .map(MunicipalityKind::code)
            .unwrap_or_default()
            .to_owned(),
        valid_from: String::new(),
        valid_to: String::new(),
        successors: Vec::new(),
        updated,
    }
}
