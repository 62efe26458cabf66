use reliable::Transient;

#[derive(Transient)]
#[transient]
enum ApiError {
    Busy,
}

fn main() {}
