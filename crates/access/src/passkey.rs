//! Passkeys (WebAuthn): people sign in with their device's fingerprint or PIN, beside password and app.
//!
//! Password and app stay, so a passkey is never the last way in, and one may always be removed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use renkei_base::clock::Span;
use renkei_base::{Ctx, Id, Micros, Refusal};
use renkei_store::passkey::PasskeyRow;
use renkei_store::{AccountRow, AccountState, Changes, Failure, Note};
use sha2::Sha256;

use crate::input::Faults;
use crate::secret::digest;
use crate::session::own;
use crate::signin::failed;
use crate::slow::Keys;
use crate::webauthn::{self, Party, PublicKey};
use crate::{Access, NewSession};

/// How long a challenge may be answered.
pub const LIFE: Span = Span::minutes(5);
/// Passkeys of one person.
const MOST: usize = 20;
/// The setting that signs challenges.
const SECRET: &str = "passkey-secret";

/// What a challenge is for. One for signing in registers nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose<'a> {
    Register(&'a Id),
    /// By this browser.
    SignIn(&'a str),
    Confirm(&'a Id),
}

impl Purpose<'_> {
    fn text(self) -> String {
        match self {
            Self::Register(account) => format!("register {account}"),
            Self::SignIn(browser) => format!("sign-in {}", digest("browser", browser)),
            Self::Confirm(account) => format!("confirm {account}"),
        }
    }
}

/// One of one's own passkeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    pub id: Id,
    pub name: String,
    pub created: Micros,
    pub used: Option<Micros>,
}

/// What the browser is asked for; texts are base64url.
#[derive(Clone, Debug)]
pub struct Wish {
    pub challenge: String,
    /// Credentials that are not to be made again, or that may answer; empty: any.
    pub credentials: Vec<String>,
}

/// What the browser answers; all texts are base64url.
#[derive(Clone, Default)]
pub struct Answer {
    pub credential: String,
    pub client_data: String,
    pub authenticator_data: String,
    pub signature: String,
    /// The account as the device has kept it.
    pub user: String,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer(..)")
    }
}

/// An answer that is right: whose, by which passkey, to which challenge.
struct Proof {
    account: AccountRow,
    passkey: PasskeyRow,
    counter: i64,
    challenge: Challenge,
}

/// A challenge that is ours.
struct Challenge {
    hash: String,
    expires: Micros,
}

impl Access {
    /// For a new passkey of the caller.
    pub async fn passkey_to_make(&self, ctx: &Ctx) -> Result<Wish, Failure> {
        let account = own(ctx)?;
        let rows = self.store.passkeys_of(account).await?;
        Ok(Wish {
            challenge: self.challenge(ctx, Purpose::Register(account)).await?,
            credentials: rows.into_iter().map(|row| row.credential).collect(),
        })
    }

    /// For signing in with whichever passkey the device has for this server. `browser` is a secret that this browser alone
    /// keeps ([`Access::new_browser`]): an answer that another one brings is none.
    pub async fn passkey_to_sign_in(&self, ctx: &Ctx, browser: &str) -> Result<Wish, Failure> {
        Ok(Wish {
            challenge: self.challenge(ctx, Purpose::SignIn(browser)).await?,
            credentials: Vec::new(),
        })
    }

    /// What a browser keeps from being asked until it answers.
    pub fn new_browser(ctx: &Ctx) -> String {
        hex::encode(ctx.ids.secret())
    }

    /// For showing again who one is.
    pub async fn passkey_to_confirm(&self, ctx: &Ctx) -> Result<Wish, Failure> {
        let account = own(ctx)?;
        let rows = self.store.passkeys_of(account).await?;
        Ok(Wish {
            challenge: self.challenge(ctx, Purpose::Confirm(account)).await?,
            credentials: rows.into_iter().map(|row| row.credential).collect(),
        })
    }

    /// The caller's own, the oldest first.
    pub async fn passkeys(&self, ctx: &Ctx) -> Result<Vec<Passkey>, Failure> {
        let rows = self.store.passkeys_of(own(ctx)?).await?;
        let shown = rows.into_iter().map(|row| Passkey {
            id: row.id,
            name: row.name,
            created: row.created,
            used: row.used,
        });
        Ok(shown.collect())
    }

