use reliable::Transient;

#[derive(Transient)]
union ApiError {
    code: u32,
    wait: u32,
}

fn main() {}
