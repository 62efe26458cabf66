//! What is told who writes `stream` without the feature of that name.

#[test]
fn it_says_which_feature_it_needs() {
    trybuild::TestCases::new().compile_fail("tests/ui/stream-without-the-feature.rs");
}
