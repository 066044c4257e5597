//! A document comes in: checked, known already or not, and whose it is.

use renkei_access::{Action, Facts, permit};
use renkei_base::{Ctx, Id, Machine, Refusal, limits};
use renkei_fhir::document::{self, Identifier, Letter, check, passes};
use renkei_fhir::{Key, Malformed, Resource};
use renkei_store::{Changes, DocumentParty, DocumentRow, DocumentState, Failure, Note, StoreError};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Finding, Received, Refused, answer, beyond, correct, letter};
use crate::Care;

/// How often a document is tried when others change the same things at the same moment.
const TIMES: usize = 6;

/// What came, checked.
pub(super) struct Arrived {
    pub(super) bundle: Resource,
    pub(super) letter: Letter,
    pub(super) digest: String,
    pub(super) warnings: Vec<Finding>,
}

/// Takes a document in: a letter becomes a referral in the addressee's inbox, a reply the reply of its referral.
///
/// The caller is the sender's own system, or a gateway, which may bring letters of anybody and sees those that it brought.
/// A letter of or to an institution that the directory does not know is taken too, and waits ([`crate::arrival`]).
///
/// # Errors
/// As [`Refused`] says.
pub async fn receive(care: &Care, ctx: &Ctx, text: &str) -> Result<Received, Refused> {
    let received = tried(care, ctx, text).await;
    if let Err(refused) = &received {
        let note = Note::new("document.receive")
            .detail(said(refused))
            .refused();
        care.store.audit(ctx, vec![note]).await?;
    }
    received
}

async fn tried(care: &Care, ctx: &Ctx, text: &str) -> Result<Received, Refused> {
    may_bring(ctx)?;
    let arrived = read(text)?;
    let from = party(care, &arrived.letter.from).await?;
    let to = party(care, &arrived.letter.to).await?;
    own(ctx, &from)?;
    let mut last = Refusal::Conflict;
    let name = registered(ctx, &from, &arrived.letter.identifier);
    for _ in 0..TIMES {
        if let Some(there) = care.store.document(&name).await? {
            return again(&there, &arrived);
        }
        if let Some(there) = same_elsewhere(care, &from, &arrived).await? {
            return again(&there, &arrived);
        }
        let row = row(ctx, &arrived, &name, from.clone(), to.clone());
        match take(care, ctx, &arrived, row, text).await {
            // Perhaps the same document at the same moment: a reply takes several steps.
            Err(Refused::Failure(Failure::Refused(
                refusal @ (Refusal::Conflict | Refusal::NotNow(_)),
            ))) => last = refusal,
            other => return other,
        }
    }
    Err(last.into())
}

/// Why a document was refused, for the audit: the rules' names.
fn said(refused: &Refused) -> String {
    match refused {
        Refused::Faulty(findings) => {
            let rules: Vec<&str> = findings
                .iter()
                .map(|one| one.rule.as_str())
                .take(20)
                .collect();
            rules.join(" ")
        }
        Refused::Differs(finding) => finding.rule.clone(),
        Refused::Failure(Failure::Refused(_)) => "refused".to_owned(),
        Refused::Failure(Failure::Store(_)) => "store".to_owned(),
    }
}

fn may_bring(ctx: &Ctx) -> Result<(), Refusal> {
    if ctx.caller.machine == Some(Machine::Gateway) && ctx.caller.account.is_some() {
        return Ok(());
    }
    let facts = Facts {
        home: true,
        requester: true,
        ..Facts::NONE
    };
    // A person sends in their own name; a system only what was signed there.
    let action = match ctx.caller.machine {
        Some(_) => Action::ReferralDraft,
        None => Action::ReferralSend,
    };
    permit(&ctx.caller, action, &facts)
}

/// Only a gateway brings the letters of others.
fn own(ctx: &Ctx, from: &DocumentParty) -> Result<(), Refused> {
    let gateway = ctx.caller.machine == Some(Machine::Gateway);
    if gateway || from.institution.is_some() && from.institution == ctx.caller.institution {
        return Ok(());
    }
    let path = "Bundle.entry[0].resource.section";
    let finding = Finding::error("renkei-sender", path, "sender");
    Err(Refused::Faulty(vec![finding]))
}

