//! The same survey, asked again this year: open, so that the whole round can be tried. Made by the use cases of the pages.

use jiff::civil::Date;
use renkei_base::Id;
use renkei_base::clock::Span;
use renkei_base::era::FiscalYear;
use renkei_directory::municipality::MunicipalityKind;
use renkei_directory::{Areas, Finder};
use renkei_gov::respondent::desk::{self, Act, Contact};
use renkei_gov::respondent::{Universe, expect};
use renkei_gov::survey::{Base, Peers, Typed, course, draft};
use renkei_store::Failure;

use super::{office, published};
use crate::SampleError;
use crate::region::Region;

/// Days from now until its last day.
const DAYS: i64 = 7;
/// 島しょ
const ISLANDS: &str = "1313";
/// The prefecture's officer.
const OFFICER: &str = "tocho.mizushima";
/// Offices with a contact address, by their municipality.
const CONTACTS: [(&str, &str); 3] = [
    ("131105", "zaitaku@meguro.example.jp"),
    ("132012", "chiiki@hachioji.example.jp"),
    ("131121", "zaitaku@setagaya.example.jp"),
];
/// What was heard on the telephone.
const CALLED: (&str, &str) = (
    "131130",
    "（見本）担当課が変わったとのこと。来週までに提出の予定",
);

pub(crate) async fn make(region: &Region, owner: &Id) -> Result<(), SampleError> {
    let made = ask(region, owner).await;
    made.map_err(SampleError::at("survey/asking"))
}

async fn ask(region: &Region, owner: &Id) -> Result<(), Failure> {
    let store = &region.care.store;
    let Ok(officer) = region.person(OFFICER) else {
        return Ok(());
    };
    let Some(before) = store.survey(published::CODE).await? else {
        return Ok(());
    };
    debug_assert_eq!(before.owner, *owner);
    let (areas, finder) = (Areas::load(store).await?, Finder::load(store).await?);
    let today = region.now.in_japan().date();
    let ctx = region.ctx(officer, "survey/asking", region.days_ago(14));
    let (id, version) = (&before.questionnaire, before.questionnaire_version);
    let typed = typed(today, region.now + Span::days(DAYS));
    let code = draft::create(store, &ctx, id, version, &typed).await?;
    let rule = universe();
    expect::expect(store, &areas, &finder, &ctx, &code, &rule).await?;
    let row = store.survey(&code).await?;
    let revision = row.map_or(1, |row| row.revision);
    let ctx = region.ctx(officer, "survey/asking/open", region.days_ago(13));
    course::open(store, &ctx, &code, revision).await?;
    let ctx = region.ctx(officer, "survey/asking/reach", region.days_ago(12));
    let offices = office::all(region);
    for (municipality, mail) in CONTACTS {
        let contact = Contact {
            name: "在宅療養担当（見本）".to_owned(),
            phone: "03-0000-0000".to_owned(),
            mail: mail.to_owned(),
        };
        if let Some(id) = offices.get(municipality) {
            desk::act(store, &ctx, (&code, id), &Act::Contact(&contact)).await?;
        }
    }
    if let Some(id) = offices.get(CALLED.0) {
        desk::act(store, &ctx, (&code, id), &Act::Call { note: CALLED.1 }).await?;
    }
    Ok(())
}

fn typed(today: Date, closes: renkei_base::Micros) -> Typed {
    let year = today.year();
    let wareki = FiscalYear::of(today).wareki();
    Typed {
        code: format!("home-care-{year}"),
        title: format!(
            "在宅医療・介護連携推進事業の取組状況（{}・見本）",
            wareki
        ),
        english: format!("Home care: links between medical and long-term care ({year}, sample)"),
        about: "各区市町村の取組状況を伺います。全てを実施することが目的ではなく、互いの状況を知るための調査です。（見本）"
            .to_owned(),
        about_english: "Where your municipality stands. The aim is not that everybody does everything, but that all see \
            where they stand. (Sample)"
            .to_owned(),
        as_of: format!("{year}年{}月現在", today.month()),
        previous: published::CODE.to_owned(),
        opens: String::new(),
        closes: closes.in_japan().date().to_string(),
        checked: true,
        peers: Peers::Submitted.code().to_owned(),
        least: String::new(),
        base: Base::All.code().to_owned(),
        reminders: draft::USUAL_REMINDERS.to_owned(),
    }
}

/// All municipalities of Tokyo; 島しょ is asked and not counted.
fn universe() -> Universe {
    Universe {
        municipalities: MunicipalityKind::ALL.to_vec(),
        prefecture: "13".to_owned(),
        uncounted_areas: vec![ISLANDS.to_owned()],
        uncounted_why: "島しょ部は別途開催".to_owned(),
        checked: true,
        ..Universe::default()
    }
}
