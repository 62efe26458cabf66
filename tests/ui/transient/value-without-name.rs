use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(wait)]
    Busy { wait: std::time::Duration },
}

fn main() {}
