//! What a gateway is given of the letters that it brought: the patient is whom the letter says, and no reference tells
//! which patient here that is, so that none tells that there was one.

use renkei_base::{Ctx, Machine};
use renkei_fhir::Resource;
use renkei_store::{FoundText, Page, Stored, StoredText};
use serde_json::{Value, json};

/// How a reference to a patient begins.
const PATIENT: &str = "Patient/";

/// Whether references to patients are kept from this caller.
fn kept(ctx: &Ctx) -> bool {
    ctx.caller.machine == Some(Machine::Gateway)
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let reference = map.get("reference").and_then(Value::as_str);
            if reference.is_some_and(|to| to.starts_with(PATIENT)) {
                *value = json!({"type": "Patient"});
                return;
            }
            map.values_mut().for_each(hide);
        }
        Value::Array(list) => list.iter_mut().for_each(hide),
        _ => {}
    }
}

/// A document says itself whom it is about, in references of its own.
fn is_ours(resource: &Resource) -> bool {
    resource.typ() != "Bundle"
}

pub(super) fn resource(ctx: &Ctx, resource: Resource) -> Resource {
    if !kept(ctx) || !is_ours(&resource) {
        return resource;
    }
    let mut value = resource.clone().into_value();
    hide(&mut value);
    Resource::from_value(value).unwrap_or(resource)
}

pub(super) fn stored(ctx: &Ctx, mut one: Stored) -> Stored {
    one.resource = resource(ctx, one.resource);
    one
}

pub(super) fn text(ctx: &Ctx, mut one: StoredText) -> StoredText {
    one.body = body(ctx, one.body);
    one
}

fn body(ctx: &Ctx, body: String) -> String {
    if !kept(ctx) {
        return body;
    }
    match Resource::from_stored(&body) {
        Ok(found) => resource(ctx, found).to_json(),
        // A deleted one has no text.
        Err(_) => body,
    }
}

pub(super) fn page(ctx: &Ctx, mut page: Page) -> Page {
    for list in [&mut page.matches, &mut page.included] {
        *list = std::mem::take(list)
            .into_iter()
            .map(|one| stored(ctx, one))
            .collect();
    }
    page
}

pub(super) fn page_of_texts(ctx: &Ctx, mut page: Page<FoundText>) -> Page<FoundText> {
    for one in page.matches.iter_mut().chain(&mut page.included) {
        one.text.body = body(ctx, std::mem::take(&mut one.text.body));
    }
    page
}
