use reliable::retry;

fn main() {
    #[retry]
    let _x = 2;
}
