use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(after = "2s")]
    Busy { wait: std::time::Duration },
}

fn main() {}
