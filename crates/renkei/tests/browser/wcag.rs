//! Every page in both languages, on a desk and on a phone, against WCAG 2.2 A and AA, as far as a program can tell (axe-core).

use std::path::Path;

use thirtyfour::By;

use crate::desk::Desk;
use crate::region::Region;
use crate::{CLERK, DOCTOR, HOSPITAL_CLERK, HOSPITAL_DOCTOR};
use renkei_testkit::backend;

const RUN: &str = "const done = arguments[0]; axe.run(document, { runOnly: \
    ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'] }).then((found) => done(found.violations.map((one) => \
    `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(' ')}`)), (error) => done([String(error)]));";
/// What the case pages of the list in view are called.
const CASES: &str =
    "return [...document.querySelectorAll('a[data-row]')].map((a) => a.getAttribute('href'))";

/// The page of one's own institution.
const OWN: &str =
    "return document.querySelector('a[href^=\"/institutions/\"].button').getAttribute('href')";
/// What belongs to it.
const SECTIONS: [&str; 9] = [
    "edit",
    "edit/hours",
    "edit/tags",
    "edit/doctors",
    "edit/telephone",
    "edit/members",
    "edit/functions",
    "edit/registered",
    "confirmation",
];

/// Who sees what. `{case}` and `{patient}` are the first of their lists.
const WALKS: &[(&str, &[&str])] = &[
    (
        CLERK,
        &[
            "/",
            "/login",
            "/nowhere",
            "/home",
            "/account",
            "/referrals",
            "/patients",
            "/patients/new",
            "/slots",
            "/departments",
            "/departments/new",
            "/institutions",
        ],
    ),
    (DOCTOR, &["/people", "/people/new", "/clients"]),
    (HOSPITAL_CLERK, &["/home"]),
    (HOSPITAL_DOCTOR, &["/home"]),
    (
        "中島 洋",
        &[
            "/home",
            "/imports",
            "/institutions/new",
            "/tags",
            "/tags/new",
            "/tags/saturday",
            "/functions",
            "/functions/psy-acute",
            "/functions/psy-acute/edit",
            "/confirmations",
            "/enquiries",
        ],
    ),
    ("大谷 律子", &["/home", "/audit"]),
];

/// What anybody may see, signed in or not; in easy Japanese and in large print too.
const OPEN: &[&str] = &[
    "/",
    "/institutions",
    "/institutions?q=%E7%97%85%E9%99%A2&area=1303&tag=tracheostomy&near=35.64,139.70",
    "/institutions?area=0000",
    "/map",
    "/map?kind=secondary-medical-area&figure=hospital&prefecture=13",
    "/areas",
    "/areas/1303",
    "/areas/131105",
    "/guides",
    "/opendata",
    "/functions",
    "/functions/psy-acute",
    "/surveys",
    "/surveys/home-care-2015",
    "/surveys/home-care-2015/matrix",
    "/percent-check",
    "/login",
    "/nowhere",
];

struct Walk {
    desk: Desk,
    axe: String,
    found: Vec<String>,
}

impl Walk {
    async fn look(&mut self, page: &str, how: &str) {
        self.desk.go(page).await;
        self.desk.script(&self.axe).await;
        let found = self.desk.script_async(RUN).await;
        for one in found.as_array().expect("a list") {
            self.found.push(format!("{page} {how}: {one}"));
        }
    }

    async fn walk(&mut self, how: &str) {
        for (who, pages) in WALKS {
            self.desk.be(who).await;
            for page in *pages {
                self.look(page, how).await;
            }
            if [CLERK, HOSPITAL_CLERK, HOSPITAL_DOCTOR].contains(who) {
                self.cases(how).await;
            }
            if *who == DOCTOR {
                self.own_page(how).await;
            }
        }
    }

    /// The page of the institution that somebody keeps, its sections, its confirmation, and the round.
    async fn own_page(&mut self, how: &str) {
        self.desk.go("/departments").await;
        let list = self.desk.script(OWN).await;
        let own = list.as_str().expect("an address").to_owned();
        self.look(&own, how).await;
        for section in SECTIONS {
            self.look(&format!("{own}/{section}"), how).await;
        }
    }

    /// The public pages as a visitor sees them, and the first institution.
    async fn visit(&mut self, how: &str, look: &str) {
        self.desk
            .driver
            .delete_all_cookies()
            .await
            .expect("no cookies");
        for page in OPEN {
            let joint = if page.contains('?') { '&' } else { '?' };
            self.look(&format!("{page}{joint}{look}"), how).await;
        }
        self.desk.go(&format!("/institutions?{look}")).await;
        let list = self.desk.script(CASES).await;
        let first = list.as_array().and_then(|list| list.first());
        let first = first.and_then(|one| one.as_str()).expect("an institution");
        self.look(first, how).await;
    }

    /// Some cases of the work list, and what can be written there.
    async fn cases(&mut self, how: &str) {
        self.desk.go("/home").await;
        let list = self.desk.script(CASES).await;
        for case in list.as_array().expect("a list").iter().take(6) {
            let case = case.as_str().expect("an address").to_owned();
            for page in [
                case.clone(),
                format!("{case}/edit"),
                format!("{case}/reply"),
            ] {
                self.look(&page, how).await;
            }
        }
        self.desk.go("/patients").await;
        self.desk.click(By::Css("a[href^='/referrals/new']")).await;
        let begun = self.desk.path_and_query().await;
        self.look(&begun, how).await;
    }
}

#[test]
fn every_page_is_open_to_everybody() {
    backend::run(async {
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/assets");
        let axe = std::fs::read_to_string(assets.join("node_modules/axe-core/axe.min.js"))
            .expect("axe-core is there: make assets");
        let region = Region::start().await;
        let mut walk = Walk {
            desk: Desk::open(&region).await,
            axe,
            found: Vec::new(),
        };
        for (width, look) in [
            (1360, "lang=ja"),
            (375, "lang=easy&size=large"),
            (768, "lang=en&size=large"),
            (375, "furigana=yes"),
        ] {
            walk.desk.is_wide(width).await;
            walk.visit(&format!("({width} px, {look}, visitor)"), look)
                .await;
        }
        for (width, lang) in [(1360, "ja"), (400, "ja"), (400, "en")] {
            walk.desk.is_wide(width).await;
            walk.desk.go("/").await;
            walk.desk
                .script(&format!("document.cookie = 'lang={lang}; path=/'"))
                .await;
            walk.walk(&format!("({width} px, {lang})")).await;
        }
        walk.desk.close().await;
        assert!(walk.found.is_empty(), "{}", walk.found.join("\n"));
    });
}
