use reliable::{Fault, hedge};

struct Weather(u32);

impl Weather {
    #[hedge(after = "200ms")]
    async fn forecast(self: &mut Self) -> Result<u32, Fault> {
        self.0 += 1;
        Ok(self.0)
    }
}

fn main() {}
