pub fn read(path: &str) -> std::io::Result<String> {
    let retry = const { &::reliable::Retry::new().max(3) };
    let mut attempts = retry.attempts();
    return loop {
        let outcome: std::io::Result<String> = { std::fs::read_to_string(path) };
        let pause = match attempts
            .settle(
                "read",
                outcome,
                |error| ::reliable::expansion::Inspect::new(error).failure(),
            )
        {
            ::core::ops::ControlFlow::Break(outcome) => break outcome,
            ::core::ops::ControlFlow::Continue(pause) if pause.is_nothing() => continue,
            ::core::ops::ControlFlow::Continue(pause) => pause,
        };
        pause.block_in("read");
    };
}
