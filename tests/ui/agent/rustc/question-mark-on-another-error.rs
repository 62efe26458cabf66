use reliable::{Fault, Step, agent};

#[derive(Debug, thiserror::Error)]
enum WeatherError {
    #[error(transparent)]
    Fault(#[from] Fault),
}

#[agent]
async fn assistant(days: &str) -> Result<Step<u32>, WeatherError> {
    let days: u32 = days.parse()?;
    Ok(Step::Done(days))
}

fn main() {}
