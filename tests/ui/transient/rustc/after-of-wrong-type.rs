use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(after = wait)]
    Busy { wait: u64 },
}

fn main() {}
