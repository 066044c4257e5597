//! Everything in one file, made while people write, and a region made of it again. What was cut off or altered is refused.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use renkei_base::{Lang, Machine, Micros, Roles};
use renkei_store::backup::restore;
use renkei_store::client::ClientState;
use renkei_store::enrolment::EnrolmentRow;
use renkei_store::session::SessionRow;
use renkei_store::{
    AccountRow, AccountState, Changes, ClientRow, Config, Store, StoreError, TokenRow,
};
use renkei_testkit::{Backend, Folder, each_backend};

use crate::world::{World, id, key, public, slot};

each_backend!(
    what_was_there_is_there_again,
    nobody_is_signed_in_to_a_restored_region,
    people_write_meanwhile,
    a_region_is_not_restored_over_another,
    one_byte_more_or_less_is_seen,
);

fn another(backend: &Backend) -> Backend {
    match backend.is_postgres() {
        true => Backend::postgres(),
        false => Backend::sqlite(),
    }
}

async fn write(store: &Store, world: &World, name: &str) -> Result<(), StoreError> {
    let mut changes = Changes::default();
    changes.create(slot(name), public(None));
    store.commit(&world.program(), changes).await.map(drop)
}

/// Opens what was restored, and looks at its audit.
async fn opened(world: &World, config: &Config) -> Store {
    let store = Store::open(config, world.clock.shared()).await.unwrap();
    let verdict = store.verify_audit(|_| ()).await.unwrap();
    assert!(verdict.sound(), "{verdict:?}");
    store
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

async fn what_was_there_is_there_again(backend: Backend) {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "clinic").await;
    let clinic = world.doctor("clinic");
    let name = world.store.put_blob(b"%PDF-1.4".to_vec()).await.unwrap();
    let read = world
        .store
        .read(&clinic, &key("Patient/p1"))
        .await
        .unwrap()
        .unwrap();
    let mut changes = Changes::default();
    changes.update(&read, read.resource.clone());
    world.store.commit(&clinic, changes).await.unwrap();
    let folder = Folder::new();
    let file = folder.join("region.renkei");
    let copied = world.store.backup(&world.program(), &file).await.unwrap();
    assert_eq!(
        files(folder.path()),
        std::slice::from_ref(&file),
        "nothing but the file is left"
    );
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let sum = <sha2::Sha256 as sha2::Digest>::digest(std::fs::read(&file).unwrap());
    assert_eq!(copied.sha256, hex::encode(sum));
    // What comes after is not in it.
    write(&world.store, &world, "later").await.unwrap();
    let to = another(&world.backend);
    let restored = restore(&to.config(), &file).await.unwrap();
    assert_eq!(restored, copied);
    let store = opened(&world, &to.config()).await;
    assert_eq!(
        store
            .history(&clinic, &key("Patient/p1"))
            .await
            .unwrap()
            .len(),
        2
    );
    let case = store
        .case(&clinic, &id("c1"), "referral.read")
        .await
        .unwrap();
    assert_eq!(
        case,
        world
            .store
            .case(&clinic, &id("c1"), "referral.read")
            .await
            .unwrap()
    );
    let found = store
        .search(&clinic, &renkei_store::Query::of("Observation"))
        .await
        .unwrap();
    assert_eq!(found.matches.len(), 1);
    assert!(
        store
            .read(&world.doctor("stranger"), &key("Patient/p1"))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        store.blob(&name).await.unwrap().as_deref(),
        Some(&b"%PDF-1.4"[..])
    );
    assert_eq!(
        store
            .read(&world.program(), &key("Slot/later"))
            .await
            .unwrap(),
        None
    );
    write(&store, &world, "goes-on").await.unwrap();
    store.close().await.unwrap();
}

fn link(hash: &str, account: Option<&str>) -> EnrolmentRow {
    EnrolmentRow {
        hash: hash.to_owned(),
        account: account.map(id),
        totp: String::new(),
        created: Micros(1),
        expires: Micros::NEVER,
        used: None,
    }
}

