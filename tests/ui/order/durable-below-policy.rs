use reliable::{Before, Fault, Policy, durable, policy};

struct Open;

impl Policy for Open {
    type Call = ();

    fn before(&self, _: &'static str) -> Before<()> {
        Before::Admit(())
    }
}

#[policy(Open)]
#[durable]
async fn pay(amount: u32) -> Result<u32, Fault> {
    Ok(amount)
}

fn main() {}
