//! A resident on a phone, without signing in: from a trouble to a clinic that is open on Saturday, and that on paper.

use renkei_testkit::backend;
use thirtyfour::common::print::PrintParameters;
use thirtyfour::prelude::*;

use crate::desk::Desk;
use crate::region::Region;

const CLINIC: &str = "見本めぐろこころのクリニック";
/// Wider than the window: then one has to scroll sideways.
const TOO_WIDE: &str =
    "return document.documentElement.scrollWidth - document.documentElement.clientWidth";

/// Where the name of the first of the list ends.
const FIRST: &str = "return Math.round(document.querySelector('tbody tr th a').getBoundingClientRect().bottom + scrollY)";
/// The height of a phone.
const SCREEN: i64 = 844;

#[test]
fn a_resident_finds_a_clinic_and_prints_it() {
    backend::run(async {
        let region = Region::start().await;
        let phone = Desk::open(&region).await;
        phone.is_wide(390).await;
        phone.go("/?lang=ja").await;
        phone.type_into("q", "眠れない").await;
        phone.choose("municipality", "目黒区").await;
        phone.choose("open", "土曜").await;
        phone
            .click(By::Css("form[role='search'] button.main"))
            .await;
        phone.shows_text(CLINIC).await;
        let low = phone.script(FIRST).await;
        assert!(
            low.as_i64().unwrap() < SCREEN,
            "the first one ends at {low} px"
        );
        let wide = phone.script(TOO_WIDE).await;
        assert!(wide.as_i64().unwrap() <= 0, "{wide} px hang out");
        phone.click(By::LinkText(CLINIC)).await;
        phone
            .find(By::XPath(format!("//h1[contains(., '{CLINIC}')]")))
            .await;
        phone.shows_text("03-0000-1001").await;
        let paper = phone.driver.print_page(PrintParameters::default()).await;
        assert!(paper.unwrap().starts_with(b"%PDF"));
        let cookies = phone.driver.get_all_cookies().await.unwrap();
        assert!(cookies.is_empty(), "{cookies:?}");
        // In easy Japanese all the way.
        phone.go("/?lang=easy").await;
        phone.click(By::PartialLinkText("土曜日")).await;
        assert!(phone.path_and_query().await.contains("lang=easy"));
        phone.close().await;
    });
}

impl Desk {
    /// Chooses what begins with this text.
    async fn choose(&self, name: &str, text: &str) {
        self.click(By::XPath(format!(
            "//select[@name='{name}']/option[starts-with(normalize-space(.), '{text}')]"
        )))
        .await;
    }
}
