//! What people really type, on the real list of hospitals: whom they mean stands first.

use std::fs;

use renkei_base::{Id, Micros};
use renkei_directory::{Finder, Search};
use renkei_store::Changes;
use renkei_store::function::InstitutionFunction;
use renkei_store::opening::{Department, Hours, Opening, What};
use renkei_store::tag::InstitutionTag;
use renkei_testkit::{Backend, test_data};

use crate::world::World;

const HOSPITALS: &str = "01-1_hospital_facility_info_20250601.zip";

/// What is typed, and what the name of who comes first ends with.
const QUESTIONS: [(&str, &str); 36] = [
    ("東京大学病院", "東京大学医学部附属病院"),
    ("東大病院", "東京大学医学部附属病院"),
    ("とうだい病院", "東京大学医学部附属病院"),
    ("とうだいびょういん", "東京大学医学部附属病院"),
    ("ﾄｳﾀﾞｲ 文京区", "東京大学医学部附属病院"),
    ("東大医科研", "東京大学医科学研究所附属病院"),
    ("京大病院", "京都大学医学部附属病院"),
    ("阪大病院", "大阪大学医学部附属病院"),
    ("慶応病院", "慶應義塾大学病院"),
    ("慶應大学病院", "慶應義塾大学病院"),
    ("けいおう 信濃町", "慶應義塾大学病院"),
    ("がん研", "有明病院"),
    ("がんセンター 築地", "国立がん研究センター中央病院"),
    ("松沢病院", "東京都立松沢病院"),
    ("まつざわ病院 世田谷", "東京都立松沢病院"),
    ("都立松沢", "東京都立松沢病院"),
    ("聖路加", "聖路加国際病院"),
    ("せいろか", "聖路加国際病院"),
    ("日赤医療センター", "日本赤十字社医療センター"),
    ("日赤　広尾", "日本赤十字社医療センター"),
    ("虎ノ門病院", "虎の門病院"),
    ("厚生中央", "厚生中央病院"),
    ("めぐろ 厚生", "厚生中央病院"),
    ("女子医大", "東京女子医科大学病院"),
    ("札医大", "札幌医科大学附属病院"),
    ("烏山病院", "昭和大学附属烏山病院"),
    ("カラスヤマ 世田谷", "昭和大学附属烏山病院"),
    ("済生会中央病院", "東京都済生会中央病院"),
    ("東大和病院", "東大和病院"),
    ("斎藤病院 鯖江", "斎藤病院"),
    ("齋藤病院 石巻", "仁明会齋藤病院"),
    ("気管切開 目黒", "厚生中央病院"),
    ("気切　めぐろ", "厚生中央病院"),
    ("せたがや 精神科 土曜", "昭和大学附属烏山病院"),
    ("３次救急 中央区", "聖路加国際病院"),
    ("三次救急", "聖路加国際病院"),
];

#[test]
fn whom_people_mean_comes_first() {
    let Some(hospitals) = test_data(&format!("institutions/{HOSPITALS}")) else {
        return;
    };
    renkei_testkit::backend::run(async move {
        let world = World::new(Backend::sqlite()).await;
        let file = fs::read(hospitals).unwrap();
        world.hospitals(HOSPITALS, &file).await.unwrap();
        say_more(&world).await;
        let finder = Finder::load(&world.store).await.unwrap();
        let wrong = QUESTIONS.into_iter().filter_map(|(typed, wanted)| {
            let found = finder.search(&of(typed));
            let first = found
                .hits
                .first()
                .is_some_and(|hit| hit.name.ends_with(wanted));
            let names = found.hits.iter().take(4).map(|hit| hit.name.as_str());
            (!first).then(|| {
                format!(
                    "{typed}: {:?} of {}",
                    names.collect::<Vec<_>>(),
                    found.total
                )
            })
        });
        let wrong: Vec<String> = wrong.collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let open = finder.search(&of("世田谷 精神科 土曜"));
        let names = open.hits.iter().map(|hit| hit.name.as_str());
        let names: Vec<&str> = names.collect();
        assert_eq!(
            names,
            ["昭和大学附属烏山病院"],
            "the other's 精神科 is closed then"
        );
        assert_eq!(finder.search(&of("せいろか 目黒区")).total, 0);
    });
}

fn of(typed: &str) -> Search {
    Search {
        words: typed.to_owned(),
        ..Search::default()
    }
}

/// What the list of hospitals does not say: a tag, a function, and hours of departments.
async fn say_more(world: &World) {
    let finder = Finder::load(&world.store).await.unwrap();
    let id = |name: &str| finder.search(&of(name)).hits.first().unwrap().id.clone();
    let mut changes = Changes::default();
    changes.put_institution_tag(&InstitutionTag {
        institution: id("厚生中央病院"),
        tag: "tracheostomy".to_owned(),
        source: "own".to_owned(),
        source_date: String::new(),
        confirmed_by: None,
        confirmed_at: None,
    });
    changes.put_institution_function(&InstitutionFunction {
        institution: id("聖路加国際病院"),
        function: "emergency-tertiary".to_owned(),
        state: "approved".to_owned(),
        from: String::new(),
        until: String::new(),
        note: String::new(),
        source: String::new(),
        source_date: String::new(),
        done_by: None,
        done_at: Micros(1),
    });
    let mut open = |institution: Id, days: [(&str, u8); 2]| {
        let names = days.map(|(name, _)| Department {
            code: name.to_owned(),
            name: name.to_owned(),
        });
        let openings = days.map(|(name, weekday)| Opening {
            department: name.to_owned(),
            weekday,
            week: 0,
            from: 540,
            until: 720,
            what: What::Consultation,
        });
        let hours = Hours {
            departments: names.into(),
            openings: openings.into(),
        };
        changes.put_openings(
            &institution,
            ("medical-information-net", ""),
            &hours,
            Micros(1),
        );
    };
    open(id("昭和大学附属烏山病院"), [("内科", 1), ("精神科", 6)]);
    open(id("東京都立松沢病院"), [("内科", 6), ("精神科", 1)]);
    world.store.commit(&world.program(), changes).await.unwrap();
}
