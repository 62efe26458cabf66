use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(aftr = wait)]
    Busy { wait: std::time::Duration },
}

fn main() {}
