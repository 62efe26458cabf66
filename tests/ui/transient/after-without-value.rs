use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(after)]
    Busy { after: std::time::Duration },
}

fn main() {}