    /// Keeps the passkey that a device has just made for the caller.
    pub async fn add_passkey(
        &self,
        ctx: &Ctx,
        session: &Id,
        party: &Party,
        name: &str,
        answer: &Answer,
    ) -> Result<Id, Failure> {
        let account = own(ctx)?;
        self.needs_proof(ctx, session).await?;
        let mut faults = Faults::default();
        let name = faults.line("name", name, "fault-passkey-name");
        faults.into_refusal()?;
        if self.store.passkeys_of(account).await?.len() >= MOST {
            return Err(Refusal::not_now("refuse-passkey-many").into());
        }
        let made = decoded(&answer.client_data)
            .zip(decoded(&answer.authenticator_data))
            .and_then(|(client, data)| webauthn::register(party, &client, &data))
            .ok_or_else(unread)?;
        let challenge = self
            .check(ctx, Purpose::Register(account), &made.challenge)
            .await?
            .ok_or_else(unread)?;
        let row = PasskeyRow {
            id: ctx.ids.id(),
            account: account.clone(),
            credential: URL_SAFE_NO_PAD.encode(&made.credential),
            name,
            algorithm: made.key.algorithm().to_owned(),
            public_key: made.key.to_hex(),
            counter: made.counter.into(),
            created: ctx.at,
            used: None,
        };
        let mut changes = Changes::default();
        changes.answer_challenge(&challenge.hash, challenge.expires);
        changes.create_passkey(&row);
        changes.note(note("passkey.add", account, &row.id));
        match self.commit(ctx, changes).await {
            Ok(()) => Ok(row.id),
            Err(Failure::Refused(Refusal::Conflict)) => Err(unread().into()),
            Err(other) => Err(other),
        }
    }

    /// Removes one of the caller's own.
    pub async fn remove_passkey(
        &self,
        ctx: &Ctx,
        session: &Id,
        passkey: &Id,
    ) -> Result<(), Failure> {
        let account = own(ctx)?;
        self.needs_proof(ctx, session).await?;
        let mut changes = Changes::default();
        changes.remove_passkey(account, passkey);
        changes.note(note("passkey.remove", account, passkey));
        match self.commit(ctx, changes).await {
            Err(Failure::Refused(Refusal::Conflict)) => Err(Refusal::NotFound.into()),
            other => other,
        }
    }

    /// A new session for whoever's passkey has answered, or the one answer for everything that can be wrong.
    pub async fn sign_in_by_passkey(
        &self,
        ctx: &Ctx,
        party: &Party,
        answer: &Answer,
        browser: &str,
        agent: &str,
    ) -> Result<NewSession, Failure> {
        let keys = Keys::of_passkey(&answer.credential, ctx.address);
        self.look_slowed(ctx, &keys).await?;
        // Without a browser there was no question.
        let proof = match browser.is_empty() {
            true => None,
            false => {
                let purpose = Purpose::SignIn(browser);
                self.prove_passkey(ctx, party, purpose, answer).await?
            }
        };
        if let Some(proof) = proof {
            let mut changes = Changes::default();
            let account = &proof.account.id;
            spend(ctx, &proof, &mut changes);
            changes.mark_signed_in(account, ctx.at);
            Self::forgive(&keys, &mut changes);
            let session = self.begin_session(ctx, account, agent, &mut changes);
            let detail = format!("account={account} with=passkey");
            changes.note(Note::new("session.start").detail(detail));
            match self.commit(ctx, changes).await {
                Ok(()) => return Ok(session),
                Err(Failure::Refused(Refusal::Conflict)) => {}
                Err(other) => return Err(other),
            }
        }
        self.count_failure(ctx, &keys).await?;
        let note = Note::new("session.failed").detail("with=passkey").refused();
        self.store.audit(ctx, vec![note]).await?;
        Err(failed().into())
    }

    /// Whether the caller's own passkey has answered; puts what that spends into `changes`.
    pub(crate) async fn confirmed_by_passkey(
        &self,
        ctx: &Ctx,
        party: &Party,
        answer: &Answer,
        changes: &mut Changes,
    ) -> Result<bool, Failure> {
        let account = own(ctx)?;
        let proof = self
            .prove_passkey(ctx, party, Purpose::Confirm(account), answer)
            .await?
            .filter(|proof| proof.account.id == *account);
        if let Some(proof) = &proof {
            spend(ctx, proof, changes);
        }
        Ok(proof.is_some())
    }

