use reliable::{Before, Policy, policy};

struct Open;

impl Policy for Open {
    type Call = ();

    fn before(&self, _: &'static str) -> Before<()> {
        Before::Admit(())
    }
}

#[derive(Debug)]
struct WeatherError;

#[policy(Open)]
async fn forecast(city: &str) -> Result<usize, WeatherError> {
    Ok(city.len())
}

fn main() {}
