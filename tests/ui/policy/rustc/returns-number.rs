use reliable::{Before, Policy, policy};

struct Open;

impl Policy for Open {
    type Call = ();

    fn before(&self, _: &'static str) -> Before<()> {
        Before::Admit(())
    }
}

#[policy(Open)]
async fn forecast(city: &str) -> usize {
    city.len()
}

fn main() {}
