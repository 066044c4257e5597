//! The page of one institution, for everybody; what only members see is read only for them.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_base::{Id, Role};
use renkei_care::wait;
use renkei_directory::finder::Hit;
use renkei_directory::function::{self, Function};
use renkei_directory::institution::{self, Contact, Institution};
use renkei_directory::profile::hours::{self, Block, ClosedDays, Day};
use renkei_directory::profile::{Section, registered};
use renkei_directory::tag::{self, Family, Tag};
use renkei_directory::{confirmation, department};
use renkei_fhir::HealthcareService;
use renkei_store::beds::BedCount;
use renkei_store::function::InstitutionFunction;
use renkei_store::profile::{DoctorRow, TelephoneHour};

use super::part::{Asked, Place, asked};
use super::picture::{self, Picture};
use super::source::{Origin, origins};
use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "institution.html")]
struct One<'a> {
    v: &'a Visit,
    id: Id,
    hit: Hit,
    institution: Institution,
    contact: Contact,
    departments: Vec<Department>,
    week: Vec<Block>,
    /// Where nobody says when it is open.
    closed: Option<ClosedDays>,
    tags: Vec<(Family, Vec<Tag>)>,
    functions: Vec<(Function, InstitutionFunction)>,
    doctors: Vec<DoctorRow>,
    telephone: Vec<TelephoneHour>,
    /// Hospitals that its doctors are registered with; doctors of others that are registered here.
    registered: Vec<Registered>,
    beds: Vec<Beds>,
    position: Option<Place>,
    map: Option<Picture>,
    /// For those who are signed in.
    member: Option<Member>,
    origins: Vec<Origin>,
    /// The day of the last confirmation.
    confirmed: Option<String>,
    /// The round in which this page waits for the reader's word.
    asked: Option<Asked>,
    /// Whether the caller keeps this page.
    own: bool,
    /// Whether the caller may change what it says of itself.
    edits: bool,
    /// Whether the caller invites its administrator.
    invites: bool,
}

/// An open department with what its slots tell.
struct Department {
    service: HealthcareService,
    /// When the first free slot is, in words.
    free: Option<String>,
    days: Option<i64>,
}

/// 登録医
struct Registered {
    other: Id,
    name: String,
    doctors: Vec<String>,
}

/// Beds of a kind.
struct Beds {
    key: String,
    count: BedCount,
}

/// What only members see.
#[derive(Default)]
struct Member {
    phone: String,
    capacity: String,
    note: String,
}

impl Member {
    const fn is_empty(&self) -> bool {
        self.phone.is_empty() && self.capacity.is_empty() && self.note.is_empty()
    }
}

/// `GET /institutions/{id}`: by renkei's own id; the ten-digit code and the 医療情報ネット ID lead there.
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Path(id): Path<String>,
) -> Result<Response, Answer> {
    let Some(hit) = id.parse().ok().and_then(|id| app.finder.by_id(&id)) else {
        let other = app
            .finder
            .by_code(&id)
            .or_else(|| app.finder.by_registry_id(&id))
            .ok_or(Answer::NotFound)?;
        return Ok(Redirect::to(&format!("/institutions/{}", other.id)).into_response());
    };
    let one = read(&app, &v, hit).await?;
    page(&one)
}

async fn read<'a>(app: &App, v: &'a Visit, hit: Hit) -> Result<One<'a>, Answer> {
    let (store, id) = (&app.store, hit.id.clone());
    let institution = institution::get(store, &v.ctx, &id)
        .await?
        .ok_or(Answer::NotFound)?;
    let openings = store.openings_of(&id).await?;
    let beds = store.beds_of(&id).await?;
    let position = store.position_of(&id).await?;
    let today = v.now().in_japan().date().to_string();
    let own = v.ctx.caller.institution.as_ref() == Some(&id);
    let one = One {
        departments: departments(app, v, &id).await?,
        contact: institution::contact_of(&institution.organization, institution.location.as_ref()),
        week: hours::blocks(&openings),
        closed: hours::closed_days(&openings),
        tags: by_family(tag::of(store, &id).await?),
        functions: function::held_by(store, &id, &today).await?,
        doctors: store.doctors_of(&id).await?,
        telephone: store.telephone_hours_of(&id).await?,
        registered: registered_doctors(app, &id).await?,
        beds: beds_of(&institution, &beds),
        member: member(app, v, &id).await?,
        origins: origins(app, v, &institution, (&openings, &beds, position.as_ref())).await?,
        position: position.as_ref().and_then(Place::of),
        map: position
            .as_ref()
            .and_then(|_| picture::of_one(app, v, &hit)),
        confirmed: confirmation::last(store, &id).await?,
        asked: asked(app, v, &id).await?,
        own: own && crate::guard::admit(crate::routes::DESK, v).is_ok(),
        edits: institution::may_edit(&v.ctx, &id),
        invites: v.ctx.caller.has(Role::RegionAdmin),
        v,
        id,
        hit,
        institution,
    };
    Ok(one)
}