fn read(text: &str) -> Result<Arrived, Refused> {
    let bundle = Resource::from_json_within(text, limits::DOCUMENT_BYTES);
    let bundle = bundle.map_err(|error| Refused::Faulty(vec![malformed(&error)]))?;
    let findings = check(&bundle);
    if !passes(&findings) {
        return Err(Refused::Faulty(findings));
    }
    let letter = document::read(&bundle);
    Ok(Arrived {
        digest: digest(&bundle),
        letter,
        bundle,
        warnings: findings,
    })
}

/// What a document is registered as: an identifier counts within its sender, so that nobody learns of, or takes, the
/// identifiers of others. A sender that nobody knows counts as who brought it. What a gateway brings counts within that
/// gateway too ([`registered`]): it only says whose letter it is.
pub(super) fn registered_as(sender: &Id, identifier: &Identifier) -> String {
    format!("{sender}|{}|{}", identifier.system, identifier.value)
}

pub(super) fn registered(ctx: &Ctx, from: &DocumentParty, identifier: &Identifier) -> String {
    let by = ctx.caller.account.as_ref();
    let name = from.institution.as_ref().or(by);
    let name = name.map_or_else(String::new, |name| registered_as(name, identifier));
    match (ctx.caller.machine, by) {
        // No id has this sign.
        (Some(Machine::Gateway), Some(by)) => format!("{by}@{name}"),
        _ => name,
    }
}

/// The same document to the last digit, that somebody else brought or that was issued here: it is not taken a second time.
/// Who has all of it learns nothing by that.
async fn same_elsewhere(
    care: &Care,
    from: &DocumentParty,
    arrived: &Arrived,
) -> Result<Option<DocumentRow>, StoreError> {
    let Some(sender) = &from.institution else {
        return Ok(None);
    };
    care.store.document_like(sender, &arrived.digest).await
}

/// No JSON resource. The rule is named `json`: web answers 400, 413 for `too-large`.
fn malformed(error: &Malformed) -> Finding {
    match error {
        Malformed::TooLarge => Finding::error("json-size", "Bundle", "too-large")
            .with("max", (limits::DOCUMENT_BYTES / 1_000_000).to_string()),
        Malformed::Twice(name) => {
            Finding::error("json", "Bundle", "json-twice").with("element", name)
        }
        _ => Finding::error("json", "Bundle", "json"),
    }
}

/// SHA-256 of what a document says: the same in whatever order of keys, whoever stamped it.
pub(super) fn digest(bundle: &Resource) -> String {
    let mut value = Value::Object(bundle.json().clone());
    if let Value::Object(map) = &mut value {
        map.shift_remove("id");
        if let Some(Value::Object(meta)) = map.get_mut("meta") {
            meta.shift_remove("versionId");
            meta.shift_remove("lastUpdated");
        }
    }
    sort(&mut value);
    let hash = Sha256::digest(value.to_string().as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sort(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.sort_keys();
            map.values_mut().for_each(sort);
        }
        Value::Array(list) => list.iter_mut().for_each(sort),
        _ => {}
    }
}

async fn party(care: &Care, party: &document::Sender) -> Result<DocumentParty, StoreError> {
    let institution = match party.code.is_empty() {
        true => None,
        false => care.store.institution_by_code(&party.code).await?,
    };
    Ok(DocumentParty {
        name: party.name.clone(),
        code: party.code.clone(),
        institution,
    })
}

fn again(there: &DocumentRow, arrived: &Arrived) -> Result<Received, Refused> {
    if there.digest != arrived.digest {
        let path = "Bundle.identifier.value";
        return Err(Refused::Differs(Finding::error(
            "renkei-identifier",
            path,
            "differs",
        )));
    }
    Ok(Received {
        bundle: there.bundle.clone(),
        version: 1,
        created: false,
        warnings: arrived.warnings.clone(),
    })
}

