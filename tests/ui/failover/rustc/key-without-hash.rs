use reliable::{Fault, failover};

struct Model {
    temperature: f32,
}

static MODELS: [Model; 1] = [Model { temperature: 0.2 }];

#[failover(model in MODELS, key = model.temperature)]
async fn ask() -> Result<f32, Fault> {
    Ok(model.temperature)
}

fn main() {}
