#[fallback(Ok(Receipt::queued()))]
#[requires_approval]
#[retry(max = 2)]
pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    deliver(to, body).await
}
