use reliable::guarded;

/// Like the tool macros that keep the body, and forget the attributes below them.
macro_rules! tool {
    ($(#[$attribute:meta])* $vis:vis async fn $name:ident() -> $returns:ty $body:block) => {
        $vis async fn $name() -> $returns $body
    };
}

pub mod tools {
    use reliable::Fault;

    tool! {
        #[reliable::requires_approval(guarded)]
        pub async fn wipe_disk() -> Result<(), Fault> {
            Ok(())
        }
    }
}

guarded!(tools::wipe_disk);

fn main() {}
