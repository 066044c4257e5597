#![cfg(test)]
//! The loop of a referral in a real browser, from both sides, on `renkei demo`: once within the sample region, once with
//! a hospital that came from a file.

mod desk;
mod passkey;
mod region;
mod replying;
mod resident;
mod tiles;
mod wcag;
mod writing;

use desk::Desk;
use region::Region;
use renkei_testkit::{backend, test_data};

const CLERK: &str = "林 みどり";
pub(crate) const DOCTOR: &str = "三原 健一";
const HOSPITAL: &str = "見本市立中央病院";
pub(crate) const HOSPITAL_CLERK: &str = "青木 真由美";
pub(crate) const HOSPITAL_DOCTOR: &str = "髙橋 直樹";

#[test]
fn a_clinic_refers_and_the_hospital_answers() {
    backend::run(async {
        let region = Region::start().await;
        let clinic = Desk::open(&region).await;
        let hospital = Desk::open(&region).await;
        clinic.be(CLERK).await;
        hospital.be(HOSPITAL_CLERK).await;
        hospital.go("/home").await;

        let case = clinic.writes_to(HOSPITAL, Some("循環器内科")).await;
        clinic.be(DOCTOR).await;
        clinic.go(&case).await;
        clinic.press("step-send").await;
        clinic.shows_state("sent").await;

        // The hospital's list was open all the time; nobody reloads it.
        hospital.waits_for_row(&case).await;
        hospital.go(&case).await;
        hospital.press("step-receive").await;
        hospital.press("step-accept").await;
        hospital.books_the_first_slot().await;
        hospital.shows_state("booked").await;
        assert!(hospital.pdf_bytes(&format!("{case}/ticket.pdf")).await > 10_000);
        hospital.records_an_early_arrival().await;
        hospital.shows_state("arrived").await;
        hospital.writes_a_reply(&case).await;

        hospital.be(HOSPITAL_DOCTOR).await;
        hospital.releases_the_reply(&case).await;
        hospital.shows_state("closed").await;

        clinic.go(&case).await;
        clinic.shows_state("closed").await;
        clinic.shows_text("労作性狭心症").await;
        assert!(clinic.pdf_bytes(&format!("{case}/letter.pdf")).await > 10_000);
        clinic.close().await;
        hospital.close().await;
    });
}

#[test]
fn a_clinic_refers_to_a_hospital_of_the_real_list() {
    let Some(file) = test_data("institutions/01-1_hospital_facility_info_20250601.zip") else {
        return;
    };
    backend::run(async {
        let region = Region::start().await;
        region.import("medical-institutions", &file);
        let clinic = Desk::open(&region).await;
        let hospital = Desk::open(&region).await;
        clinic.be(CLERK).await;
        let case = clinic.writes_to("墨東病院", None).await;
        clinic.be(DOCTOR).await;
        clinic.go(&case).await;
        clinic.press("step-send").await;

        hospital.be_the_desk_of("墨東病院").await;
        hospital.waits_for_row(&case).await;
        hospital.go(&case).await;
        hospital.press("step-receive").await;
        hospital.press("step-accept").await;
        let day = hospital.next_week().await;
        hospital.books_at(&day, "10:30").await;
        hospital.shows_state("booked").await;
        clinic.go(&case).await;
        clinic.shows_state("booked").await;
        clinic.close().await;
        hospital.close().await;
    });
}
