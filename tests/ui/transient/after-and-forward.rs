use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    #[transient(forward, after = 1)]
    Connection(#[source] std::io::Error, std::time::Duration),
}

fn main() {}
