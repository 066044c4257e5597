//! "Something of your institution changed": no more than that. Pages fetch themselves again, with normal rights.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderName;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use renkei_access::SessionToken;
use renkei_access::session::Use;
use renkei_base::Id;
use renkei_store::Changed;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Interval, MissedTickBehavior};

use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// How often a silent line says that it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often the session is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// Changes that come together are told once.
const TOGETHER: Duration = Duration::from_millis(250);

struct Line {
    app: App,
    token: SessionToken,
    institution: Option<Id>,
    changed: Receiver<Changed>,
    look: Interval,
}

/// `GET /events`
pub(crate) async fn stream(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let token = v.token().cloned().ok_or(Answer::SignIn)?;
    let mut look = tokio::time::interval(LOOK_AGAIN);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick comes at once; the session was just looked at.
    look.tick().await;
    let line = Line {
        changed: app.store.watch(),
        institution: v.ctx.caller.institution.clone(),
        app,
        token,
        look,
    };
    let sse = Sse::new(events(line)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    // Proxies that collect before they pass on are asked not to.
    let headers = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, sse).into_response())
}

fn events(line: Line) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(line, |mut line| async move {
        line.next()
            .await
            .then(|| (Ok(Event::default().event("changed").data("1")), line))
    })
}

impl Line {
    /// Waits for something to tell; `false` when the line ends with the session or the program.
    async fn next(&mut self) -> bool {
        loop {
            tokio::select! {
                heard = self.changed.recv() => match heard {
                    Ok(changed) if self.institution.as_ref() != Some(&changed.institution) => {}
                    // Too slow to hear everything: something may have been ours.
                    Ok(_) | Err(RecvError::Lagged(_)) => {
                        tokio::time::sleep(TOGETHER).await;
                        self.forget_the_rest();
                        return self.lives().await;
                    }
                    Err(RecvError::Closed) => return false,
                },
                _ = self.look.tick() => if !self.lives().await { return false },
            }
        }
    }

    fn forget_the_rest(&mut self) {
        while let Ok(_) | Err(TryRecvError::Lagged(_)) = self.changed.try_recv() {}
    }

    async fn lives(&self) -> bool {
        let now = self.app.clock.now();
        let session = self
            .app
            .access
            .authenticate(&self.token, now, Use::Background)
            .await;
        matches!(session, Ok(Some(_)))
    }
}
