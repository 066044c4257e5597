//! Tests: the figures of the 53 municipalities of Tokyo's mainland by the fixture rule S3: for a line with k 実施, the
//! first k by code do it. ア③ was not asked where ア① is 未実施.

use std::collections::BTreeMap;

use jiff::civil::date;
use renkei_directory::area::tokyo::Tokyo;
use renkei_directory::area::{AreaKind, Atlas};

use super::change::{differences, since};
use super::group::Grouping;
use super::*;
use crate::Mark;

/// Lines with how many do them.
const S3: [(&str, &str, u32); 12] = [
    ("ア", "①", 49),
    ("ア", "③", 40),
    ("イ", "①", 46),
    ("ウ", "①", 31),
    ("エ", "①", 28),
    ("オ", "①", 33),
    ("カ", "①", 36),
    ("カ", "②", 27),
    ("キ", "①", 27),
    ("キ", "③パンフ", 18),
    ("キ", "③HP", 18),
    ("ク", "①", 14),
];
/// 実施, %, 未実施, % as printed in 資料5.
const PRINTED: [(u32, &str, u32, &str); 12] = [
    (49, "92.5", 4, "7.5"),
    (40, "75.5", 13, "24.5"),
    (46, "86.8", 7, "13.2"),
    (31, "58.5", 22, "41.5"),
    (28, "52.8", 25, "47.2"),
    (33, "62.3", 20, "37.7"),
    (36, "67.9", 17, "32.1"),
    (27, "50.9", 26, "49.1"),
    (27, "50.9", 26, "49.1"),
    (18, "34.0", 35, "66.0"),
    (18, "34.0", 35, "66.0"),
    (14, "26.4", 39, "73.6"),
];

fn line((item, label, _): &(&str, &str, u32)) -> FigureLine {
    let several = label.starts_with('③') && *item == "キ";
    let question = format!("{item}{}", label.chars().next().unwrap());
    FigureLine {
        id: format!("{item}{label}"),
        item: (*item).to_owned(),
        label: (*label).to_owned(),
        choice: several.then(|| (*label).to_owned()),
        question,
        ..FigureLine::default()
    }
}

fn mark(place: u32, at: usize) -> Mark {
    let done = |at: usize| place < S3[at].2;
    match at {
        1 if !done(0) => Mark::NotAsked,
        at if done(at) => Mark::Yes,
        _ => Mark::No,
    }
}

fn atlas() -> Atlas {
    Tokyo::atlas()
}

/// 62 municipalities; those of 島しょ are 集計外.
fn s3() -> Figures {
    let (atlas, day) = (atlas(), date(2015, 10, 31));
    let mut all: Vec<_> = atlas.municipalities(day).cloned().collect();
    all.sort_by(|a, b| a.code.cmp(&b.code));
    let mut place = 0;
    let sheets = all.into_iter().map(|one| {
        let mut areas = atlas.of_municipality(AreaKind::SecondaryMedical, &one.code, day);
        let area = areas.next().unwrap().code.clone();
        drop(areas);
        let counted = area != "1313";
        let marks = (0..S3.len()).map(|at| mark(place, at)).collect();
        place += u32::from(counted);
        Sheet {
            respondent: format!("office-{}", one.code),
            municipality: one.code,
            name: one.name,
            kind: one.kind.unwrap().code().to_owned(),
            own: true,
            inhabitants: None,
            area,
            counted,
            answered: counted,
            marks: if counted {
                Marks(marks).write()
            } else {
                String::new()
            },
            overrides: Vec::new(),
        }
    });
    Figures {
        lines: S3.iter().map(line).collect(),
        sheets: sheets.collect(),
    }
}

fn printed(tally: &Tally, base: Base) -> (u32, String, u32, String) {
    (
        tally.yes,
        tally.yes_percent(base),
        tally.no(base),
        tally.no_percent(base),
    )
}

#[test]
fn story_24_the_table_comes_out_as_printed() {
    let figures = s3();
    assert_eq!(figures.sheets.len(), 62);
    assert_eq!(figures.counted().count(), 53);
    for (tally, (yes, yes_percent, no, no_percent)) in figures.tallies().iter().zip(PRINTED) {
        assert_eq!(tally.n(Base::All), 53);
        let stated = (yes, yes_percent.to_owned(), no, no_percent.to_owned());
        assert_eq!(printed(tally, Base::All), stated);
    }
}

/// The data file has every column that the lines have, and the same answers.
#[test]
fn story_24_the_data_file_says_the_same() {
    let Some(path) = renkei_testkit::test_data("seed-survey-answers.csv") else {
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    let mut rows = text.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let figures = s3();
    let headings: Vec<String> = figures.lines.iter().map(FigureLine::heading).collect();
    assert_eq!(head[3..], headings);
    let sheets: Vec<&Sheet> = figures.counted().collect();
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), sheets.len());
    for (row, sheet) in rows.iter().zip(sheets) {
        assert!(sheet.municipality.starts_with(row[0]));
        assert_eq!((row[1], row[2]), (sheet.name.as_str(), sheet.area.as_str()));
        for (cell, said) in row[3..].iter().zip(figures.said(sheet)) {
            // The file knows no 非該当.
            let fits = match *cell {
                "1" => said.status == Status::Yes,
                _ => matches!(said.status, Status::No | Status::NotAsked),
            };
            assert!(fits, "{}: {cell} {said:?}", sheet.name);
        }
    }
}

