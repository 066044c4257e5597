//! A writer: takes what waits into one transaction, a savepoint for each request, commits, then answers all.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::session::{Chains, Meaning, Session, meaning, text};
use super::tls::Target;
use crate::audit::{self, Head};
use crate::db::lane::{Answer, Job, Request, Status};
use crate::db::{Expect, Value};
use crate::{StoreError, feed};

/// Requests of one transaction at most: rows stay locked until its end.
const BATCH: usize = 64;
/// How often a request is tried alone after its batch lost a race: with what it waits for a lock each time, ten seconds,
/// as long as with SQLite.
const TRIES: usize = 20;
/// Between two tries to reach a database that is away.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(200);

/// What a writer needs to connect, again after a fault.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) target: Target,
    pub(super) settings: &'static str,
    /// Number of the first lock of this kind of chain.
    pub(super) first: i32,
    pub(super) chains: Chains,
    pub(super) status: Arc<Status>,
    pub(super) queue: flume::Receiver<Job>,
}

struct Waiting(Box<Request>, oneshot::Sender<Answer>);

/// Why a whole batch was not done.
enum Lost {
    /// Again, one by one.
    Race,
    Fault(String),
}

impl From<tokio_postgres::Error> for Lost {
    fn from(error: tokio_postgres::Error) -> Self {
        match meaning(&error) {
            Meaning::Again => Self::Race,
            _ => Self::Fault(text(&error)),
        }
    }
}

/// Serves the queue until it is told to stop. Connects anew after a fault; until then every request is refused.
pub(super) async fn serve(plan: Plan, mut session: Option<Session>) {
    let mut waiting = Vec::with_capacity(BATCH);
    loop {
        let stop = drain(&plan.queue, &mut waiting).await;
        if session.as_ref().is_none_or(Session::is_closed) {
            session = reconnect(&plan, &mut waiting).await;
        }
        if let Some(open) = &mut session
            && let Err(why) = work(open, &mut waiting, &plan.status).await
        {
            session = None;
            plan.status.broke(&why);
            refuse(&mut waiting, &why);
        }
        if stop {
            break;
        }
    }
}

