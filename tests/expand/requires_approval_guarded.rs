#[requires_approval(guarded)]
pub async fn send_email(to: &str, (body, _): (&str, u32)) -> Result<Receipt, MailError> {
    deliver(to, body).await
}
