use reliable::policy;

#[policy(THROTTLE)]
struct Forecast;

fn main() {}
