use std::rc::Rc;

use reliable::{Fault, hedge};

#[hedge(after = "200ms")]
async fn forecast() -> Result<u32, Fault> {
    let days = Rc::new(1);
    std::future::ready(()).await;
    Ok(*days)
}

fn spawned(_: impl Send) {}

fn main() {
    spawned(forecast());
}
