use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(after = retry_after)]
    Busy { model: String, wait: std::time::Duration },
}

fn main() {}
