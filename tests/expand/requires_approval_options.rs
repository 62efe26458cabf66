#[requires_approval(reason = "leaves the house", when = !to.ends_with("@example.com"), show(to), redact(body), within = "10m")]
pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    deliver(to, body).await
}
