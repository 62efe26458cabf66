use reliable::hedge;

#[hedge(after = "200ms")]
async fn forecast() -> u32 {
    21
}

fn main() {}