async fn departments(app: &App, v: &Visit, id: &Id) -> Result<Vec<Department>, Answer> {
    let mut list = Vec::new();
    for service in department::list(&app.store, &v.ctx, id).await? {
        if !service.active() {
            continue;
        }
        let wait = match service.id() {
            Some(key) => wait::of_department(&app.care, &v.ctx, &key).await?,
            None => wait::Wait::default(),
        };
        list.push(Department {
            service,
            free: wait.first_free.map(|at| v.when(at)),
            days: wait.days,
        });
    }
    Ok(list)
}

/// Tags in use, in the order of their families.
fn by_family(tags: Vec<Tag>) -> Vec<(Family, Vec<Tag>)> {
    let mut families: Vec<(Family, Vec<Tag>)> = Vec::new();
    for tag in tags.into_iter().filter(|tag| tag.active) {
        match families.last_mut() {
            Some((family, tags)) if *family == tag.family => tags.push(tag),
            _ => families.push((tag.family, vec![tag])),
        }
    }
    families
}

async fn registered_doctors(app: &App, id: &Id) -> Result<Vec<Registered>, Answer> {
    let mut rows = registered::of(&app.store, id).await?;
    rows.extend(registered::at(&app.store, id).await?);
    let mut found: Vec<Registered> = Vec::new();
    for row in rows.into_iter().filter(|row| row.state == "confirmed") {
        let other = if row.clinic == *id {
            row.hospital
        } else {
            row.clinic
        };
        match found.iter_mut().find(|one| one.other == other) {
            Some(one) => one.doctors.push(row.doctor),
            None => found.extend(app.finder.by_id(&other).map(|hit| Registered {
                other,
                name: hit.name,
                doctors: vec![row.doctor],
            })),
        }
    }
    Ok(found)
}

/// What a list says of the beds, else what the Organization has of them.
fn beds_of(institution: &Institution, sets: &[renkei_store::beds::BedSet]) -> Vec<Beds> {
    let mut beds = Vec::new();
    for (kind, key) in crate::say::BEDS {
        let said = sets
            .iter()
            .find_map(|set| set.beds.iter().find(|(one, _)| one == kind));
        let stated = institution.organization.beds(kind).map(BedCount::Stated);
        let count = said.map(|(_, count)| *count).or(stated);
        beds.extend(
            count
                .filter(|count| *count != BedCount::Stated(0))
                .map(|count| Beds {
                    key: key.to_owned(),
                    count,
                }),
        );
    }
    beds
}

/// Read for members alone: what a visitor's page is made of does not hold it.
async fn member(app: &App, v: &Visit, id: &Id) -> Result<Option<Member>, Answer> {
    if !v.signed_in {
        return Ok(None);
    }
    let mut fields = renkei_directory::profile::fields(&app.store, id, Section::Members).await?;
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let member = Member {
        phone: take("member_phone"),
        capacity: take("member_capacity"),
        note: take("member_note"),
    };
    Ok(Some(member).filter(|member| !member.is_empty()))
}

impl One<'_> {
    /// Where something comes from, and since when.
    fn said_by(&self, source: &str, date: &str) -> String {
        let (source, date) = (self.v.t(&crate::say::source_key(source)), self.v.date(date));
        let args = [("source", source.as_str()), ("date", date.as_str())];
        self.v.tn("institution-source", &args)
    }

    /// The same of the hours in the institution's own words.
    fn guidance_by(&self) -> String {
        let mut values = self.institution.values.iter();
        let own = values.find(|value| value.field == "hours");
        let row = &self.institution.row;
        let (source, date) = own.map_or((&row.source, &row.source_date), |value| {
            (&value.source, &value.source_date)
        });
        self.said_by(source, date)
    }

    /// A weekday of a week in words.
    fn day(&self, day: &Day) -> String {
        self.v.weekday(day)
    }

    /// 土・日・祝、第2・4週 金
    fn closed_on(&self, closed: &ClosedDays) -> String {
        self.v.closed_on(&closed.days)
    }

    fn telephone(&self, row: &TelephoneHour) -> String {
        super::part::telephone(self.v, row)
    }

    fn beds_text(&self, beds: &Beds) -> String {
        match beds.count {
            BedCount::Stated(count) => self.v.t1("institution-beds", "count", count),
            _ => self.v.t("institution-beds-unsaid"),
        }
    }
}
