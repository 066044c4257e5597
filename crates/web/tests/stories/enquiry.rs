//! What a desk is asked, over years: months without any, years side by side, worries that are no longer chosen, months as
//! people write them.

use renkei_base::Role;
use renkei_testkit::{Backend, each_backend};

use crate::common::{World, words};

each_backend!(counts_by_month_and_by_year);

async fn counts_by_month_and_by_year(backend: Backend) {
    let world = World::empty(backend).await;
    let desk = world.clinic("こころの相談").await;
    let clerk = world
        .signed_in("clerk", Some(&desk), &[Role::LiaisonClerk])
        .await;
    for (month, theme) in [
        ("2023-05", "forgetful"),
        ("2025-04", "forgetful"),
        ("2025-04", "forgetful"),
        ("2025-06", "forgetful"),
        ("R7.6", "sleepless"),
    ] {
        let form = [
            ("month", month),
            ("theme", theme),
            ("asker", "family"),
            ("outcome", "heard"),
            ("note", ""),
        ];
        let noted = clerk.post("/enquiries", &form).await;
        assert_eq!(noted.status_code(), 303, "{}", words(&noted.text()));
    }
    let show = async |query: &str| words(&clerk.get(&format!("/enquiries?{query}")).await.text());
    // Months without any are columns too, in order.
    let year = show("from=2025-04&until=2025-07").await;
    for text in [
        "2025-04 2025-05 2025-06 2025-07 計",
        "もの忘れが気になる 2 0 1 0 3",
        "計 2 0 2 0 4",
        "困りごとと月ごとの数 2025-04 – 2025-07",
    ] {
        assert!(year.contains(text), "{text} in {year}");
    }
    // As people write them, and the wrong way round.
    for query in [
        "from=R7.4&until=2025%E5%B9%B47%E6%9C%88",
        "from=2025-07&until=2025-04",
    ] {
        let same = show(query).await;
        assert!(
            same.contains("もの忘れが気になる 2 0 1 0 3"),
            "{query}: {same}"
        );
    }
    let wrong = show("from=%E3%81%84%E3%81%A4%E3%81%8B&until=2025-07").await;
    assert!(
        wrong.contains("「いつか」は月として読めませんでした"),
        "{wrong}"
    );
    // Over years there is a column for each of them, as far as anybody asked.
    let years = show("from=2001-01&until=2026-03").await;
    for text in [
        "令和5年度 令和6年度 令和7年度 計",
        "もの忘れが気になる 1 0 3 4",
    ] {
        assert!(years.contains(text), "{text} in {years}");
    }
    let page = clerk.get("/enquiries").await.text();
    let page = page.replace("&#38;", "&").replace("&amp;", "&");
    assert!(page.contains("href=\"/enquiries?from=2025-04&until=2026-03\""));
    let csv = clerk
        .get("/enquiries/counts.csv?from=R5.4&until=R8.3")
        .await;
    assert_eq!(csv.text().lines().count(), 1 + 4, "{}", csv.text());
    // A worry that the region no longer offers keeps its name and its counts.
    let region = world.signed_in("region", None, &[Role::RegionAdmin]).await;
    assert!(
        clerk
            .get("/enquiries")
            .await
            .text()
            .contains("value=\"sleepless\"")
    );
    let retired = region.post("/tags/sleepless/retire", &[]).await;
    assert_eq!(retired.status_code(), 303, "{}", words(&retired.text()));
    assert!(
        !clerk
            .get("/enquiries")
            .await
            .text()
            .contains("value=\"sleepless\"")
    );
    let still = show("from=2025-04&until=2025-07").await;
    for text in ["眠れない・気分が沈む 0 0 1 0 1", "計 2 0 2 0 4"] {
        assert!(still.contains(text), "{text} in {still}");
    }
    assert!(!still.contains("sleepless"), "{still}");
}
