//! Guides: chosen, printed, next year's from this year's; and the tools of others.

use renkei_base::clock::Span;
use renkei_base::code::MunicipalityCode;
use renkei_base::{Id, Refusal, Role};
use renkei_directory::area::merger::{Merger, Successor, merge};
use renkei_directory::area::tokyo;
use renkei_directory::guide::{self, Entry, GuideRow, Typed};
use renkei_directory::{Areas, Finder, tool};
use renkei_store::Failure;
use renkei_testkit::{Backend, each_backend};

use crate::world::{HEADINGS, ROWS, World};

each_backend!(
    this_years_and_next_years,
    after_a_merger_the_new_one,
    two_make_the_same,
    what_is_for_professionals_is_for_members,
    wrong_choices_are_told,
    tools_by_year
);

struct Region {
    world: World,
    areas: Areas,
}

impl Region {
    async fn new(backend: Backend) -> Self {
        let world = World::new(backend).await;
        tokyo::load(&world.store, &world.program()).await.unwrap();
        let file = format!("{HEADINGS}\n{}\n", ROWS.join("\n"));
        world.hospitals("h.csv", file.as_bytes()).await.unwrap();
        let areas = Areas::load(&world.store).await.unwrap();
        Self { world, areas }
    }

    fn desk(&self) -> renkei_base::Ctx {
        self.world.person(Role::RegionDesk, None)
    }

    async fn now(&self, guide: &GuideRow) -> Vec<Entry> {
        let finder = Finder::load(&self.world.store).await.unwrap();
        let ctx = self.desk();
        let today = ctx.at.in_japan().date();
        let hits = guide::choose(&finder, &self.areas, guide, today);
        guide::entries(&self.world.store, &ctx, guide, &hits)
            .await
            .unwrap()
    }

    async fn make(&self, typed: &Typed) -> Result<Id, Failure> {
        guide::make(&self.world.store, &self.desk(), &self.areas, typed).await
    }

    async fn guide(&self, id: &Id) -> GuideRow {
        guide::get(&self.world.store, &self.desk(), id)
            .await
            .unwrap()
    }
}

fn typed() -> Typed {
    Typed {
        title: "区西南部 こころの医療機関マップ".to_owned(),
        form: "map".to_owned(),
        audience: "residents".to_owned(),
        area_kind: "secondary-medical-area".to_owned(),
        areas: vec!["1303".to_owned()],
        kinds: vec!["hospital".to_owned()],
        ..Typed::default()
    }
}

async fn this_years_and_next_years(backend: Backend) {
    let region = Region::new(backend).await;
    let store = &region.world.store;
    let id = region.make(&typed()).await.unwrap();
    let made = region.guide(&id).await;
    let entries = region.now(&made).await;
    let names: Vec<&str> = entries.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(entries.len(), 3, "not 札幌: {names:?}");
    assert_eq!(entries[0].municipality_name, "目黒区");
    assert!(names[2].contains("烏山"), "by municipality: {names:?}");

    let desk = region.desk();
    let first = (&entries[..], b"%PDF one".to_vec());
    guide::keep(store, &desk, &made, 1, first).await.unwrap();
    let twice = (&entries[..], b"%PDF two".to_vec());
    let twice = guide::keep(store, &desk, &made, 1, twice).await;
    assert!(matches!(twice, Err(Failure::Refused(Refusal::Conflict))));

    region.world.clock.advance(Span::seconds(60));
    let file = format!("{HEADINGS}\n{}\n", ROWS[3].replace("ひかり", "のぞみ"));
    region
        .world
        .hospitals("h2.csv", file.as_bytes())
        .await
        .unwrap();
    let now = region.now(&made).await;
    let versions = guide::versions(store, &id).await.unwrap();
    let old = guide::kept(store, &versions[0]).await.unwrap();
    assert_eq!(old, entries, "what was printed stays");
    let found = guide::difference(&old, &now);
    assert_eq!((found.added.len(), found.gone.len()), (0, 0));
    assert_eq!(found.changed.len(), 1);
    assert!(found.changed[0].1.name.contains("のぞみ"));

    let wider = Typed {
        areas: vec!["1303".to_owned(), "1301".to_owned()],
        revision: made.revision,
        ..typed()
    };
    guide::edit(store, &desk, &region.areas, &id, &wider)
        .await
        .unwrap();
    guide::keep(store, &desk, &made, 2, (&now, b"%PDF two".to_vec()))
        .await
        .unwrap();
    let versions = guide::versions(store, &id).await.unwrap();
    let numbers: Vec<i64> = versions.iter().map(|one| one.number).collect();
    assert_eq!(numbers, [2, 1]);
    assert_eq!(versions[1].institutions, 3);
    assert_eq!(
        store.blob(&versions[1].pdf).await.unwrap().unwrap(),
        b"%PDF one"
    );
}

async fn after_a_merger_the_new_one(backend: Backend) {
    let region = Region::new(backend).await;
    let id = region.make(&typed()).await.unwrap();
    let made = region.guide(&id).await;
    let before = region.now(&made).await;
    let new = Successor {
        code: MunicipalityCode::parse("13124")
            .unwrap()
            .as_str()
            .to_owned(),
        name: "城南区".to_owned(),
        kana: String::new(),
    };
    let merger = Merger {
        from: vec!["131105".to_owned(), "131121".to_owned()],
        into: vec![new.clone()],
        on: region.desk().at.in_japan().date(),
        areas: Vec::new(),
    };
    let admin = region.world.person(Role::RegionAdmin, None);
    let store = &region.world.store;
    merge(store, &admin, &merger).await.unwrap();
    region.areas.refresh(store).await.unwrap();
    let after = region.now(&made).await;
    assert_eq!(after.len(), before.len());
    for one in &after {
        let place = (one.municipality.as_str(), one.municipality_name.as_str());
        assert_eq!(place, (new.code.as_str(), "城南区"), "{}", one.name);
    }
    let found = guide::difference(&before, &after);
    assert_eq!(found.changed.len(), before.len(), "another place is told");
}

