//! Outgoing mail: written into the server database with what it is about, sent by a job that tries again until it arrives.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::Serialize;
use sqlx::{Row, SqliteConnection};
use tradepost_domain::order::{OrderPlaced, OrderState};

use crate::checkout::order_page::headline;
use crate::checkout::providers::payment_of;
use crate::checkout::summary::{DeliveryKnown, Looks, Summary, SummaryLine, SummaryTax};
use crate::config::{SmtpConfig, SmtpSecurity};
use crate::environment;
use crate::error::ServerError;
use crate::server::App;
use crate::shops::HostedShop;

/// Pauses between tries double from this to a few hours.
const FIRST_PAUSE_MS: i64 = 30_000;
const PAUSE_MS_MAX: i64 = 4 * 60 * 60 * 1000;
/// After so many tries (about two days) it is given up, and stands as failed.
const TRIES_MAX: i64 = 20;
/// How long the mail server may take for one message.
const SEND_WAIT: Duration = Duration::from_secs(30);

/// The line to the mail server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// As configured. Nothing is connected yet.
    pub fn new(config: &SmtpConfig) -> Result<Self, ServerError> {
        let from = config.from.parse().map_err(|_| ServerError::Config(format!("smtp.from is not a sender: {}", config.from)))?;
        let builder = match config.security {
            SmtpSecurity::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&config.host),
            SmtpSecurity::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&config.host),
            SmtpSecurity::None => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)),
        };
        let mut builder =
            builder.map_err(|error| ServerError::Config(format!("smtp: {error}")))?.port(config.port).timeout(Some(SEND_WAIT));
        if !config.user.is_empty() {
            builder = builder.credentials(Credentials::new(config.user.clone(), config.password.clone()));
        }
        Ok(Self { transport: builder.build(), from })
    }

    async fn send(&self, mail: &Waiting) -> Result<(), ServerError> {
        let to: Mailbox = mail.recipient.parse().map_err(|_| ServerError::Mail("the recipient is not an address".to_owned()))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject)
            .message_id(Some(format!(
                "<{}@tradepost>",
                blake3::hash(mail.dedupe_key.as_bytes()).to_hex().get(..32).unwrap_or_default()
            )))
            .multipart(MultiPart::alternative_plain_html(mail.body_text.clone(), mail.body_html.clone()))
            .map_err(|error| ServerError::Mail(error.to_string()))?;
        self.transport.send(message).await.map_err(|error| ServerError::Mail(error.to_string()))?;
        Ok(())
    }
}

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// What it is about: two of one key are one mail.
    pub dedupe_key: String,
    /// To whom.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// As text.
    pub body_text: String,
    /// As HTML.
    pub body_html: String,
}

impl NewMail {
    /// Writes it down, in the transaction of what it is about.
    pub async fn put(&self, db_tx: &mut SqliteConnection) -> Result<(), ServerError> {
        let now_ms = environment::now().unix_ms;
        sqlx::query(
            "insert into outgoing_mail (dedupe_key, recipient, subject, body_text, body_html, state, next_attempt_at_ms, created_at_ms) \
             values (?, ?, ?, ?, ?, 'waiting', ?, ?) on conflict (dedupe_key) do nothing",
        )
        .bind(&self.dedupe_key)
        .bind(&self.recipient)
        .bind(&self.subject)
        .bind(&self.body_text)
        .bind(&self.body_html)
        .bind(now_ms)
        .bind(now_ms)
        .execute(db_tx)
        .await?;
        Ok(())
    }
}

#[derive(Serialize)]
struct OrderMail {
    shop_name: String,
    greeting: String,
    headline: String,
    number: String,
    lines: Vec<SummaryLine>,
    delivery: Option<String>,
    delivery_name: String,
    taxes_added: Vec<SummaryTax>,
    taxes_contained: Vec<SummaryTax>,
    gross: String,
    bank_details: Option<String>,
    link: String,
}

