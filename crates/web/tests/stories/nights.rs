//! Nights: who is open at an hour after midnight began on the evening before. Found by weekday and hour, by the hour alone,
//! and on holidays.

use renkei_base::Id;
use renkei_base::clock::Span;
use renkei_store::Changes;
use renkei_store::opening::{Hours, Opening, What};
use renkei_testkit::{Backend, each_backend};

use crate::common::{World, words};

each_backend!(nights_are_found_by_weekday_and_hour);

const NINE: u16 = 9 * 60;
const FIVE: u16 = 17 * 60;
/// 26:00 and 32:30.
const TWO: u16 = 26 * 60;
const HALF_PAST_EIGHT: u16 = 32 * 60 + 30;

async fn opens(world: &World, name: &str, days: &[u8], from: u16, until: u16) -> Id {
    let id = world.clinic(name).await;
    let openings = days.iter().map(|weekday| Opening {
        department: String::new(),
        weekday: *weekday,
        week: 0,
        from,
        until,
        what: What::Consultation,
    });
    let hours = Hours {
        departments: Vec::new(),
        openings: openings.collect(),
    };
    world.clock.advance(Span::seconds(1));
    let ctx = world.ctx();
    let mut changes = Changes::default();
    changes.put_openings(&id, ("own", ""), &hours, ctx.at);
    world.app.store.commit(&ctx, changes).await.unwrap();
    world.app.finder.refresh(&world.app.store).await.unwrap();
    id
}

async fn nights_are_found_by_weekday_and_hour(backend: Backend) {
    let world = World::empty(backend).await;
    opens(&world, "昼医院", &[1, 2, 3, 4, 5], NINE, FIVE).await;
    opens(&world, "金夜医院", &[5], FIVE, TWO).await;
    let always = [1, 2, 3, 4, 5, 6, 7, 8];
    opens(&world, "夜通医院", &always, FIVE, HALF_PAST_EIGHT).await;
    let visitor = world.visitor();
    let found = async |query: &str| {
        let page = visitor.get(&format!("/institutions?{query}")).await;
        let said = words(&page.text());
        let names = ["昼医院", "金夜医院", "夜通医院"].into_iter();
        let found: Vec<&str> = names.filter(|name| said.contains(name)).collect();
        found.join(" ")
    };
    for (query, wanted) in [
        ("open=fri&at=10:00", "昼医院"),
        ("open=fri&at=23:00", "金夜医院 夜通医院"),
        // Of the evening before; not of the same day's.
        ("open=sat&at=01:59", "金夜医院 夜通医院"),
        ("open=sat&at=02:00", "夜通医院"),
        ("open=fri&at=01:00", "夜通医院"),
        ("open=sun&at=01:00", "夜通医院"),
        ("open=mon&at=08:29", "夜通医院"),
        ("open=mon&at=08:30", ""),
        ("open=hol&at=03:00", "夜通医院"),
        ("open=hol&at=10:00", ""),
        ("open=sat", "夜通医院"),
    ] {
        assert_eq!(found(query).await, wanted, "{query}");
    }
    // The hour alone is today's: the test's clock stands on some day; what is asked by its name is the same.
    for _ in 0..7 {
        world.clock.advance(Span::hours(24));
        let date = world.ctx().at.in_japan().date();
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let day = days[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())];
        let holiday = renkei_base::holiday::WorkingDays::default().is_holiday(date);
        let day = if holiday { "hol" } else { day };
        for hour in ["01:00", "10:00", "23:00"] {
            let alone = found(&format!("at={hour}")).await;
            let named = found(&format!("open={day}&at={hour}")).await;
            assert_eq!(alone, named, "{date} {hour}");
        }
    }
}
