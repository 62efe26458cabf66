use reliable::Transient;

#[derive(Transient)]
enum ApiError {
    Busy {
        #[transient]
        wait: std::time::Duration,
    },
}

fn main() {}