/// The confirmation of an order.
pub async fn order_mail(shop: &Arc<HostedShop>, order: &OrderPlaced, link: &str) -> Result<NewMail, ServerError> {
    let overview = shop.overview().await?;
    let placed = order.clone();
    let looks = shop.read(move |reader| Looks::of(reader, &placed)).await?;
    let state = OrderState::fold(order, []);
    let Summary { lines, delivery, delivery_name, taxes_added, taxes_contained, gross, .. } =
        Summary::of(&overview, "", order, &looks, DeliveryKnown::Chosen)?;
    let mail = OrderMail {
        shop_name: overview.settings.name.clone(),
        greeting: format!("Hello {}, thank you for your order.", order.name),
        headline: headline(&overview, order, &state),
        number: order.number.clone(),
        lines,
        delivery,
        delivery_name,
        taxes_added,
        taxes_contained,
        gross,
        bank_details: payment_of(order.payment_method).and_then(|payment| payment.instructions(&overview.settings)),
        link: link.to_owned(),
    };
    Ok(NewMail {
        dedupe_key: format!("order-placed-{}", order.id),
        recipient: order.email.clone(),
        subject: format!("{}: your order {}", overview.settings.name, order.number),
        body_text: shop.templates.render("mail_order.txt", &mail)?,
        body_html: shop.templates.render("mail_order.html", &mail)?,
    })
}

struct Waiting {
    id: i64,
    dedupe_key: String,
    recipient: String,
    subject: String,
    body_text: String,
    body_html: String,
    attempts: i64,
}

/// Sends what waits and is due; how many went out.
pub async fn send_waiting(app: &App) -> Result<u64, ServerError> {
    let Some(mailer) = &app.mailer else { return Ok(0) };
    let mut sent = 0;
    for mail in waiting(app).await? {
        let outcome = tokio::time::timeout(SEND_WAIT, mailer.send(&mail)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(ServerError::Mail("the mail server did not answer in time".to_owned())));
        sent += u64::from(outcome.is_ok());
        note(app, &mail, outcome).await?;
    }
    Ok(sent)
}

async fn waiting(app: &App) -> Result<Vec<Waiting>, ServerError> {
    let rows =
        sqlx::query("select * from outgoing_mail where state = 'waiting' and next_attempt_at_ms <= ? order by id limit 50")
            .bind(environment::now().unix_ms)
            .fetch_all(app.database.pool())
            .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Waiting {
            id: row.try_get("id")?,
            dedupe_key: row.try_get("dedupe_key")?,
            recipient: row.try_get("recipient")?,
            subject: row.try_get("subject")?,
            body_text: row.try_get("body_text")?,
            body_html: row.try_get("body_html")?,
            attempts: row.try_get("attempts")?,
        })
    };
    rows.iter().map(read).collect()
}

async fn note(app: &App, mail: &Waiting, outcome: Result<(), ServerError>) -> Result<(), ServerError> {
    let attempts = mail.attempts + 1;
    let (state, error) = match &outcome {
        Ok(()) => ("sent", String::new()),
        Err(error) if attempts >= TRIES_MAX => ("failed", error.to_string()),
        Err(error) => ("waiting", error.to_string()),
    };
    if let Err(error) = &outcome {
        // The address is personal; the log has the mail's number.
        tracing::warn!(mail = mail.id, attempts, %error, "a mail could not be sent");
    }
    let pause_ms = FIRST_PAUSE_MS.saturating_mul(1 << attempts.clamp(0, 20)).min(PAUSE_MS_MAX);
    sqlx::query("update outgoing_mail set state = ?, attempts = ?, last_error = ?, next_attempt_at_ms = ? where id = ?")
        .bind(state)
        .bind(attempts)
        .bind(error)
        .bind(environment::now().unix_ms.saturating_add(pause_ms))
        .bind(mail.id)
        .execute(app.database.pool())
        .await?;
    Ok(())
}
