use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient]
    #[transient(after = wait)]
    Busy { wait: std::time::Duration },
}

fn main() {}
