//! A passkey in a real browser with a made-up device: registered, signed in with, removed.

use renkei_testkit::backend;
use serde_json::json;
use thirtyfour::By;
use thirtyfour::extensions::cdp::ChromeDevTools;

use crate::DOCTOR;
use crate::desk::Desk;
use crate::region::Region;

/// A device inside the browser that has verified its owner.
async fn device(desk: &Desk) {
    let tools = ChromeDevTools::new(desk.driver.handle.clone());
    tools.execute_cdp("WebAuthn.enable").await.unwrap();
    let options = json!({ "options": {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": true,
        "hasUserVerification": true,
        "isUserVerified": true,
        "automaticPresenceSimulation": true,
    } });
    tools
        .execute_cdp_with_params("WebAuthn.addVirtualAuthenticator", options)
        .await
        .unwrap();
}

#[test]
fn a_doctor_signs_in_by_the_device_alone() {
    backend::run(async {
        let region = Region::start().await;
        let desk = Desk::open(&region).await;
        device(&desk).await;
        desk.be(DOCTOR).await;
        desk.go("/account/passkeys").await;
        desk.type_into("name", "診察室のパソコン").await;
        desk.click(By::Css("form[data-passkey=create] button"))
            .await;
        desk.find(By::Css("form[action$='/remove']")).await;
        assert!(desk.text().await.contains("診察室のパソコン"));

        desk.click(By::Css("form[action='/logout'] button")).await;
        desk.go("/login?next=/patients").await;
        desk.click(By::Css("form[data-passkey=get] button")).await;
        desk.find(By::Css("form[action='/logout']")).await;
        assert_eq!(desk.path().await, "/patients");
        assert!(desk.text().await.contains(DOCTOR));

        desk.go("/account/passkeys").await;
        desk.click(By::Css("form[action$='/remove'] button")).await;
        desk.find(By::Css(".empty")).await;
        desk.click(By::Css("form[action='/logout'] button")).await;
        desk.go("/login").await;
        desk.click(By::Css("form[data-passkey=get] button")).await;
        // The device still has its key; the server knows it no longer.
        desk.find(By::Css("form[action='/login'], .error, main h1"))
            .await;
        assert!(!desk.text().await.contains("サインアウト"));
        desk.close().await;
    });
}