async fn two_make_the_same(backend: Backend) {
    let region = Region::new(backend).await;
    let id = region.make(&typed()).await.unwrap();
    let seen = region.guide(&id).await;
    let store = &region.world.store;
    let mine = Typed {
        title: "わたしの題".to_owned(),
        revision: seen.revision,
        ..typed()
    };
    guide::edit(store, &region.desk(), &region.areas, &id, &mine)
        .await
        .unwrap();
    let theirs = Typed {
        title: "ほかの題".to_owned(),
        ..mine.clone()
    };
    let late = guide::edit(store, &region.desk(), &region.areas, &id, &theirs).await;
    assert!(matches!(late, Err(Failure::Refused(Refusal::Conflict))));
    assert_eq!(region.guide(&id).await.title, "わたしの題");
}

async fn what_is_for_professionals_is_for_members(backend: Backend) {
    let region = Region::new(backend).await;
    let store = &region.world.store;
    let inside = Typed {
        audience: "professionals".to_owned(),
        ..typed()
    };
    let id = region.make(&inside).await.unwrap();
    let public = region.make(&typed()).await.unwrap();
    let mut visitor = region.world.program();
    visitor.caller = renkei_base::Caller::visitor();
    visitor.purpose = renkei_base::Purpose::Treatment;
    let listed = guide::list(store, &visitor).await.unwrap();
    let ids: Vec<&Id> = listed.iter().map(|one| &one.id).collect();
    assert_eq!(ids, [&public]);
    let hidden = guide::get(store, &visitor, &id).await;
    assert!(matches!(hidden, Err(Failure::Refused(Refusal::NotFound))));
    let member = region.world.person(Role::Nurse, None);
    assert_eq!(guide::list(store, &member).await.unwrap().len(), 2);
    let refused = guide::set_active(store, &member, &id, false).await;
    assert!(matches!(refused, Err(Failure::Refused(_))));
    guide::set_active(store, &region.desk(), &public, false)
        .await
        .unwrap();
    assert!(guide::list(store, &visitor).await.unwrap().is_empty());
    assert!(guide::get(store, &visitor, &public).await.is_err());
}

async fn wrong_choices_are_told(backend: Backend) {
    let region = Region::new(backend).await;
    let wrong = Typed {
        title: " ".to_owned(),
        form: "poster".to_owned(),
        audience: "all".to_owned(),
        areas: vec!["9999".to_owned()],
        kinds: vec!["casino".to_owned()],
        functions: vec!["x".to_owned()],
        tags: vec!["y".to_owned()],
        ..typed()
    };
    let Err(Failure::Refused(Refusal::Invalid(faults))) = region.make(&wrong).await else {
        panic!("refused")
    };
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    let all = [
        "title",
        "form",
        "audience",
        "areas",
        "kinds",
        "functions",
        "tags",
    ];
    assert_eq!(fields, all);
    let none = Typed {
        areas: Vec::new(),
        ..typed()
    };
    assert!(region.make(&none).await.is_err(), "an area at least");
}

async fn tools_by_year(backend: Backend) {
    let region = Region::new(backend).await;
    let store = &region.world.store;
    let desk = region.desk();
    let typed = tool::Typed {
        kind: "map".to_owned(),
        name: "品川区・大田区マップ".to_owned(),
        area: "1302".to_owned(),
        audience: "professionals".to_owned(),
        ..tool::Typed::default()
    };
    let id = tool::register(store, &desk, &region.areas, &typed)
        .await
        .unwrap();
    for (year, act) in [
        ("平成30年度", "made"),
        ("R1", "promoted"),
        ("令和元年度", "promoted"),
    ] {
        tool::note_year(store, &desk, &id, (year, act), "")
            .await
            .unwrap();
    }
    let one = tool::get(store, &desk, &id).await.unwrap();
    let years: Vec<(i64, &str)> = one
        .years
        .iter()
        .map(|year| (year.fiscal_year, year.act.as_str()))
        .collect();
    assert_eq!(years, [(2019, "promoted"), (2018, "made")]);
    for (year, act) in [("いつか", "made"), ("R1", "burnt")] {
        let refused = tool::note_year(store, &desk, &id, (year, act), "").await;
        assert!(matches!(
            refused,
            Err(Failure::Refused(Refusal::Invalid(_)))
        ));
    }
    tool::forget_year(store, &desk, &id, (2018, "made"))
        .await
        .unwrap();
    assert_eq!(tool::get(store, &desk, &id).await.unwrap().years.len(), 1);
    let mut visitor = region.world.program();
    visitor.caller = renkei_base::Caller::visitor();
    visitor.purpose = renkei_base::Purpose::Treatment;
    assert!(tool::list(store, &visitor).await.unwrap().is_empty());
    let public = tool::Typed {
        audience: "residents".to_owned(),
        url: "https://example.jp/map".to_owned(),
        revision: 1,
        ..typed
    };
    tool::edit(store, &desk, &region.areas, &id, &public)
        .await
        .unwrap();
    assert_eq!(tool::list(store, &visitor).await.unwrap().len(), 1);
    let bad = tool::Typed {
        url: "javascript:alert(1)".to_owned(),
        area: "0000".to_owned(),
        kind: "poster".to_owned(),
        ..public
    };
    let Err(Failure::Refused(Refusal::Invalid(faults))) =
        tool::edit(store, &desk, &region.areas, &id, &bad).await
    else {
        panic!("refused")
    };
    assert_eq!(faults.len(), 3);
}
