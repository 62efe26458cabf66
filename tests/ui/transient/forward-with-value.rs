use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(forward = cause)]
    Connection { cause: std::io::Error },
}

fn main() {}