fn row(
    ctx: &Ctx,
    arrived: &Arrived,
    name: &str,
    from: DocumentParty,
    to: DocumentParty,
) -> DocumentRow {
    let client = ctx.caller.account.as_ref();
    DocumentRow {
        name: name.to_owned(),
        bundle: ctx.ids.id(),
        patient: ctx.ids.id(),
        case: ctx.ids.id(),
        kind: "letter".to_owned(),
        state: DocumentState::Received,
        digest: arrived.digest.clone(),
        original: String::new(),
        at: ctx.at,
        source: client.map(Id::to_string).unwrap_or_default(),
        from,
        to,
        done_by: None,
        done_at: None,
    }
}

async fn take(
    care: &Care,
    ctx: &Ctx,
    arrived: &Arrived,
    mut row: DocumentRow,
    text: &str,
) -> Result<Received, Refused> {
    row.original = care.store.put_blob(text.as_bytes().to_vec()).await?;
    let mut warnings = arrived.warnings.clone();
    let answered = match &arrived.letter.answers {
        Some(answers) => {
            let found = answer::answered(care, ctx, answers, &row).await?;
            if found.is_none() {
                let path = "Bundle.entry[0].resource.relatesTo";
                warnings.push(Finding::error("renkei-answers", path, "answers-unknown").warning());
            }
            found
        }
        None => None,
    };
    let replaced = match (&answered, &arrived.letter.replaces) {
        (None, Some(replaces)) => {
            let found = correct::replaced(care, ctx, replaces, &row).await?;
            if found.is_none() {
                warnings.push(correct::unknown());
            }
            found
        }
        _ => None,
    };
    let changes = match (answered, replaced) {
        (Some(case), _) => answer::take(care, ctx, arrived, &case, &mut row).await?,
        (None, Some(replaced)) => correct::take(care, ctx, arrived, replaced, &mut row).await?,
        (None, None) => letter::take(care, ctx, arrived, &mut row).await?,
    };
    commit(care, ctx, arrived, &row, changes).await?;
    Ok(Received {
        bundle: row.bundle,
        version: 1,
        created: true,
        warnings,
    })
}

/// The Bundle and its row come last, with everything that makes it known.
async fn commit(
    care: &Care,
    ctx: &Ctx,
    arrived: &Arrived,
    row: &DocumentRow,
    mut changes: Changes,
) -> Result<(), Failure> {
    let mut bundle = arrived.bundle.clone();
    bundle.set("id", Value::from(row.bundle.as_str()));
    changes.create(bundle, letter::place(row, row.from.institution.as_ref()));
    changes.grants.extend(letter::bringer(ctx, row));
    changes.put_document(row);
    if let Some(sender) = &row.from.institution {
        // Another one who brings the same at the same moment meets this, and finds the document.
        changes.claim("document", sender, &row.digest, &row.bundle);
    }
    let note = Note::new("document.receive").patient(&row.patient);
    changes.note(note.what(bundle_key(&row.bundle)).detail(row.state.code()));
    care.store.commit(&beyond(ctx), changes).await?;
    Ok(())
}

pub(super) fn bundle_key(id: &Id) -> Key {
    Key::new("Bundle", id.clone())
}

/// A document byte for byte as it came.
///
/// # Errors
/// `NotFound` for what the caller may not see, and for documents that were issued here.
pub async fn original(care: &Care, ctx: &Ctx, bundle: &Id) -> Result<Vec<u8>, Failure> {
    let seen = care.store.read(ctx, &bundle_key(bundle)).await?;
    seen.ok_or(Refusal::NotFound)?;
    let row = care
        .store
        .document_of(bundle)
        .await?
        .ok_or(Refusal::NotFound)?;
    let bytes = care.store.blob(&row.original).await?;
    Ok(bytes.ok_or(Refusal::NotFound)?)
}
