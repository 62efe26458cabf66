pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    let approval = ::reliable::Approval::new("send_email")
        .here(|| {})
        .in_module(::core::module_path!())
        .remember_for(&["to"])
        .only_here({
            struct Here;
            ::core::any::TypeId::of::<Here>()
        })
        .argument("to", ::reliable::expansion::Inspect::new(&to).digested().argument())
        .argument(
            "body",
            ::reliable::expansion::Inspect::new(&body).digested().redacted(),
        );
    let mut execution = ::reliable::expansion::Execution::of(&approval);
    if let ::core::result::Result::Err(fault) = approval.ask().await {
        return ::reliable::expansion::Outcome::from_fault(fault);
    }
    let outcome: Result<Receipt, MailError> = execution.run((deliver(to, body))).await;
    return execution
        .settle(outcome, |error| ::reliable::expansion::Inspect::new(error).failure());
}
