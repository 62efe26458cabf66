use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(after = wait)]
    Busy,
}

fn main() {}
