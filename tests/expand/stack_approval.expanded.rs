pub async fn send_email(to: &str, body: &str) -> Result<Receipt, MailError> {
    let approval = ::reliable::Approval::new("send_email")
        .here(|| {})
        .in_module(::core::module_path!())
        .argument("to", ::reliable::expansion::Inspect::new(&to).digested().argument())
        .argument(
            "body",
            ::reliable::expansion::Inspect::new(&body).digested().argument(),
        );
    let mut execution = ::reliable::expansion::Execution::of(&approval);
    if let ::core::result::Result::Err(fault) = approval.ask().await {
        return ::reliable::expansion::Outcome::from_fault(fault);
    }
    let retry = const { &::reliable::Retry::new().max(2) };
    let outcome = execution
        .run(async move {
            let outcome = {
                let mut attempts = retry.attempts();
                loop {
                    let outcome: Result<Receipt, MailError> = {
                        deliver(to, body).await
                    };
                    let pause = match attempts
                        .settle(
                            "send_email",
                            outcome,
                            |error| ::reliable::expansion::Inspect::new(error).failure(),
                        )
                    {
                        ::core::ops::ControlFlow::Break(outcome) => break outcome,
                        ::core::ops::ControlFlow::Continue(
                            pause,
                        ) if pause.is_nothing() => continue,
                        ::core::ops::ControlFlow::Continue(pause) => pause,
                    };
                    pause.await;
                }
            };
            if let ::core::ops::ControlFlow::Break(outcome) = ::reliable::expansion::Fallback::settle(
                "send_email",
                outcome,
                |error| ::reliable::expansion::Inspect::new(error).failure(),
            ) {
                return outcome;
            }
            Ok(Receipt::queued())
        })
        .await;
    return execution
        .settle(outcome, |error| ::reliable::expansion::Inspect::new(error).failure());
}
