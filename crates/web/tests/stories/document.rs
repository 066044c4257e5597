//! Who sends no standard document is told so, and what to do.

use renkei_base::Role;
use renkei_testkit::{Backend, each_backend};

use crate::common::World;

each_backend!(who_has_no_number_is_told);

async fn who_has_no_number_is_told(backend: Backend) {
    let world = World::empty(backend).await;
    let clinic = world.clinic("岩田医院").await;
    let admin = world
        .signed_in("kanri", Some(&clinic), &[Role::InstitutionAdmin])
        .await;
    let page = admin.get("/home").await.text();
    let said = "標準の電子文書（JP-CLINS）では送られず";
    assert!(page.contains(said), "{page}");
    let page = admin.get(&format!("/institutions/{clinic}")).await.text();
    assert!(
        page.contains(said) && page.contains("地域の担当窓口に依頼"),
        "{page}"
    );
    // That is nobody else's business.
    let page = world
        .visitor()
        .get(&format!("/institutions/{clinic}"))
        .await;
    assert!(!page.text().contains(said));
}
