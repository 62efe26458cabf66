use reliable::{Fault, requires_approval};

trait Shop {
    async fn order(&self) -> Result<(), Fault>;
    async fn open() -> Result<Box<Self>, Fault>;
}

impl Shop for u32 {
    #[requires_approval(guarded)]
    async fn order(&self) -> Result<(), Fault> {
        Ok(())
    }

    #[requires_approval(guarded)]
    async fn open() -> Result<Box<Self>, Fault> {
        Ok(Box::new(1))
    }
}

fn main() {}
