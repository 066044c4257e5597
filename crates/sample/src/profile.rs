//! What stands on the pages of institutions, a round of confirmation, and what desks were asked. All in one commit.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Id, Refusal};
use renkei_directory::department::Typed;
use renkei_directory::enquiry::{ASKERS, OUTCOMES, month_of};
use renkei_directory::profile::{Fields, Known, Section, rows};
use renkei_directory::tag::{self, Family, Tag};
use renkei_directory::{confirmation, function};
use renkei_fhir::Location;
use renkei_store::confirmation::{ConfirmationNote, ConfirmationRow, RoundRow};
use renkei_store::enquiry::EnquiryRow;
use renkei_store::function::InstitutionFunction;
use renkei_store::position::Position;
use renkei_store::profile::RegisteredDoctor;
use renkei_store::{Changes, Note};

use crate::SampleError;
use crate::data::{DoctorRow, ProfileRow};
use crate::region::{Acts, Region, all, named};

/// Institutions that have confirmed their page in the round.
const CONFIRMED: [&str; 3] = ["chuo", "naika", "heart"];

/// Everything, after the institutions and their people.
pub(crate) async fn make(region: &mut Region) -> Result<(), SampleError> {
    departments(region).await?;
    let store = region.care.store.clone();
    let tags = tag::all(&store).await?;
    let ctx = region.program("profile", region.days_ago(60));
    let mut changes = Changes::default();
    positions(region, &ctx, &mut changes).await?;
    for row in &region.data.profiles {
        page(region, &ctx, &tags, row, &mut changes)?;
    }
    for row in &region.data.doctors {
        doctor(region, &ctx, row, &mut changes)?;
    }
    round(region, &ctx, &mut changes)?;
    enquiries(region, &ctx, &tags, &mut changes)?;
    changes.note(Note::new("institution.edit").detail("sample"));
    store.commit(&ctx, changes).await?;
    Ok(())
}

/// Where each institution lies: for the map, and for programs (`Location.position`).
async fn positions(region: &Region, ctx: &Ctx, changes: &mut Changes) -> Result<(), SampleError> {
    for row in &region.data.institutions {
        let institution = region.institution(&row.key)?.clone();
        if let Some(stored) = region
            .care
            .store
            .read(ctx, &Location::key(&institution))
            .await?
            && let Some(mut location) = Location::from_resource(stored.resource.clone())
        {
            let degrees = (row.latitude.to_string(), row.longitude.to_string());
            location.set_position(Some((&degrees.0, &degrees.1)));
            changes.update(&stored, location.into_resource());
        }
        let position = Position {
            institution,
            latitude: row.latitude,
            longitude: row.longitude,
            source: "own".to_owned(),
            source_date: ctx.at.in_japan().date().to_string(),
        };
        changes.put_position(&position, ctx.at);
    }
    Ok(())
}

/// Departments of institutions without people.
async fn departments(region: &mut Region) -> Result<(), SampleError> {
    let mut acts = Acts::new();
    for row in &region.data.profiles {
        for part in row.departments.split_whitespace() {
            let (code, name) = part.split_once(':').unwrap_or(("", part));
            let key = format!("{}/{name}", row.institution);
            let ctx = region.program(&format!("department/{key}"), region.days_ago(390));
            let institution = region.institution(&row.institution)?.clone();
            let typed = Typed {
                name: name.to_owned(),
                code: code.to_owned(),
                appointment_required: Some(true),
                ..Typed::default()
            };
            let store = region.care.store.clone();
            acts.spawn(named(key, async move {
                renkei_directory::department::add(&store, &ctx, &institution, &typed).await
            }));
        }
    }
    all(acts).await?;
    Ok(())
}

fn page(
    region: &Region,
    ctx: &Ctx,
    tags: &[Tag],
    row: &ProfileRow,
    changes: &mut Changes,
) -> Result<(), SampleError> {
    let id = region.institution(&row.institution)?;
    let kind = region
        .data
        .institutions
        .iter()
        .find(|one| one.key == row.institution)
        .map_or("", |one| one.kind.as_str());
    let known = Known { id, kind, tags };
    let on = row.tags.split_whitespace();
    let carried: Fields = on.map(|tag| (tag.to_owned(), "on".to_owned())).collect();
    let members = [
        ("member_phone", &row.phone),
        ("member_capacity", &row.capacity),
        ("member_note", &row.note),
    ];
    let members = members.map(|(name, text)| (name.to_owned(), text.clone()));
    for (section, fields) in [
        (Section::Tags, carried),
        (Section::Hours, row.hours()),
        (Section::Members, members.into_iter().collect()),
    ] {
        put(ctx, &known, section, &fields, changes)?;
    }
    let from = region.days_ago(300).in_japan().date().to_string();
    for code in row.functions.split_whitespace() {
        changes.put_institution_function(&InstitutionFunction {
            institution: id.clone(),
            function: code.to_owned(),
            state: function::FunctionState::Approved.code().to_owned(),
            from: from.clone(),
            until: String::new(),
            note: String::new(),
            source: "region".to_owned(),
            source_date: from.clone(),
            done_by: None,
            done_at: ctx.at,
        });
    }
    Ok(())
}

