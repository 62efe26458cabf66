use reliable::retry;

fn main() {
    let _double = #[retry]
    |x: u32| x * 2;
}