#[test]
fn story_25_of_those_who_were_asked() {
    let tally = s3().tallies()[1];
    let stated = (40, "81.6".to_owned(), 9, "18.4".to_owned());
    assert_eq!(printed(&tally, Base::Asked), stated);
    assert_eq!((tally.n(Base::Asked), tally.not_asked), (49, 4));
}

#[test]
fn story_26_by_area() {
    let figures = s3();
    let (atlas, day) = (atlas(), date(2015, 10, 31));
    let groups = figures.grouped(|sheet| Grouping::Area.key(sheet, &atlas, day));
    let found: Vec<(&str, u32, u32)> = groups
        .iter()
        .map(|group| (group.key.code.as_str(), group.tallies[11].yes, group.sheets))
        .collect();
    let expected = [
        ("1301", 5, 5),
        ("1302", 2, 2),
        ("1303", 3, 3),
        ("1304", 2, 3),
        ("1305", 0, 4),
        ("1306", 0, 3),
        ("1307", 2, 3),
        ("1308", 0, 8),
        ("1309", 0, 5),
        ("1310", 0, 6),
        ("1311", 0, 6),
        ("1312", 0, 5),
    ];
    assert_eq!(found, expected);
}

#[test]
fn by_kind_of_municipality() {
    let figures = s3();
    let (atlas, day) = (atlas(), date(2015, 10, 31));
    let groups = figures.grouped(|sheet| Grouping::Kind.key(sheet, &atlas, day));
    let found: Vec<(&str, u32)> = groups
        .iter()
        .map(|group| (group.key.code.as_str(), group.sheets))
        .collect();
    assert_eq!(
        found,
        [("ward", 23), ("city", 26), ("town", 3), ("village", 1)]
    );
    let sum: u32 = groups.iter().map(|group| group.tallies[0].yes).sum();
    assert_eq!(sum, 49);
    // Without population of municipalities all are in one group without a name.
    let groups = figures.grouped(|sheet| Grouping::Ageing.key(sheet, &atlas, day));
    assert_eq!((groups.len(), groups[0].key.code.as_str()), (1, ""));
}

#[test]
fn story_27_scores() {
    let scores = s3().scores();
    let expected = [
        (0, 4),
        (1, 3),
        (2, 6),
        (3, 4),
        (4, 3),
        (5, 2),
        (6, 3),
        (7, 1),
        (9, 9),
        (11, 4),
        (12, 14),
    ];
    assert_eq!(scores.histogram, BTreeMap::from(expected));
    assert_eq!((scores.done, scores.of), (367, 636));
    assert_eq!(percent(scores.done, scores.of), "57.7");
}

#[test]
fn story_28_an_override_stands_apart() {
    let mut figures = s3();
    let meeting = |class| Override {
        line: "ク①".to_owned(),
        class,
        reason: "今回の意見交換会をもって該当".to_owned(),
    };
    figures.sheets[0].overrides.push(meeting(Class::Yes));
    let tally = figures.tallies()[11];
    assert_eq!((tally.yes, tally.yes_overridden), (14, 1));
    // One that answered otherwise counts too.
    figures.sheets[30].overrides.push(meeting(Class::Yes));
    let tally = figures.tallies()[11];
    assert_eq!((tally.yes, tally.yes_overridden, tally.no), (15, 2, 38));
    figures.sheets[1].overrides.push(meeting(Class::No));
    let tally = figures.tallies()[11];
    assert_eq!((tally.yes, tally.no, tally.no_overridden), (14, 39, 1));
    // Whoever has not answered is not counted as anything by it.
    figures.sheets[30].answered = false;
    let tally = figures.tallies()[11];
    assert_eq!((tally.yes, tally.no_answer), (13, 1));
}

#[test]
fn story_29_the_union_of_several_choices() {
    let unions = s3().unions();
    assert_eq!(unions.len(), 1);
    let (question, tally) = &unions[0];
    assert_eq!((question.as_str(), tally.yes, tally.all), ("キ③", 18, 53));
}

#[test]
fn story_30_what_was_corrected_is_told() {
    let before = s3();
    let mut now = before.clone();
    let mut marks = Marks::read(&now.sheets[40].marks);
    marks.0[4] = Mark::Yes;
    now.sheets[40].marks = marks.write();
    let found = differences(&before, &now);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].line.as_str(), found[0].before, found[0].now),
        ("エ①", Status::No, Status::Yes)
    );
    assert_eq!(now.tallies()[4].yes, 29);
    assert_eq!(before.tallies()[4].yes, 28);
    let changes = since(&before, &now);
    assert_eq!(changes[4].began, [now.sheets[40].name.clone()]);
    assert!(changes[4].ended.is_empty() && changes[3].began.is_empty());
    assert_eq!(changes[1].before, changes[1].now);
}

