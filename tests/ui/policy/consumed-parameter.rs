use reliable::{Before, Fault, Policy, policy};

struct Open;

impl Policy for Open {
    type Call = ();

    fn before(&self, _: &'static str) -> Before<()> {
        Before::Admit(())
    }
}

#[policy(Open)]
async fn forecast(city: String) -> Result<String, Fault> {
    Ok(city)
}

fn main() {}
