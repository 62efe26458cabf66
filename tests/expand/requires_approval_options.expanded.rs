pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    let mut execution = if !to.ends_with("@example.com") {
        let approval = ::reliable::Approval::new("send_email")
            .here(|| {})
            .in_module(::core::module_path!())
            .reason("leaves the house")
            .argument("to", ::reliable::expansion::Inspect::new(&to).digested().shown())
            .argument(
                "body",
                ::reliable::expansion::Inspect::new(&body).digested().redacted(),
            )
            .within(::core::time::Duration::from_secs(600));
        let execution = ::reliable::expansion::Execution::of(&approval);
        if let ::core::result::Result::Err(fault) = approval.ask().await {
            return ::reliable::expansion::Outcome::from_fault(fault);
        }
        execution
    } else {
        ::reliable::expansion::Execution::unasked("send_email")
    };
    let outcome: Result<Receipt, MailError> = execution.run((deliver(to, body))).await;
    return execution
        .settle(outcome, |error| ::reliable::expansion::Inspect::new(error).failure());
}
