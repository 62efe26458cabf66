use reliable::hedge;

#[hedge(after = "200ms")]
async fn forecast() {}

fn main() {}
