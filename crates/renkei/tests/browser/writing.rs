//! Writing that saves itself: nothing that was typed is lost, whoever leaves, whoever else writes.

use std::time::Duration;

use thirtyfour::By;

use crate::desk::Desk;
use crate::region::Region;
use crate::{CLERK, DOCTOR};
use renkei_testkit::backend;

/// From now on the page cannot reach the server.
const CUT: &str = "window.fetch = () => Promise.reject(new TypeError('cut'));";
/// What the tab keeps of unsaved texts.
pub(crate) const KEPT: &str =
    "return Object.keys(sessionStorage).filter((name) => name.startsWith('renkei:')).length";

impl Desk {
    /// Begins a letter for the first patient of the list; gives its address.
    async fn begins(&self) -> String {
        self.go("/patients").await;
        self.click(By::Css("a[href^='/referrals/new']")).await;
        let form = self.find(By::Css("form[data-auto]")).await;
        let action = form.attr("action").await.unwrap().unwrap();
        action.trim_end_matches("/draft").to_owned()
    }

    pub(crate) async fn adds(&self, name: &str, text: &str) {
        let field = self.find(By::Name(name)).await;
        field.send_keys(text).await.unwrap();
    }

    pub(crate) async fn reads(&self, name: &str) -> String {
        let field = self.find(By::Name(name)).await;
        field.prop("value").await.unwrap().unwrap_or_default()
    }

    pub(crate) async fn is_told(&self, text: &str) {
        let found = format!("//main//*[not(@hidden)][contains(text(), '{text}')]");
        self.find(By::XPath(found)).await;
    }

    pub(crate) async fn is_saved(&self) {
        self.find(By::XPath("//*[@id='save-state'][@hidden]")).await;
        self.find(By::XPath(
            "//*[@id='saved']//p[contains(., '保存しました')]",
        ))
        .await;
    }
}

#[test]
fn what_was_typed_is_not_lost() {
    backend::run(async {
        let region = Region::start().await;
        let clerk = Desk::open(&region).await;
        clerk.be(CLERK).await;

        // Who leaves at once.
        let case = clerk.begins().await;
        clerk.adds("purpose", "離れる前の一文").await;
        clerk.is_told("未保存").await;
        clerk.go("/home").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        clerk.go(&format!("{case}/edit")).await;
        assert_eq!(clerk.reads("purpose").await, "離れる前の一文");
        assert_eq!(clerk.script(KEPT).await, 0);

        // Who leaves a field.
        clerk.adds("diagnosis", "労作性狭心症の疑い").await;
        clerk.click(By::Name("course")).await;
        clerk.is_saved().await;

        // Who has no connection, leaves, and comes back.
        clerk.script(CUT).await;
        clerk.adds("remarks", "電波のない所で").await;
        clerk.is_told("サーバーに届きません").await;
        clerk.go("/home").await;
        clerk.go(&format!("{case}/edit")).await;
        assert_eq!(clerk.reads("remarks").await, "");
        clerk.is_told("保存されていない入力が残っています").await;
        clerk.click(By::Css("[data-restore]")).await;
        clerk
            .find(By::XPath("//textarea[@name='remarks'][.='電波のない所で']"))
            .await;
        assert_eq!(clerk.script(KEPT).await, 0, "cleared after saving");

        // Faults of sending do not outlive the next save.
        clerk
            .click(By::Css("button[name='then'][value='submit']"))
            .await;
        clerk.find(By::Id("faults")).await;
        clerk.adds("course", "10月より胸部圧迫感。").await;
        clerk.is_saved().await;
        assert_eq!(
            clerk
                .script("return document.getElementById('faults')")
                .await,
            serde_json::Value::Null
        );

        // Nothing stays in the tab after the sign-out.
        clerk.script(CUT).await;
        clerk.adds("remarks", "、続き").await;
        clerk.is_told("サーバーに届きません").await;
        assert_eq!(clerk.script(KEPT).await, 1);
        clerk.click(By::Css("form[action='/logout'] button")).await;
        clerk.find(By::Css("a[href='/login']")).await;
        // The page's script runs when the whole page has been read.
        clerk.find(By::Css("footer")).await;
        clerk.becomes(KEPT, 0).await;
        clerk.close().await;
    });
}

#[test]
fn two_people_write_one_letter() {
    backend::run(async {
        let region = Region::start().await;
        let clerk = Desk::open(&region).await;
        let doctor = Desk::open(&region).await;
        clerk.be(CLERK).await;
        doctor.be(DOCTOR).await;
        let case = clerk.begins().await;
        clerk.adds("purpose", "精査のお願い").await;
        clerk.is_saved().await;

        doctor.go(&format!("{case}/edit")).await;
        doctor.adds("remarks", "車いす").await;
        doctor.is_saved().await;
        clerk.adds("course", "10月より。").await;
        clerk.is_told("相手の変更を取り込みました").await;
        assert_eq!(clerk.reads("remarks").await, "車いす");
        assert_eq!(clerk.reads("course").await, "10月より。");

        // Emptied on purpose.
        clerk.find(By::Name("remarks")).await.clear().await.unwrap();
        clerk.click(By::Name("course")).await;
        clerk.is_saved().await;
        doctor.adds("diagnosis", "狭心症").await;
        doctor.is_told("相手の変更を取り込みました").await;
        assert_eq!(doctor.reads("remarks").await, "");

        // Both in one field.
        doctor.adds("purpose", "（至急）").await;
        doctor.is_saved().await;
        clerk.adds("purpose", "と加療").await;
        clerk
            .is_told("ほかの人が同じ項目を先に書き換えました")
            .await;
        clerk
            .click(By::Css("button[name='then'][value='stay']"))
            .await;
        clerk.is_told("精査のお願い（至急）").await;
        assert_eq!(clerk.reads("purpose").await, "精査のお願いと加療");
        assert_eq!(clerk.reads("diagnosis").await, "狭心症");
        clerk.type_into("purpose", "至急、精査と加療のお願い").await;
        clerk.is_saved().await;
        doctor.go(&format!("{case}/edit")).await;
        assert_eq!(doctor.reads("purpose").await, "至急、精査と加療のお願い");
        clerk.close().await;
        doctor.close().await;
    });
}