/// A way in of each kind, in the columns that matter here.
async fn ways_in(world: &World) {
    let account = AccountRow {
        id: id("a1"),
        version: 1,
        login: "a1".to_owned(),
        name: "A".to_owned(),
        kana: String::new(),
        institution: None,
        roles: Roles::default(),
        practitioner: None,
        state: AccountState::Active,
        lang: Lang::Ja,
        password: None,
        totp: None,
        totp_step: 0,
        created: Micros(1),
        reviewed: Micros(1),
        signed_in: None,
    };
    let mut changes = Changes::default();
    changes.create_account(&account);
    changes.create_session(&SessionRow {
        hash: "session".to_owned(),
        id: id("s1"),
        account: id("a1"),
        created: Micros(1),
        used: Micros(1),
        address: String::new(),
        agent: String::new(),
    });
    let client = ClientRow {
        id: id("m1"),
        version: 1,
        name: "m1".to_owned(),
        kind: Machine::Gateway,
        institution: None,
        roles: Roles::default(),
        scopes: String::new(),
        keys: String::new(),
        state: ClientState::Active,
        created: Micros(1),
        created_by: None,
        used: None,
    };
    changes.create_client(&client);
    changes.create_token(&TokenRow {
        hash: "token".to_owned(),
        client: id("m1"),
        scopes: String::new(),
        created: Micros(1),
        expires: Micros::NEVER,
    });
    changes.create_enrolment(&link("spent", Some("a1")));
    changes.use_enrolment("spent", Micros(2));
    changes.create_enrolment(&link("open", Some("a1")));
    changes.create_enrolment(&link("first", None));
    changes.set("passkey-secret", "old");
    changes.set("other", "kept");
    world.store.commit(&world.program(), changes).await.unwrap();
}

/// Which of these ways in there are.
async fn open_ways(store: &Store) -> Vec<&'static str> {
    let mut open = Vec::new();
    let mut look = |name, there| {
        if there {
            open.push(name);
        }
    };
    let account = store.account(&id("a1")).await.unwrap();
    look("account", account.is_some());
    look("client", store.client(&id("m1")).await.unwrap().is_some());
    let session = store.session_owner("session").await.unwrap();
    look("session", session.is_some());
    look("token", store.token_owner("token").await.unwrap().is_some());
    for name in ["spent", "open", "first"] {
        look(name, store.enrolment(name).await.unwrap().is_some());
    }
    for name in ["passkey-secret", "other"] {
        look(name, store.setting(name).await.unwrap().is_some());
    }
    open
}

async fn nobody_is_signed_in_to_a_restored_region(backend: Backend) {
    let world = World::open(backend).await;
    ways_in(&world).await;
    let all = [
        "account",
        "client",
        "session",
        "token",
        "spent",
        "open",
        "first",
        "passkey-secret",
        "other",
    ];
    assert_eq!(open_ways(&world.store).await, all);
    let folder = Folder::new();
    let file = folder.join("region.renkei");
    world.store.backup(&world.program(), &file).await.unwrap();
    let to = another(&world.backend);
    restore(&to.config(), &file).await.unwrap();
    let store = opened(&world, &to.config()).await;
    let kept = ["account", "client", "spent", "other"];
    assert_eq!(open_ways(&store).await, kept);
    store.close().await.unwrap();
    assert_eq!(
        open_ways(&world.store).await,
        all,
        "the old one is as it was"
    );
}

async fn people_write_meanwhile(backend: Backend) {
    let world = Arc::new(World::open(backend).await);
    let folder = Folder::new();
    let stop = Arc::new(AtomicBool::new(false));
    let writers = (0..4).map(|writer| {
        let (world, stop) = (Arc::clone(&world), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut acked = Vec::new();
            while !stop.load(Ordering::SeqCst) {
                let name = format!("w{writer}-{}", acked.len());
                write(&world.store, &world, &name).await.unwrap();
                world
                    .store
                    .read(&world.doctor("x"), &key("Patient/none"))
                    .await
                    .unwrap();
                acked.push(name);
            }
            acked
        })
    });
    let writers: Vec<_> = writers.collect();
    for round in 0..3 {
        write(&world.store, &world, &format!("before-{round}"))
            .await
            .unwrap();
        // A new hour: heads are written while it is copied.
        world.clock.advance(renkei_base::clock::Span::hours(1));
        let file = folder.join(format!("{round}.renkei"));
        world.store.backup(&world.program(), &file).await.unwrap();
    }
    stop.store(true, Ordering::SeqCst);
    let mut acked = 0;
    for writer in writers {
        acked += writer.await.unwrap().len();
    }
    assert!(acked > 20, "{acked}");
    for round in 0..3 {
        let to = another(&world.backend);
        restore(&to.config(), &folder.join(format!("{round}.renkei")))
            .await
            .unwrap();
        let store = opened(&world, &to.config()).await;
        let found = store
            .read(&world.program(), &key(&format!("Slot/before-{round}")))
            .await;
        assert!(found.unwrap().is_some(), "{round}");
        store.close().await.unwrap();
    }
}

