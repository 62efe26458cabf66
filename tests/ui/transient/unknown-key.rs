use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(sometimes = true)]
    Busy,
}

fn main() {}
