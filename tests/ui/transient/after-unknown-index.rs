use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(after = 1)]
    Busy(std::time::Duration),
}

fn main() {}
