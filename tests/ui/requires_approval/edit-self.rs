use reliable::{Fault, requires_approval};

struct Mail;

impl Mail {
    #[requires_approval(edit(self))]
    async fn send(&self, body: &str) -> Result<(), Fault> {
        let _ = body;
        Ok(())
    }
}

fn main() {}
