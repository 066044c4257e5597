//! Clients: as fast as answers come, or at the pace of people.

use std::time::Duration;

use futures_util::future::try_join_all;

use crate::Done;
use crate::http::Connection;
use crate::machine::{Ticks, now, settle};
use crate::stat::Times;

/// What one step did.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub(crate) done: u64,
    pub(crate) seconds: f64,
    pub(crate) times: Times,
    /// Other processes' use of the machine meanwhile, in percent of all cores.
    pub(crate) others: f64,
}

impl Load {
    pub(crate) fn rate(&self) -> f64 {
        self.done as f64 / self.seconds
    }
}

/// Each client does one thing after another until the time is over.
pub(crate) async fn closed<C, F>(clients: &mut [C], seconds: f64, step: F) -> Done<Load>
where
    F: AsyncFn(&mut C) -> Done<()>,
{
    let time = Duration::from_secs_f64(seconds);
    settle().await?;
    let before = Ticks::read()?;
    let began = now();
    let each = clients.iter_mut().map(|client| async {
        let mut times = Vec::new();
        while began.elapsed() < time {
            let sent = now();
            step(client).await?;
            times.push(micros(sent.elapsed()));
        }
        Done::Ok(times)
    });
    let times: Vec<u32> = try_join_all(each).await?.into_iter().flatten().collect();
    let seconds = began.elapsed().as_secs_f64();
    Ok(Load {
        done: times.len() as u64,
        seconds,
        times: Times::new(times),
        others: Ticks::read()?.others_since(before),
    })
}

/// Each client does a thing every `pace` seconds, its first at a time of its own; what is late counts as late.
pub(crate) async fn paced<C, F>(clients: &mut [C], seconds: f64, pace: f64, step: F) -> Done<Load>
where
    F: AsyncFn(&mut C) -> Done<()>,
{
    let before = Ticks::read()?;
    let began = now();
    let many = clients.len() as f64;
    let each = clients.iter_mut().enumerate().map(|(number, client)| {
        let step = &step;
        async move {
            let mut times = Vec::new();
            // Spread over the pace, and not in step with one another.
            let mut due = pace * (number as f64 * 0.618_034 * many).rem_euclid(many) / many;
            while due < seconds {
                let due_at = began + Duration::from_secs_f64(due);
                // Who is still waiting for the last answer is late; a timer that rings late is nobody's fault.
                let late = now() > due_at;
                tokio::time::sleep_until(due_at.into()).await;
                let sent = if late { due_at } else { now() };
                step(client).await?;
                times.push(micros(sent.elapsed()));
                due += pace;
            }
            Done::Ok(times)
        }
    });
    let times: Vec<u32> = try_join_all(each).await?.into_iter().flatten().collect();
    Ok(Load {
        done: times.len() as u64,
        seconds: began.elapsed().as_secs_f64(),
        times: Times::new(times),
        others: Ticks::read()?.others_since(before),
    })
}

fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

/// A client with requests made beforehand, sent one after another, over and over.
#[derive(Debug)]
pub(crate) struct Client {
    connection: Connection,
    requests: Vec<Vec<u8>>,
    wanted: u16,
    next: usize,
}

impl Client {
    pub(crate) const fn new(connection: Connection, requests: Vec<Vec<u8>>, wanted: u16) -> Self {
        Self {
            connection,
            requests,
            wanted,
            next: 0,
        }
    }

    /// The next request; an answer with another status ends the run.
    pub(crate) async fn step(&mut self) -> Done<()> {
        let request = self.requests.get(self.next % self.requests.len().max(1));
        let request = request.ok_or("a client without requests")?;
        self.next += 1;
        let status = self.connection.exchange(request).await?;
        if status == self.wanted {
            Ok(())
        } else {
            Err(format!("answer {status} instead of {}", self.wanted).into())
        }
    }
}

/// For steps that many clients do at once on one thread.
pub(crate) fn runtime() -> Done<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}