/// A new session; or none, and what waited is refused.
async fn reconnect(plan: &Plan, waiting: &mut Vec<Waiting>) -> Option<Session> {
    match Session::open(&plan.target, plan.first, plan.settings, &plan.chains).await {
        Ok(session) => Some(session),
        Err(error) => {
            plan.status.broke(&error.to_string());
            refuse(waiting, &error.to_string());
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

/// Waits for one job, then takes what waits. Says whether to stop after these.
async fn drain(queue: &flume::Receiver<Job>, waiting: &mut Vec<Waiting>) -> bool {
    let mut next = queue.recv_async().await.ok();
    loop {
        match next {
            Some(Job::Commit(request, reply)) => waiting.push(Waiting(request, reply)),
            Some(Job::Stop) | None => return true,
        }
        if waiting.len() >= BATCH {
            return false;
        }
        next = match queue.try_recv() {
            Ok(job) => Some(job),
            Err(_) => return false,
        };
    }
}

fn refuse(waiting: &mut Vec<Waiting>, why: &str) {
    for Waiting(_, reply) in waiting.drain(..) {
        drop(reply.send(Err(StoreError::ReadOnly(why.to_owned()))));
    }
}

/// All that waits, in one transaction; after a lost race one by one. An error is a fault of the connection.
async fn work(
    session: &mut Session,
    waiting: &mut Vec<Waiting>,
    status: &Status,
) -> Result<(), String> {
    if waiting.is_empty() {
        return Ok(());
    }
    let requests: Vec<&Request> = waiting
        .iter()
        .map(|Waiting(request, _)| &**request)
        .collect();
    let answers = match session.batch(&requests).await {
        Ok(answers) => {
            status.committed(requests.len());
            answers
        }
        Err(Lost::Fault(why)) => return Err(why),
        Err(Lost::Race) => {
            let mut answers = Vec::with_capacity(requests.len());
            for request in requests {
                answers.push(session.alone(request, status).await?);
            }
            answers
        }
    };
    status.recovered();
    for (Waiting(_, reply), answer) in waiting.drain(..).zip(answers) {
        drop(reply.send(answer));
    }
    Ok(())
}

impl Session {
    async fn alone(&mut self, request: &Request, status: &Status) -> Result<Answer, String> {
        for _ in 0..TRIES {
            match self.batch(&[request]).await {
                Ok(mut answers) => {
                    status.committed(1);
                    return Ok(answers.pop().unwrap_or(Err(StoreError::Busy)));
                }
                Err(Lost::Race) => {}
                Err(Lost::Fault(why)) => return Err(why),
            }
        }
        Ok(Err(StoreError::Busy))
    }

    /// One transaction. On loss nothing of it is acknowledged and the head goes back.
    async fn batch(&mut self, requests: &[&Request]) -> Result<Vec<Answer>, Lost> {
        let before = self.head.clone();
        let result = self.transaction(requests).await;
        if result.is_err() {
            self.head = before;
            if !self.is_closed() {
                self.simple("rollback").await?;
            }
        }
        result
    }

    async fn transaction(&mut self, requests: &[&Request]) -> Result<Vec<Answer>, Lost> {
        let unknown = self.prepared(requests).await?;
        let mut answers = Vec::with_capacity(requests.len());
        let mut before = "begin; savepoint request";
        for (request, unknown) in requests.iter().zip(unknown) {
            if let Some(error) = unknown {
                answers.push(Err(error));
                continue;
            }
            let head = self.head.clone();
            let answer = self.request(before, request).await?;
            before = if answer.is_ok() {
                "release savepoint request; savepoint request"
            } else {
                self.head = head;
                "rollback to savepoint request; release savepoint request; savepoint request"
            };
            answers.push(answer);
        }
        // As nothing follows, a rollback goes as far as the last request's savepoint.
        if before.starts_with("rollback") {
            self.simple("rollback to savepoint request").await?;
        }
        if !before.starts_with("begin") {
            self.simple("commit").await?;
        }
        Ok(answers)
    }

    /// Of each request what is wrong with its texts, if anything.
    async fn prepared(&mut self, requests: &[&Request]) -> Result<Vec<Option<StoreError>>, Lost> {
        self.tidy();
        self.prepare([audit::INSERT, feed::INSERT].into_iter())
            .await?;
        let mut unknown = Vec::with_capacity(requests.len());
        for request in requests {
            let prepared = self
                .prepare(request.steps.iter().map(|step| &*step.sql))
                .await;
            unknown.push(match prepared {
                Ok(()) => None,
                Err(error) if matches!(meaning(&error), Meaning::Statement) => {
                    Some(StoreError::Driver(text(&error)))
                }
                Err(error) => return Err(error.into()),
            });
        }
        Ok(unknown)
    }

    /// One request after its savepoint: its steps, its audit and feed rows, in one go.
    async fn request(&mut self, before: &str, request: &Request) -> Result<Answer, Lost> {
        let sealed = seal(&mut self.head, request);
        let steps = request
            .steps
            .iter()
            .map(|step| (&*step.sql, step.params.as_slice()));
        let rows = sealed.iter().map(|(sql, values)| (*sql, values.as_slice()));
        let statements: Vec<(&str, &[Value])> = steps.chain(rows).collect();
        let touched = self.pipeline(before, &statements).await?;
        let mut expected = request.steps.iter().map(|step| &step.expect);
        for touched in touched {
            let expect = expected.next();
            match (touched, expect) {
                (Ok(touched), Some(Expect::One(what))) if touched != 1 => {
                    return Ok(Err(StoreError::Conflict(what.clone())));
                }
                (Ok(_), _) => {}
                (Err(error), expect) => return refused(&error, expect).map(Err),
            }
        }
        Ok(Ok(()))
    }
}

/// The request's audit and feed rows, in their places in the writer's chains.
fn seal(head: &mut Head, request: &Request) -> Vec<(&'static str, Vec<Value>)> {
    let mut rows = Vec::with_capacity(request.records.len() + request.fed.len());
    for record in request.records.iter() {
        rows.push((audit::INSERT, head.seal(record)));
    }
    for fed in &request.fed {
        head.feed += 1;
        rows.push((feed::INSERT, fed.values(&head.chain, head.feed)));
    }
    rows
}

fn refused(error: &tokio_postgres::Error, expect: Option<&Expect>) -> Result<StoreError, Lost> {
    match (meaning(error), expect) {
        (Meaning::Again, _) => Err(Lost::Race),
        (Meaning::Fault, _) => Err(Lost::Fault(text(error))),
        // An audit or feed row that cannot be written is nobody's own fault.
        (_, None) => Err(Lost::Fault(text(error))),
        (Meaning::Taken, Some(Expect::One(what))) => Ok(StoreError::Conflict(what.clone())),
        (Meaning::Taken, Some(Expect::Any)) => Ok(StoreError::Conflict(
            "a row that is there already".to_owned(),
        )),
        (Meaning::Statement, Some(_)) => Ok(StoreError::Driver(text(error))),
    }
}