    async fn prove_passkey(
        &self,
        ctx: &Ctx,
        party: &Party,
        purpose: Purpose<'_>,
        answer: &Answer,
    ) -> Result<Option<Proof>, Failure> {
        let found = self.store.passkey_by_credential(&answer.credential).await?;
        let Some(passkey) = found else {
            return Ok(None);
        };
        let Some((asserted, counter)) = signed(party, &passkey, purpose, answer) else {
            return Ok(None);
        };
        let Some(challenge) = self.check(ctx, purpose, &asserted).await? else {
            return Ok(None);
        };
        let account = self.store.account(&passkey.account).await?;
        let account = account.filter(|row| row.state == AccountState::Active);
        Ok(account.map(|account| Proof {
            account,
            passkey,
            counter,
            challenge,
        }))
    }

    /// A challenge that nobody needs to remember before it is answered: when it ends, chance, and our word for both.
    async fn challenge(&self, ctx: &Ctx, purpose: Purpose<'_>) -> Result<String, Failure> {
        let secret = self.challenge_secret(ctx).await?;
        let body = format!("{}.{}", (ctx.at + LIFE).0, hex::encode(ctx.ids.secret()));
        let word = seal(&secret, purpose, &body);
        Ok(URL_SAFE_NO_PAD.encode(format!("{body}.{word}")))
    }

    /// Whether a challenge is ours, for this, and may still be answered.
    async fn check(
        &self,
        ctx: &Ctx,
        purpose: Purpose<'_>,
        sent: &str,
    ) -> Result<Option<Challenge>, Failure> {
        let secret = self.challenge_secret(ctx).await?;
        let ours = sent
            .rsplit_once('.')
            .filter(|(body, word)| fits(&secret, purpose, body, word));
        let Some((body, _)) = ours else {
            return Ok(None);
        };
        let ends = body.split_once('.').and_then(|(ends, _)| ends.parse().ok());
        let ends = ends.map(Micros).filter(|ends| ctx.at < *ends);
        // Without our word, which may be written in more than one way.
        Ok(ends.map(|expires| Challenge {
            hash: digest("challenge", body),
            expires,
        }))
    }

    async fn challenge_secret(&self, ctx: &Ctx) -> Result<String, Failure> {
        if let Some(secret) = self.store.setting(SECRET).await? {
            return Ok(secret);
        }
        let mut changes = Changes::default();
        changes.set(SECRET, &hex::encode(ctx.ids.secret()));
        self.store.commit(ctx, changes).await?;
        // Of two that are made at the same moment the later one stays.
        Ok(self.store.setting(SECRET).await?.unwrap_or_default())
    }
}

/// The challenge that a passkey has signed, and its counter.
fn signed(
    party: &Party,
    passkey: &PasskeyRow,
    purpose: Purpose<'_>,
    answer: &Answer,
) -> Option<(String, i64)> {
    let key = PublicKey::from_hex(&passkey.algorithm, &passkey.public_key)?;
    let client = decoded(&answer.client_data)?;
    let data = decoded(&answer.authenticator_data)?;
    let signature = decoded(&answer.signature)?;
    let asserted = webauthn::assert(party, &key, &client, &data, &signature)?;
    let user = decoded(&answer.user)?;
    // Where nobody was named, the device has to say who it is (§7.2, step 6).
    let unsaid = user.is_empty() && !matches!(purpose, Purpose::SignIn(_));
    let same = unsaid || user == passkey.account.as_str().as_bytes();
    // One that does not rise is a copy of the key (§7.2, step 22). Devices that share keys do not count.
    let counter = i64::from(asserted.counter);
    let rises = counter > passkey.counter || (counter == 0 && passkey.counter == 0);
    (same && rises).then_some((asserted.challenge, counter))
}

fn spend(ctx: &Ctx, proof: &Proof, changes: &mut Changes) {
    changes.answer_challenge(&proof.challenge.hash, proof.challenge.expires);
    changes.use_passkey(&proof.passkey, proof.counter, ctx.at);
}

fn mac(secret: &str, purpose: Purpose<'_>, body: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(purpose.text().as_bytes());
    mac.update(&[0]);
    mac.update(body.as_bytes());
    Some(mac)
}

fn seal(secret: &str, purpose: Purpose<'_>, body: &str) -> String {
    let word = mac(secret, purpose, body).map(|mac| mac.finalize().into_bytes());
    word.map(hex::encode).unwrap_or_default()
}

fn fits(secret: &str, purpose: Purpose<'_>, body: &str, word: &str) -> bool {
    let word = hex::decode(word).unwrap_or_default();
    mac(secret, purpose, body).is_some_and(|mac| mac.verify_slice(&word).is_ok())
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn note(action: &str, account: &Id, passkey: &Id) -> Note {
    Note::new(action).detail(format!("account={account} passkey={passkey}"))
}

fn unread() -> Refusal {
    Refusal::fault("", "fault-passkey")
}
