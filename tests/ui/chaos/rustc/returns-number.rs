use reliable::chaos;

#[chaos]
async fn forecast(city: &str) -> usize {
    city.len()
}

fn main() {}