fn put(
    ctx: &Ctx,
    known: &Known<'_>,
    section: Section,
    fields: &Fields,
    changes: &mut Changes,
) -> Result<(), SampleError> {
    let made = rows(ctx, known, section, (&Fields::new(), fields));
    let named = |refusal: Refusal| SampleError::from(("profiles.csv", refusal));
    changes.take_rows(&mut made.map_err(named)?);
    Ok(())
}

/// A doctor who is named, when that doctor may be asked, with which hospital that doctor is registered.
fn doctor(
    region: &Region,
    ctx: &Ctx,
    row: &DoctorRow,
    changes: &mut Changes,
) -> Result<(), SampleError> {
    let id = region.institution(&row.institution)?;
    let known = Known {
        id,
        kind: "",
        tags: &[],
    };
    let fields = |pairs: &[(&str, &str)]| -> Fields {
        let each = pairs.iter();
        each.map(|(name, text)| (format!("{name}.new1"), (*text).to_owned()))
            .collect()
    };
    // The second line of a doctor is another hour.
    let first = region
        .data
        .doctors
        .iter()
        .find(|one| one.institution == row.institution && one.name == row.name);
    if first.is_some_and(|one| one.weekday == row.weekday) {
        let doctor = fields(&[
            ("name", &row.name),
            ("kana", &row.kana),
            ("department", &row.department),
            ("about", &row.about),
        ]);
        put(ctx, &known, Section::Doctors, &doctor, changes)?;
    }
    if !row.time.is_empty() {
        let hour = fields(&[
            ("weekday", &row.weekday),
            ("time", &row.time),
            ("doctor", &format!("{}の医師", row.department)),
            ("topic", &row.topic),
            ("phone", &row.phone),
        ]);
        put(ctx, &known, Section::Telephone, &hour, changes)?;
    }
    if !row.hospital.is_empty() {
        changes.put_registered_doctor(&RegisteredDoctor {
            hospital: region.institution(&row.hospital)?.clone(),
            clinic: id.clone(),
            doctor: row.name.clone(),
            state: "confirmed".to_owned(),
            from: region.days_ago(200).in_japan().date().to_string(),
            until: String::new(),
            done_by: None,
            done_at: ctx.at,
        });
    }
    Ok(())
}

/// A round that runs: some have confirmed, one half, one was called.
fn round(region: &Region, ctx: &Ctx, changes: &mut Changes) -> Result<(), SampleError> {
    let id = ctx.ids.id();
    let opened = region.days_ago(20);
    let deadline = (region.now + Span::days(12)).in_japan().date();
    changes.open_round(&RoundRow {
        id: id.clone(),
        name: "年に一度の掲載内容の確認（見本）".to_owned(),
        deadline: deadline.to_string(),
        opened_by: None,
        opened_at: opened,
        closed_at: None,
    });
    let mut confirm = |institution: &Id, part: &str, days: i64| {
        changes.put_confirmation(&ConfirmationRow {
            round: id.clone(),
            institution: institution.clone(),
            part: part.to_owned(),
            done_by: None,
            done_at: region.days_ago(days),
        });
    };
    for key in CONFIRMED {
        for part in confirmation::PARTS {
            confirm(region.institution(key)?, part, 9);
        }
    }
    confirm(region.institution("kita")?, "contact", 4);
    changes.put_confirmation_note(&ConfirmationNote {
        id: ctx.ids.id(),
        round: id.clone(),
        institution: region.institution("sakura")?.clone(),
        note: "電話済み。来週ご確認いただけるとのこと（見本）。".to_owned(),
        done_by: None,
        done_at: region.days_ago(3),
    });
    Ok(())
}

/// Some enquiries in each of the last six months.
fn enquiries(
    region: &Region,
    ctx: &Ctx,
    tags: &[Tag],
    changes: &mut Changes,
) -> Result<(), SampleError> {
    let worries: Vec<&Tag> = tags
        .iter()
        .filter(|tag| tag.family == Family::Worry)
        .collect();
    let desks = ["seishin-soudan", "zaitaku-soudan", "hoken"];
    for (nth, desk) in (0..60_usize).zip(desks.iter().cycle()) {
        let at = region.days_ago(i64::try_from(nth * 3).unwrap_or_default());
        let pick = |list: &[&str]| (*list.get(nth * 5 % list.len()).unwrap_or(&"other")).to_owned();
        let theme = worries.get(nth * 7 % worries.len().max(1));
        changes.put_enquiry(&EnquiryRow {
            id: ctx.ids.id(),
            desk: region.institution(desk)?.clone(),
            month: month_of(at.in_japan().date()),
            theme: theme.map(|tag| tag.code.clone()).unwrap_or_default(),
            asker: pick(&ASKERS),
            outcome: pick(&OUTCOMES),
            note: String::new(),
            done_by: None,
            done_at: at,
        });
    }
    Ok(())
}
