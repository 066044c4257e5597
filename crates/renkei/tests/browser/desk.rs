//! One person at one browser: what the stories of this test say.

use std::time::Duration;

use thirtyfour::prelude::*;

use crate::region::Region;

const PATIENCE: Duration = Duration::from_secs(20);
/// A new referral shows within this time without reload (issue 2, §3; story A2).
const LIVE: Duration = Duration::from_secs(5);

pub(crate) struct Desk {
    pub(crate) driver: WebDriver,
    base: String,
}

impl Desk {
    pub(crate) async fn open(region: &Region) -> Self {
        Self::open_with(region, &[]).await
    }

    /// With further wishes on the command line of the browser.
    pub(crate) async fn open_with(region: &Region, more: &[String]) -> Self {
        let mut wishes = DesiredCapabilities::chrome();
        for wish in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--window-size=1360,1000",
        ] {
            wishes.add_arg(wish).unwrap();
        }
        for wish in more {
            wishes.add_arg(wish).unwrap();
        }
        let driver = WebDriver::new(&region.driver_url, wishes)
            .await
            .expect("a browser");
        Self {
            driver,
            base: region.base.clone(),
        }
    }

    pub(crate) async fn close(self) {
        self.driver.quit().await.unwrap();
    }

    pub(crate) async fn go(&self, path: &str) {
        self.driver
            .goto(format!("{}{path}", self.base))
            .await
            .unwrap();
    }

    /// Waits until it is there, and gives it.
    pub(crate) async fn find(&self, by: By) -> WebElement {
        self.within(by, PATIENCE).await
    }

    async fn within(&self, by: By, time: Duration) -> WebElement {
        let what = format!("{by:?}");
        match self
            .driver
            .query(by)
            .wait(time, Duration::from_millis(100))
            .first()
            .await
        {
            Ok(element) => element,
            Err(_) => panic!(
                "not found: {what} on {}\n{}",
                self.path().await,
                self.text().await
            ),
        }
    }

    pub(crate) async fn path(&self) -> String {
        self.driver.current_url().await.unwrap().path().to_owned()
    }

    pub(crate) async fn text(&self) -> String {
        self.driver
            .find(By::Tag("body"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    pub(crate) async fn click(&self, by: By) {
        let element = self.find(by).await;
        element.scroll_into_view().await.unwrap();
        element.click().await.unwrap();
    }

    pub(crate) async fn type_into(&self, name: &str, text: &str) {
        let field = self.find(By::Css(format!("[name='{name}']"))).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses one of the sample people.
    pub(crate) async fn be(&self, name: &str) {
        self.go("/login").await;
        self.click(By::XPath(format!("//button[@name='account'][b='{name}']")))
            .await;
        self.find(By::XPath(format!("//header//b[.='{name}']")))
            .await;
    }

    /// Chooses the desk of an institution of the directory.
    pub(crate) async fn be_the_desk_of(&self, institution: &str) {
        self.go("/login").await;
        self.type_into("q", institution).await;
        self.click(By::XPath(format!(
            "//button[@name='institution'][contains(b, '{institution}')]"
        )))
        .await;
        self.find(By::XPath(format!(
            "//header//span[contains(., '{institution}')]"
        )))
        .await;
        self.go("/home").await;
    }

    /// Writes a letter for the first patient of the list and hands it to the doctor; gives the case's address.
    pub(crate) async fn writes_to(&self, hospital: &str, department: Option<&str>) -> String {
        self.go("/patients").await;
        self.click(By::Css("a[href^='/referrals/new']")).await;
        self.type_into("q", hospital).await;
        self.click(By::XPath(format!(
            "//button[@name='choose'][contains(., '{hospital}')]"
        )))
        .await;
        self.find(By::XPath(format!(
            "//p[@id='addressee'][contains(., '{hospital}')]"
        )))
        .await;
        if let Some(department) = department {
            self.click(By::XPath(format!(
                "//select[@name='department']/option[starts-with(., '{department}')]"
            )))
            .await;
        }
        self.type_into("purpose", "労作時胸痛の精査をお願いします。")
            .await;
        self.type_into("diagnosis", "労作性狭心症の疑い").await;
        self.type_into(
            "course",
            "10月より階段昇降で胸部圧迫感。安静で3分ほどで消失。",
        )
        .await;
        self.type_into(
            "medication",
            "アムロジピン錠5mg 1錠 分1 朝食後\nアスピリン腸溶錠100mg 1錠 分1 朝食後",
        )
        .await;
        self.find(By::XPath(
            "//*[@id='saved']//p[contains(., '保存しました')]",
        ))
        .await;
        self.click(By::Css("button[name='then'][value='submit']"))
            .await;
        self.shows_state("ready").await;
        self.path().await
    }

    /// Presses the button of a step, by its address.
    pub(crate) async fn press(&self, step: &str) {
        let code = step.trim_start_matches("step-");
        self.click(By::Css(format!("form[action$='/steps/{code}'] button")))
            .await;
    }

    /// What a script answers becomes this, soon.
    pub(crate) async fn becomes(&self, script: &str, wanted: u64) {
        let mut last = serde_json::Value::Null;
        for _ in 0..50 {
            last = self.script(script).await;
            if last == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{last} instead of {wanted}: {script}");
    }

    pub(crate) async fn shows_state(&self, code: &str) {
        self.find(By::Css(format!(".toolbar .badge.{code}"))).await;
    }

    pub(crate) async fn shows_text(&self, text: &str) {
        self.find(By::XPath(format!("//main[contains(., '{text}')]")))
            .await;
    }

    /// The case appears on the open list, without a reload, soon.
    pub(crate) async fn waits_for_row(&self, case: &str) {
        self.within(By::Css(format!("a[data-row][href='{case}']")), LIVE)
            .await;
    }

    pub(crate) async fn books_the_first_slot(&self) {
        self.click(By::Css(
            "form[action$='/steps/book'] .slots label:first-child input[name='slot']",
        ))
        .await;
        self.press("step-book").await;
    }

    /// The patient comes before the day of the appointment: one says so.
    pub(crate) async fn records_an_early_arrival(&self) {
        self.click(By::XPath("//details[.//input[@name='early']]/summary"))
            .await;
        self.click(By::Css("input[name='early']")).await;
        self.press("step-arrive").await;
    }

    /// A day that is not far, as one types it.
    pub(crate) async fn next_week(&self) -> String {
        let day = "return new Date(Date.now() + 7 * 86400000).toISOString().slice(0, 10)";
        self.script(day).await.as_str().unwrap().to_owned()
    }

    pub(crate) async fn books_at(&self, date: &str, time: &str) {
        self.type_into("date", date).await;
        self.type_into("time", time).await;
        self.press("step-book").await;
    }

    /// What a script of the page gives.
    pub(crate) async fn script(&self, script: &str) -> serde_json::Value {
        let answer = self.driver.execute(script, Vec::new()).await.unwrap();
        answer.json().clone()
    }

    /// The same of a script that takes its time: its last argument is what it calls with the answer.
    pub(crate) async fn script_async(&self, script: &str) -> serde_json::Value {
        let answer = self.driver.execute_async(script, Vec::new()).await.unwrap();
        answer.json().clone()
    }

    /// Makes the window as wide as that.
    pub(crate) async fn is_wide(&self, width: u32) {
        self.driver
            .set_window_rect(0, 0, width, 1000)
            .await
            .unwrap();
    }

    pub(crate) async fn path_and_query(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        format!("{}?{}", url.path(), url.query().unwrap_or_default())
    }

    /// Length of a PDF that the signed-in browser gets; 0 when it is no PDF.
    pub(crate) async fn pdf_bytes(&self, path: &str) -> u64 {
        let script = "const done = arguments[1]; fetch(arguments[0]).then(async r => \
             done(r.headers.get('content-type') === 'application/pdf' ? (await r.arrayBuffer()).byteLength : 0), () => done(0));";
        let answer = self
            .driver
            .execute_async(script, vec![path.into()])
            .await
            .unwrap();
        answer.json().as_u64().unwrap()
    }

    pub(crate) async fn writes_a_reply(&self, case: &str) {
        self.go(&format!("{case}/reply")).await;
        self.type_into("diagnosis", "労作性狭心症").await;
        self.type_into("findings", "負荷心電図で ST 低下を認めました。")
            .await;
        self.type_into("plan", "当院で冠動脈CTを予定します。").await;
        self.click(By::Css("button[name='then'][value='leave']"))
            .await;
        self.shows_state("arrived").await;
    }

    pub(crate) async fn releases_the_reply(&self, case: &str) {
        self.go(&format!("{case}/reply")).await;
        self.click(By::Css("input[name='closes'][value='on']"))
            .await;
        self.click(By::Css("button[name='then'][value='release']"))
            .await;
    }
}
