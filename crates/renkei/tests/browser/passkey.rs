//! A passkey in a real browser with a made-up device: registered, signed in with, removed.

use axum::http::Method;
use renkei_testkit::backend;
use serde_json::json;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::{By, RequestData, SessionId};

use crate::DOCTOR;
use crate::desk::Desk;
use crate::region::Region;

/// A device inside the browser that has verified its owner (Web Authentication Level 3, §11, Add Virtual Authenticator).
#[derive(Debug)]
struct Device;

impl FormatRequestData for Device {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let path = format!("/session/{session}/webauthn/authenticator");
        RequestData::new(Method::POST, path).add_body(json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserConsenting": true,
            "isUserVerified": true,
        }))
    }
}

/// Signs out, and waits until it is done.
async fn leave(desk: &Desk) {
    desk.click(By::Css("form[action='/logout'] button")).await;
    desk.find(By::Css("header a[href^='/login']")).await;
}

#[test]
fn a_doctor_signs_in_by_the_device_alone() {
    backend::run(async {
        let region = Region::start().await;
        let desk = Desk::open(&region).await;
        desk.driver.handle().cmd(Device).await.unwrap();
        desk.be(DOCTOR).await;
        desk.go("/account/passkeys").await;
        desk.type_into("name", "診察室のパソコン").await;
        desk.click(By::Css("form[data-passkey=create] button"))
            .await;
        desk.find(By::Css("form[action$='/remove']")).await;
        assert!(desk.text().await.contains("診察室のパソコン"));

        leave(&desk).await;
        desk.go("/login?next=/patients").await;
        desk.click(By::Css("form[data-passkey=get] button")).await;
        desk.find(By::Css("form[action='/logout']")).await;
        assert_eq!(desk.path().await, "/patients");
        assert!(desk.text().await.contains(DOCTOR));

        desk.go("/account/passkeys").await;
        desk.click(By::Css("form[action$='/remove'] button")).await;
        desk.find(By::Css(".empty")).await;
        leave(&desk).await;
        desk.go("/login").await;
        desk.click(By::Css("form[data-passkey=get] button")).await;
        // The device still has its key; the server knows it no longer.
        desk.find(By::Css("main .notice.bad")).await;
        assert_eq!(desk.path().await, "/login/passkey");
        let inside = desk.driver.find_all(By::Css("form[action='/logout']"));
        assert!(inside.await.unwrap().is_empty());
        desk.close().await;
    });
}
