use reliable::chaos;

#[chaos]
async fn forecast(city: &str) {
    drop(city);
}

fn main() {}
