use reliable::chaos;

#[chaos]
struct Forecast;

fn main() {}
