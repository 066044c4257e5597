//! The job on a thread of its own, as beside the server: who answers is told, whoever else does not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

use renkei_access::context::Arrival;
use renkei_base::{Ctx, Lang, Machine, Role, Roles, Scope};
use renkei_care::fhir::{Write as Wish, write};
use renkei_care::subscription::Hosts;
use renkei_fhir::Resource;
use renkei_store::{Changes, ClientRow, ClientState, Place};
use renkei_testkit::Folder;
use serde_json::json;

use super::*;
use crate::config::Config;
use crate::courier::HttpCourier;
use crate::wiring::Program;

const SOON: Duration = Duration::from_secs(20);

/// A receiver on this machine: its port, and what comes. It answers, or only listens.
fn receiver(answers: bool) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, came) = channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept() {
            let text = request(&mut stream);
            if answers {
                let ok = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                stream.write_all(ok).unwrap();
            } else {
                kept.push(stream);
            }
            if tell.send(text).is_err() {
                return;
            }
        }
    });
    (port, came)
}

/// All of a delivery: its length is in its head.
fn request(stream: &mut TcpStream) -> String {
    let mut came = Vec::new();
    loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).unwrap();
        came.extend_from_slice(&part[..read]);
        let text = String::from_utf8(came.clone()).unwrap();
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let mut lines = head.lines();
            let length = lines.find_map(|line| line.strip_prefix("content-length: "));
            length.is_some_and(|length| body.len() >= length.parse().unwrap())
        });
        if whole || read == 0 {
            return text;
        }
    }
}

async fn program(folder: &Folder) -> Program {
    let program = Program::open(Config::default(), folder.join("data")).await;
    let mut program = program.unwrap();
    program.care = program.care.with_hosts(Hosts::new(&[], &[]).and_here());
    program
}

/// The system of an institution, as it comes in.
async fn client(program: &Program) -> Ctx {
    let row = ClientRow {
        id: program.ids.id(),
        version: 0,
        name: "his".to_owned(),
        kind: Machine::Institution,
        institution: Some("org-iwata".parse().unwrap()),
        roles: Roles::new([Role::Doctor]),
        scopes: "system/*.cruds".to_owned(),
        keys: String::new(),
        state: ClientState::Active,
        created: program.clock.now(),
        created_by: None,
        used: None,
    };
    let mut changes = Changes::default();
    changes.create_client(&row);
    program.store.commit(&program.ctx(), changes).await.unwrap();
    let bearer = program.access.on_behalf(&row.id).await.unwrap().unwrap();
    bearer.ctx(Arrival {
        at: program.clock.now(),
        request: program.ids.id(),
        lang: Lang::Ja,
        address: None,
        ids: Arc::clone(&program.ids),
    })
}

async fn subscribed(program: &Program, ctx: &Ctx, port: u16) {
    let wanted = json!({
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "to know",
        "criteria": "Organization",
        "channel": {"type": "rest-hook", "endpoint": format!("http://127.0.0.1:{port}/hook")},
    });
    let wish = Wish::Create {
        resource: Resource::from_value(wanted).unwrap(),
        if_none_exist: None,
    };
    write(&program.care, ctx, wish).await.unwrap();
}

async fn changed(program: &Program, id: &str) {
    let value = json!({"resourceType": "Organization", "id": id, "name": "岩田医院"});
    let place = Place {
        patient: None,
        scope: Scope::Record,
        owner: None,
    };
    let mut changes = Changes::default();
    changes.create(Resource::from_value(value).unwrap(), place);
    program.store.commit(&program.ctx(), changes).await.unwrap();
}

#[test]
fn who_answers_is_told_while_others_do_not() {
    let folder = Folder::new();
    let (silent, unanswered) = receiver(false);
    let (port, came) = receiver(true);
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build().unwrap();
    let program = runtime.block_on(program(&folder));
    let job = runtime.spawn(telling(Post {
        care: program.care.clone(),
        access: program.access.clone(),
        courier: HttpCourier::new().unwrap(),
        clock: program.clock.clone(),
        ids: program.ids.clone(),
        holder: program.ids.id(),
    }));
    runtime.block_on(async {
        let ctx = client(&program).await;
        subscribed(&program, &ctx, silent).await;
        subscribed(&program, &ctx, port).await;
    });
    unanswered.recv_timeout(SOON).unwrap();
    let greeting = came.recv_timeout(SOON).unwrap();
    assert!(
        greeting.starts_with("POST /hook HTTP/1.1\r\n"),
        "{greeting}"
    );
    assert!(!greeting.contains("Organization/"), "{greeting}");
    for id in ["o1", "o2"] {
        runtime.block_on(changed(&program, id));
        let told = came.recv_timeout(SOON).unwrap();
        assert!(
            told.contains(&format!("Organization/{id}/_history/1")),
            "{told}"
        );
        assert!(!told.contains("岩田"), "{told}");
    }
    let more = came.recv_timeout(Duration::from_secs(2));
    assert_eq!(more, Err(RecvTimeoutError::Timeout), "each once");
    assert!(!job.is_finished(), "it goes on");
    // After the job ended, nothing is told.
    job.abort();
    runtime.block_on(changed(&program, "o3"));
    let more = came.recv_timeout(Duration::from_secs(2));
    assert_eq!(more, Err(RecvTimeoutError::Timeout));
}
