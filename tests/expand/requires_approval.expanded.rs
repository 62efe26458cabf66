#[doc(hidden)]
pub const _SEND_EMAIL_REQUIRES_APPROVAL: ::reliable::Guarded = ::reliable::Guarded;
pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    let approval = ::reliable::Approval::new("send_email")
        .show("to", ::reliable::Inspect::new(&to).text())
        .show("body", ::reliable::Inspect::new(&body).text());
    if let ::core::result::Result::Err(fault) = approval.ask().await {
        return ::reliable::Outcome::from_fault(fault);
    }
    { deliver(to, body).await }
}
