#[retry(max = 3)]
pub fn read(path: &str) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}
