use reliable::{Before, Fault, Policy, policy};

struct Open;

impl Policy for Open {
    type Call = ();

    fn before(&self, _: &'static str) -> Before<()> {
        Before::Admit(())
    }
}

struct Client {
    throttle: Open,
    calls: u32,
}

impl Client {
    #[policy(self.throttle)]
    async fn forecast(&mut self) -> Result<u32, Fault> {
        self.count();
        Ok(self.calls)
    }

    fn count(&mut self) {
        self.calls += 1;
    }
}

fn main() {}
