//! Replies in a browser: two people at one of them, and a session that ends in the middle of a sentence.

use thirtyfour::By;

use crate::desk::Desk;
use crate::region::Region;
use crate::writing::KEPT;
use crate::{HOSPITAL_CLERK, HOSPITAL_DOCTOR};
use renkei_testkit::backend;

impl Desk {
    /// Begins the reply that is owed first; gives the address of its case.
    async fn begins_a_reply(&self) -> String {
        self.go("/home?group=reply").await;
        self.click(By::Css("a[data-row]")).await;
        self.click(By::Css("#next a[href$='/reply']")).await;
        self.find(By::Css("form[data-auto='reply']")).await;
        let path = self.path().await;
        path.trim_end_matches("/reply").to_owned()
    }
}

#[test]
fn two_people_write_one_reply() {
    backend::run(async {
        let region = Region::start().await;
        let nurse = Desk::open(&region).await;
        let doctor = Desk::open(&region).await;
        nurse.be(HOSPITAL_CLERK).await;
        doctor.be(HOSPITAL_DOCTOR).await;
        let case = nurse.begins_a_reply().await;
        nurse.adds("findings", "血圧 132/78").await;
        nurse.click(By::Name("plan")).await;
        nurse.is_saved().await;

        // Each in another field: both stay.
        doctor.go(&format!("{case}/reply")).await;
        assert_eq!(doctor.reads("findings").await, "血圧 132/78");
        doctor.adds("diagnosis", "高血圧症").await;
        doctor.click(By::Name("plan")).await;
        doctor.is_saved().await;
        nurse.adds("next_visit", "2週間後").await;
        nurse.click(By::Name("request")).await;
        nurse.is_told("相手の変更を取り込みました").await;
        assert_eq!(nurse.reads("diagnosis").await, "高血圧症");
        assert_eq!(nurse.reads("next_visit").await, "2週間後");

        // Both in one: each sees what the other wrote, and nothing goes out unread.
        nurse.adds("plan", "外来で経過観察").await;
        nurse.click(By::Name("request")).await;
        nurse.is_saved().await;
        doctor.adds("plan", "降圧薬を増量").await;
        doctor
            .click(By::Css("button[name='then'][value='release']"))
            .await;
        doctor.is_told("外来で経過観察").await;
        assert_eq!(doctor.reads("plan").await, "降圧薬を増量");
        assert_eq!(doctor.reads("next_visit").await, "2週間後");
        doctor
            .type_into("plan", "降圧薬を増量し、外来で経過観察")
            .await;
        doctor
            .click(By::Css("button[name='then'][value='release']"))
            .await;
        doctor.shows_text("降圧薬を増量し、外来で経過観察").await;
        nurse.close().await;
        doctor.close().await;
    });
}

#[test]
fn a_session_that_ends_leaves_the_text() {
    backend::run(async {
        let region = Region::start().await;
        let nurse = Desk::open(&region).await;
        nurse.be(HOSPITAL_CLERK).await;
        let case = nurse.begins_a_reply().await;
        nurse.adds("findings", "胸部X線").await;
        nurse.click(By::Name("plan")).await;
        nurse.is_saved().await;
        nurse.driver.delete_all_cookies().await.unwrap();
        nurse.adds("findings", "に異常なし").await;
        nurse.click(By::Name("plan")).await;
        nurse.is_told("サインインし直してください").await;
        assert_eq!(nurse.reads("findings").await, "胸部X線に異常なし");
        assert_eq!(nurse.script(KEPT).await, 1);
        // Signed in again in the same tab, it is offered and saved.
        nurse.be(HOSPITAL_CLERK).await;
        nurse.go(&format!("{case}/reply")).await;
        assert_eq!(nurse.reads("findings").await, "胸部X線");
        nurse.is_told("保存されていない入力が残っています").await;
        nurse.click(By::Css("[data-restore]")).await;
        nurse
            .find(By::XPath(
                "//textarea[@name='findings'][.='胸部X線に異常なし']",
            ))
            .await;
        assert_eq!(nurse.script(KEPT).await, 0, "cleared after saving");
        nurse.close().await;
    });
}
