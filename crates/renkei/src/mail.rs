//! The job that writes reminders and sends mails, and the way to the mail server (SMTP).
//!
//! Before each mail the line is tried; what fails then has not gone out. An answer of the server is believed. Where the line
//! breaks while a mail is handed over, nobody knows, and it is not sent again.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::{Mailbox, header};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use renkei_base::Ctx;
use renkei_gov::mail::deliver::{self, Carrier, Fate, Letter, Lost, Outbox};
use renkei_gov::reminder;
use tokio::time::MissedTickBehavior;

use crate::config::{Mail, MailSecurity};
use crate::error::CommandError;
use crate::wiring::Program;

/// How soon a mail that was written goes out.
const LOOK: Duration = Duration::from_secs(30);
/// How many looks pass between two searches for reminders that are due.
const SEARCH: u32 = 20;
/// Connections that are kept: one for each line.
#[expect(clippy::cast_possible_truncation, reason = "a handful")]
const LINES: u32 = deliver::LINES as u32;
/// Less than a process keeps a mail for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The way to one mail server.
#[derive(Clone)]
pub(crate) struct SmtpCarrier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for SmtpCarrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SmtpCarrier")
    }
}

impl SmtpCarrier {
    /// As the configuration says; none without a server.
    pub(crate) fn new(mail: &Mail) -> Result<Option<Self>, CommandError> {
        let Some(server) = &mail.server else {
            return Ok(None);
        };
        let from = mail.from.as_deref().unwrap_or_default();
        let from = from.parse().map_err(|_| {
            CommandError::said("[mail] from must be an address: \"Renkei <renkei@example.jp>\"")
        })?;
        let (tls, port) = match mail.security {
            MailSecurity::Starttls => (Tls::Required(parameters(server)?), 587),
            MailSecurity::Tls => (Tls::Wrapper(parameters(server)?), 465),
            MailSecurity::None if is_here(server) => (Tls::None, 25),
            MailSecurity::None => {
                let why = "[mail] security = \"none\" is only for a server on this machine";
                return Err(CommandError::said(why));
            }
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server)
            .port(mail.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(LINES));
        if let (Some(user), Some(password)) = (&mail.user, &mail.password) {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Some(Self {
            transport: builder.build(),
            from,
        }))
    }

    fn message(&self, letter: &Letter) -> Option<Message> {
        let to: Address = letter.to.parse().ok()?;
        let domain = self.from.email.domain();
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .header(header::ContentType::TEXT_PLAIN)
            .body(letter.body.clone())
            .ok()
    }
}

impl Carrier for SmtpCarrier {
    async fn send(&self, letter: Letter) -> Result<(), Lost> {
        let Some(message) = self.message(&letter) else {
            return Err(lost("address", Fate::Never));
        };
        match self.transport.test_connection().await {
            Ok(true) => {}
            Ok(false) => return Err(lost("connect", Fate::Later)),
            Err(error) => return Err(lost(code(&error, "connect").as_str(), Fate::Later)),
        }
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => {
                Err(lost(code(&error, "refused").as_str(), Fate::Never))
            }
            Err(error) if error.is_transient() => {
                Err(lost(code(&error, "later").as_str(), Fate::Later))
            }
            Err(error) if error.is_tls() => Err(lost("tls", Fate::Later)),
            Err(_) => Err(lost("broken-off", Fate::Unsure)),
        }
    }
}

fn lost(code: &str, fate: Fate) -> Lost {
    Lost {
        code: code.to_owned(),
        fate,
    }
}

/// The status that the server gave; its words may name the addressee and are left.
fn code(error: &lettre::transport::smtp::Error, else_: &str) -> String {
    let status = error.status();
    status.map_or_else(|| else_.to_owned(), |status| format!("status-{status}"))
}

/// A server to which no line leaves this machine.
fn is_here(server: &str) -> bool {
    let address = server.parse::<IpAddr>();
    server == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// With the certificates that this machine trusts, for this name.
fn parameters(server: &str) -> Result<TlsParameters, CommandError> {
    TlsParameters::new_rustls(server.to_owned())
        .map_err(|error| CommandError::said(format!("[mail] {server}: no TLS: {error}")))
}

/// What mails are sent with, where a server is configured.
pub(crate) fn outbox(
    program: &Program,
    base_url: &str,
) -> Result<Option<Outbox<SmtpCarrier>>, CommandError> {
    let carrier = SmtpCarrier::new(&program.config.mail)?;
    Ok(carrier.map(|carrier| Outbox {
        store: program.store.clone(),
        carrier,
        writer: renkei_web::mail_writer(base_url),
        clock: program.clock.clone(),
        ids: program.ids.clone(),
        holder: program.ids.id(),
    }))
}

/// Never ends.
pub(crate) async fn mailing<C: Carrier>(outbox: Outbox<C>) {
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks: u32 = 0;
    loop {
        tick.tick().await;
        if looks.is_multiple_of(SEARCH) {
            let ctx = Ctx::program(outbox.clock.now(), Arc::clone(&outbox.ids));
            if let Err(error) = reminder::write(&outbox.store, &ctx).await {
                tracing::warn!(%error, "reminders could not be written");
            }
        }
        looks = looks.wrapping_add(1);
        match outbox.work().await {
            Ok(0) => {}
            Ok(sent) => tracing::info!(sent, "mails were sent"),
            Err(error) => tracing::warn!(%error, "mails could not be sent"),
        }
    }
}

#[cfg(test)]
mod tests;
