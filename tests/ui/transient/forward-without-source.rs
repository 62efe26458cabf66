use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(forward)]
    Connection { cause: std::io::Error, host: String },
}

fn main() {}
