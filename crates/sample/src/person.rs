//! People. They need no password in the sample region: one chooses whom to be.

use renkei_access::{Access, DemoMode, NewPerson};
use renkei_base::clock::Span;
use renkei_base::{Lang, Micros};
use renkei_store::Changes;

use crate::SampleError;
use crate::region::Region;

/// All in one commit, in the order of the file, which is the order of the sign-in page.
pub(crate) async fn make(
    region: &mut Region,
    access: &Access,
    mode: &DemoMode,
) -> Result<(), SampleError> {
    let data = region.data.clone();
    let start = region.days_ago(395);
    let mut changes = Changes::default();
    for (at, row) in (0..).map(|n| start + Span::minutes(n)).zip(&data.people) {
        let roles = row.roles()?;
        let person = NewPerson {
            login: row.login.clone(),
            name: row.name.clone(),
            kana: row.kana.clone(),
            institution: Some(region.institution(&row.institution)?.clone()),
            roles: roles.clone(),
            lang: Lang::Ja,
        };
        let ctx = region.program(&format!("person/{}", row.login), at);
        let made = access.enter_person(mode, &ctx, &person, &mut changes);
        let made = made.map_err(|refusal| SampleError::from((row.login.as_str(), refusal)))?;
        region.enter(row, made.id, roles)?;
    }
    let last: Micros = start + Span::hours(2);
    region
        .care
        .store
        .commit(&region.program("people", last), changes)
        .await?;
    Ok(())
}