async fn a_region_is_not_restored_over_another(backend: Backend) {
    let world = World::open(backend).await;
    let folder = Folder::new();
    let file = folder.join("region.renkei");
    world.store.backup(&world.program(), &file).await.unwrap();
    let again = world.store.backup(&world.program(), &file).await;
    let Err(StoreError::Blob(why)) = again else {
        panic!("{again:?}");
    };
    assert!(why.contains("name another one"), "{why}");
    let over = restore(&world.backend.config(), &file).await;
    assert!(over.is_err(), "{over:?}");
    // An empty folder beside a database that holds a region.
    let mut config = world.backend.config();
    config.data = folder.join("empty");
    if world.backend.is_postgres() {
        assert!(restore(&config, &file).await.is_err());
        config.database = renkei_store::Database::Sqlite;
        let other = restore(&config, &file).await;
        let Err(StoreError::Driver(why)) = other else {
            panic!("{other:?}");
        };
        assert!(why.contains("another kind"), "{why}");
        assert!(files(&config.data).is_empty());
    } else {
        restore(&config, &file).await.unwrap();
    }
    write(&world.store, &world, "unharmed").await.unwrap();
}

/// Packs an archive anew, each file's bytes passed through `change`.
fn packed_anew(
    file: &Path,
    to: &Path,
    change: impl Fn(&str, Vec<u8>) -> Option<(String, Vec<u8>)>,
) {
    let from = zstd::Decoder::new(std::fs::File::open(file).unwrap()).unwrap();
    let out = zstd::Encoder::new(std::fs::File::create(to).unwrap(), 1).unwrap();
    let mut out = tar::Builder::new(out);
    for entry in tar::Archive::new(from).entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if let Some((name, bytes)) = change(&name, bytes) {
            let mut head = tar::Header::new_gnu();
            head.set_size(bytes.len() as u64);
            out.append_data(&mut head, name, bytes.as_slice()).unwrap();
        }
    }
    out.into_inner().unwrap().finish().unwrap();
}

async fn one_byte_more_or_less_is_seen(backend: Backend) {
    let world = World::open(backend).await;
    world.patient("p1", "c1", "clinic").await;
    let folder = Folder::new();
    let file = folder.join("region.renkei");
    world.store.backup(&world.program(), &file).await.unwrap();
    let whole = std::fs::read(&file).unwrap();
    let to = another(&world.backend);
    let refused = async |what: String, path: &Path| {
        let result = restore(&to.config(), path).await;
        assert!(
            matches!(result, Err(StoreError::Corrupt(_))),
            "{what}: {result:?}"
        );
        assert!(files(to.folder()).is_empty(), "{what}");
    };
    let bad = folder.join("bad.renkei");
    for part in 0..20 {
        let at = whole.len() * part / 20;
        std::fs::write(&bad, &whole[..at]).unwrap();
        refused(format!("cut at {at}"), &bad).await;
        let mut altered = whole.clone();
        // All its bits: single ones of a zstd frame mean nothing, and what comes out is the same.
        altered[at] ^= 0xff;
        std::fs::write(&bad, &altered).unwrap();
        refused(format!("altered at {at}"), &bad).await;
    }
    std::fs::write(&bad, &whole[..whole.len() - 1]).unwrap();
    refused("a byte less".to_owned(), &bad).await;
    // Whole archives, of which one file is another, missing, too much, or leads elsewhere.
    packed_anew(&file, &bad, |name, mut bytes| {
        if name == "audit-heads.log" {
            bytes[0] ^= 1;
        }
        Some((name.to_owned(), bytes))
    });
    refused("another file".to_owned(), &bad).await;
    packed_anew(&file, &bad, |name, bytes| {
        (name != "audit-heads.log").then(|| (name.to_owned(), bytes))
    });
    refused("a file less".to_owned(), &bad).await;
    packed_anew(&file, &bad, |name, bytes| {
        (name != "manifest.json").then(|| (name.to_owned(), bytes))
    });
    refused("no manifest".to_owned(), &bad).await;
    packed_anew(&file, &bad, |name, bytes| match name {
        "audit-heads.log" => Some(("server.lock".to_owned(), bytes)),
        _ => Some((name.to_owned(), bytes)),
    });
    refused("another name".to_owned(), &bad).await;
    // The right one still can be.
    restore(&to.config(), &file).await.unwrap();
    opened(&world, &to.config()).await.close().await.unwrap();
}
