use reliable::{Fault, fallback};

struct Place {
    city: String,
    country: String,
}

#[fallback(offline)]
async fn forecast(Place { city, .. }: Place) -> Result<usize, Fault> {
    Ok(city.len())
}

async fn offline(place: Place) -> Result<usize, Fault> {
    Ok(place.country.len())
}

fn main() {}
