use reliable::Transient;

struct Cause;

#[derive(Transient)]
enum ApiError {
    #[transient(forward)]
    Connection(Cause),
}

fn main() {}
