use reliable::{Fault, guarded, requires_approval};

struct Bank<T>(T);

impl Bank<u8> {
    #[requires_approval(guarded)]
    pub async fn pay(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl Bank<u16> {
    pub async fn pay(&self) -> Result<(), Fault> {
        Ok(())
    }
}

guarded!(Bank::<u8>::pay, Bank::<u16>::pay, Bank::pay);

fn main() {}