/// While answers are missing, the totals fall and nobody has stopped.
#[test]
fn who_has_not_answered_yet_did_not_stop() {
    let before = s3();
    let mut now = before.clone();
    for sheet in now.sheets.iter_mut().skip(22) {
        sheet.answered = false;
    }
    let other = if now.sheets[0].marks.starts_with('y') {
        "n"
    } else {
        "y"
    };
    now.sheets[0].marks.replace_range(0..1, other);
    let change = &since(&before, &now)[0];
    assert_eq!((change.before.yes, change.now.yes), (49, 21));
    assert_eq!((change.both, change.more()), (22, -1));
    assert_eq!(change.ended, [now.sheets[0].name.clone()]);
    assert_eq!(since(&before, &before)[0].both, 53);
}

/// Two institutions of one municipality are two, and neither is the municipality; another office of it is the same one.
#[test]
fn last_years_sheet_is_of_the_same_respondent() {
    let mut before = s3();
    before.sheets.truncate(3);
    let (mut a, mut b) = (before.sheets[1].clone(), before.sheets[1].clone());
    for (sheet, name) in [(&mut a, "A"), (&mut b, "B")] {
        sheet.own = false;
        sheet.inhabitants = Some(Inhabitants::default());
        (sheet.respondent, sheet.name) = (name.to_owned(), format!("{name}病院"));
    }
    b.marks = "n".repeat(S3.len());
    let mut new = a.clone();
    "C".clone_into(&mut new.respondent);
    new.marks.clone_from(&b.marks);
    let mut now = before.clone();
    "another-office".clone_into(&mut now.sheets[2].respondent);
    now.sheets[2].marks = "n".repeat(S3.len());
    before.sheets.extend([a.clone(), b.clone()]);
    now.sheets.extend([a, b, new]);
    let changes = since(&before, &now);
    let ended = [now.sheets[2].name.clone()];
    for change in &changes {
        assert!(change.began.is_empty(), "{change:?}");
        assert_eq!(change.ended, ended, "{change:?}");
    }
}

/// A table by size is of those who were counted as inhabitants when it was made.
#[test]
fn groups_stand_on_what_the_sheet_keeps() {
    let (atlas, day) = (atlas(), date(2015, 10, 31));
    let mut sheet = s3().sheets[0].clone();
    let known = |people, over_65| Some(Inhabitants { people, over_65 });
    sheet.inhabitants = known(Some(60_000), Some(15_600));
    assert_eq!(Grouping::Size.key(&sheet, &atlas, day).code, "50000");
    assert_eq!(Grouping::Ageing.key(&sheet, &atlas, day).code, "25");
    sheet.inhabitants = known(None, None);
    assert_eq!(Grouping::Size.key(&sheet, &atlas, day).code, "");
}

#[test]
fn story_31_who_has_not_answered_stays_in_n() {
    let mut figures = s3();
    figures.sheets[0].answered = false;
    let tally = figures.tallies()[0];
    assert_eq!(
        (tally.n(Base::All), tally.no_answer, tally.yes),
        (53, 1, 48)
    );
    assert_eq!(tally.n(Base::Answered), 52);
    assert_eq!(tally.yes_percent(Base::All), "90.6");
    assert_eq!(tally.yes_percent(Base::Answered), "92.3");
    assert_eq!(figures.scores().of, 52 * 12);
}

#[test]
fn two_lines_against_one_another() {
    let cross = s3().cross(0, 1);
    let expected = [
        ((Status::Yes, Status::Yes), 40),
        ((Status::Yes, Status::No), 9),
        ((Status::No, Status::NotAsked), 4),
    ];
    assert_eq!(cross, BTreeMap::from(expected));
}

proptest::proptest! {
    /// Whatever sheets say, groups add up to the whole, and every sheet says one thing to each line.
    #[test]
    fn nothing_is_counted_twice_or_lost(
        letters in proptest::collection::vec("[yns.x?*_-]{0,14}", 1..30),
        counted in proptest::collection::vec(proptest::bool::ANY, 30),
    ) {
        let mut figures = s3();
        figures.sheets.truncate(letters.len());
        for ((sheet, marks), counted) in figures.sheets.iter_mut().zip(letters).zip(counted) {
            sheet.marks = marks;
            sheet.counted = counted;
        }
        let n = u32::try_from(figures.counted().count()).unwrap();
        let (atlas, day) = (atlas(), date(2015, 10, 31));
        let groups = figures.grouped(|sheet| Grouping::Area.key(sheet, &atlas, day));
        for (at, tally) in figures.tallies().iter().enumerate() {
            let said = tally.yes + tally.no + tally.not_asked + tally.no_answer + tally.other();
            proptest::prop_assert_eq!(said, tally.all);
            proptest::prop_assert!(tally.all <= n);
            let yes: u32 = groups.iter().map(|group| group.tallies[at].yes).sum();
            proptest::prop_assert_eq!(yes, tally.yes);
        }
    }
}
