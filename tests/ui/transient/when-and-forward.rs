use reliable::Transient;

#[derive(Transient)]
enum WeatherError {
    #[transient(when = true, forward)]
    Io(std::io::Error),
}

fn main() {}
