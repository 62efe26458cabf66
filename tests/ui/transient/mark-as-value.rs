use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient = true]
    Busy,
}

fn main() {}
