//! Passwords: what is accepted, and how they are kept (argon2id).

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use renkei_base::Fault;
use renkei_store::{Failure, StoreError};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::config::HashCost;
use crate::secret::digest;

/// Characters. With a second factor, the ministry's guideline (医療情報システムの安全管理に関するガイドライン)
/// is content with fewer; length is what helps, so no mixture of kinds is asked for.
pub const SHORTEST: usize = 12;
/// Characters. Longer ones would only make the hash slow.
pub const LONGEST: usize = 128;
/// Fewer different characters than this is a pattern.
const FEWEST_DIFFERENT: usize = 5;
/// Hashes at the same time: each takes memory and a core.
const AT_ONCE: usize = 2;

/// What remains of a common password when digits and signs around it are taken off, or the whole of it.
const COMMON: &[&str] = &[
    "abcdefghijkl",
    "admin",
    "administrator",
    "asdfghjkl",
    "baseball",
    "byouin",
    "changeme",
    "clinic",
    "doctor",
    "dragon",
    "football",
    "hospital",
    "iloveyou",
    "kangofu",
    "kangoshi",
    "letmein",
    "master",
    "monkey",
    "nippon",
    "nurse",
    "passphrase",
    "password",
    "passwordpassword",
    "princess",
    "qawsedrftgyh",
    "qazwsx",
    "qazwsxedc",
    "qazwsxedcrfv",
    "qwerty",
    "qwertyuiop",
    "renkei",
    "renkeirenkei",
    "sakura",
    "sakurasakura",
    "secret",
    "shinryojo",
    "sunshine",
    "superman",
    "trustno1",
    "tokyo",
    "welcome",
    "yamada",
    "zaq12wsx",
    "zxcvbnm",
];
const ROWS: &[&str] = &[
    "12345678901234567890",
    "09876543210987654321",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// Full-width letters from a Japanese keyboard are the same password.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

/// What is wrong with a new password, `None` when it is accepted. `login` is normalised.
pub fn fault(field: &str, password: &str, login: &str) -> Option<Fault> {
    let password = normal(password);
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(Fault::new(field, "fault-password-short").with("min", SHORTEST));
    }
    if length > LONGEST {
        return Some(Fault::new(field, "fault-password-long").with("max", LONGEST));
    }
    let lower = password.to_lowercase();
    if !login.is_empty() && lower.contains(login) {
        return Some(Fault::new(field, "fault-password-login"));
    }
    is_common(&lower).then(|| Fault::new(field, "fault-password-common"))
}

fn is_common(lower: &str) -> bool {
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    let core = lower.trim_matches(|c: char| !c.is_alphabetic());
    different.len() < FEWEST_DIFFERENT
        || COMMON.contains(&core)
        || COMMON.contains(&lower)
        || ROWS.iter().any(|row| row.contains(lower))
}

/// Makes and checks hashes, a few at a time, off the threads that answer requests.
#[derive(Clone)]
pub struct Hasher {
    cost: HashCost,
    gate: Arc<Semaphore>,
    /// The hash of nobody's password: checked when there is no account, so that the answer takes as long.
    dummy: Arc<str>,
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher")
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

impl Hasher {
    pub fn new(cost: HashCost) -> Self {
        let dummy = hash(cost, "nobody's password", &salt([0; 32])).unwrap_or_default();
        Self {
            cost,
            gate: Arc::new(Semaphore::new(AT_ONCE)),
            dummy: dummy.into(),
        }
    }

    /// The hash of a password, in PHC form. `secret` comes from [`renkei_base::Ids::secret`].
    pub async fn hash(&self, password: &str, secret: [u8; 32]) -> Result<String, Failure> {
        let (cost, password) = (self.cost, password.to_owned());
        self.off_thread(move || hash(cost, &password, &salt(secret)))
            .await?
    }

    /// Whether this is the password. Without a hash it works as long and says no.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, Failure> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.dummy).to_owned();
        let password = normal(&password.chars().take(LONGEST + 1).collect::<String>());
        let right = self
            .off_thread(move || {
                Argon2::default()
                    .verify_password(password.as_bytes(), stored.as_str())
                    .is_ok()
            })
            .await?;
        Ok(right && known)
    }

    /// Whether a hash was made with other parameters than today's.
    pub fn is_outdated(&self, stored: &str) -> bool {
        let params = PasswordHash::new(stored)
            .ok()
            .and_then(|h| Params::try_from(&h).ok());
        params.is_none_or(|p| {
            (p.m_cost(), p.t_cost(), p.p_cost())
                != (self.cost.memory_kib, self.cost.passes, self.cost.lanes)
        })
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let stopped = |_| Failure::Store(StoreError::Busy);
        let permit = Arc::clone(&self.gate)
            .acquire_owned()
            .await
            .map_err(|_| Failure::Store(StoreError::Busy))?;
        let done = tokio::task::spawn_blocking(work).await.map_err(stopped);
        drop(permit);
        done
    }
}

/// 16 bytes of salt out of a secret.
fn salt(secret: [u8; 32]) -> Vec<u8> {
    secret.into_iter().take(16).collect()
}

fn hash(cost: HashCost, password: &str, salt: &[u8]) -> Result<String, Failure> {
    let broken = || Failure::Store(StoreError::Corrupt("argon2 parameters".to_owned()));
    let params =
        Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(|_| broken())?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(normal(password).as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|_| broken())
}

/// For the audit and for counting tries: a login without the login.
pub(crate) fn login_hash(login: &str) -> String {
    digest("login", login)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(password: &str) -> Option<String> {
        fault("password", password, "iwata").map(|f| f.key)
    }

    #[test]
    fn what_is_accepted() {
        assert_eq!(key("correct horse battery"), None);
        assert_eq!(
            key("あさがおとひるがおと犬"),
            Some("fault-password-short".to_owned())
        );
        assert_eq!(key("あさがおとひるがおと柴犬と"), None);
        assert_eq!(key("kaeru-tobikomu-mizu"), None);
    }

    #[test]
    fn what_is_refused() {
        assert_eq!(key("short").as_deref(), Some("fault-password-short"));
        assert_eq!(
            key(&"ab cd efg".repeat(20)).as_deref(),
            Some("fault-password-long")
        );
        assert_eq!(
            key("my-IWATA-secret").as_deref(),
            Some("fault-password-login")
        );
        for common in [
            "password1234",
            "Password2026!",
            "１２３４５６７８９０１２",
            "aaaaaaaaaaaa",
            "qwertyuiop12",
            "qwertyuiopas",
            "1qaz2wsx3edc",
            "renkei202604",
            "abababababab",
        ] {
            assert_eq!(
                key(common).as_deref(),
                Some("fault-password-common"),
                "{common}"
            );
        }
    }

    #[tokio::test]
    async fn a_password_is_known_again_in_full_width_too() {
        let hasher = Hasher::new(HashCost::CHEAP);
        let stored = hasher.hash("kaeru-tobikomu", [7; 32]).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"),
            "{stored}"
        );
        assert!(
            hasher
                .verify("kaeru-tobikomu", Some(&stored))
                .await
                .unwrap()
        );
        assert!(
            hasher
                .verify("ｋａｅｒｕ－tobikomu", Some(&stored))
                .await
                .unwrap()
        );
        assert!(
            !hasher
                .verify("kaeru-tobikomi", Some(&stored))
                .await
                .unwrap()
        );
        assert!(!hasher.verify("nobody's password", None).await.unwrap());
        assert!(!hasher.is_outdated(&stored));
        assert!(Hasher::new(HashCost::STRONG).is_outdated(&stored));
    }
}
