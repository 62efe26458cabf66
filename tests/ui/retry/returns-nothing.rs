use reliable::retry;

#[retry]
async fn forecast(city: &str) {
    println!("{city}");
}

fn main() {}
