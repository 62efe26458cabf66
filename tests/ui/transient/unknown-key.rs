use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(when = true)]
    Busy,
}

fn main() {}
