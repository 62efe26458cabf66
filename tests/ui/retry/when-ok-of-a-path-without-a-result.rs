use reliable::retry;

#[retry(when_ok = str::is_empty)]
async fn ask() -> String {
    String::new()
}

fn main() {}
