#[requires_approval(edit(body))]
pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    deliver(to, body).await
}
