use super::invented;
use crate::circles::{files_in_circles, imports_through_the_root, rooms_in_circles};

/// The circles among the files `a`, `b` and `c`, without the lines that begin them.
fn circles(a: &str, b: &str, c: &str) -> Vec<String> {
    circles_below("mod a; mod b; mod c;", a, b, c)
}

fn circles_below(root: &str, a: &str, b: &str, c: &str) -> Vec<String> {
    let files = [("lib.rs", root), ("a.rs", a), ("b.rs", b), ("c.rs", c)];
    only_the_circles(&files_in_circles(&invented(&files)))
}

fn only_the_circles(told: &[String]) -> Vec<String> {
    let circles = told.iter().filter_map(|it| it.strip_prefix("  "));
    circles.map(|it| it.lines().next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_circle_is_told_with_a_line_for_each_arrow() {
    let told = files_in_circles(&invented(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B;\npub struct A;"),
        ("b.rs", "\n\nuse crate::c::{self, C};\npub struct B;"),
        ("c.rs", "pub struct C;\npub fn c() { crate::a::A; }"),
    ]));
    let expected = [
        "3 import each other in circles: a, b, c",
        "  a -> b -> c -> a\n    a -> b: a.rs:1: crate::b::B\n    b -> c: b.rs:3: crate::c\n    c -> a: c.rs:2: crate::a::A",
    ];
    assert_eq!(told, expected);
}

#[test]
fn arrows_that_only_point_down_make_none() {
    assert!(circles("use crate::b::B; use crate::c::C;", "use crate::c::C; pub struct B;", "pub struct C;").is_empty());
}

#[test]
fn each_circle_of_a_knot_is_told_until_every_file_of_it_is_in_one() {
    let told = circles(
        "use crate::b::B; use crate::c::C; pub struct A;",
        "use crate::a::A; pub struct B;",
        "use crate::a::A; pub struct C;",
    );
    assert_eq!(told, ["a -> b -> a", "c -> a -> c"]);
}

#[test]
fn a_circle_through_a_reexport_of_the_root_is_found() {
    let told = circles_below(
        "mod a; mod b; mod c; pub use b::B;",
        "use crate::B; pub struct A;",
        "use crate::a::A; pub struct B;",
        "",
    );
    assert_eq!(told, ["a -> b -> a"]);
}

#[test]
fn a_reexport_of_another_module_leads_to_where_the_name_is_defined() {
    let told = circles(
        "use crate::c::Renamed; pub struct A;",
        "use crate::a::A; pub struct B;",
        "pub use crate::b::B as Renamed;",
    );
    assert_eq!(told, ["a -> b -> a"]);
}

#[test]
fn a_reexport_by_a_glob_leads_there_too() {
    let told = circles("use crate::c::B; pub struct A;", "use crate::a::A; pub struct B;", "pub use crate::b::*;");
    assert_eq!(told, ["a -> b -> a"]);
}

#[test]
fn a_name_that_came_by_a_glob_leads_there_too() {
    let told = circles(
        "use crate::c::*; fn a(_: B) {} pub struct A;",
        "use crate::a::A; pub struct B;",
        "pub use crate::b::B;",
    );
    assert_eq!(told, ["a -> b -> a", "c -> b -> a -> c"]);
}

#[test]
fn a_reexport_is_itself_an_import() {
    assert_eq!(circles("pub use crate::b::B; pub struct A;", "use crate::a::A; pub struct B;", ""), ["a -> b -> a"]);
}

#[test]
fn a_circle_through_super_is_found() {
    assert_eq!(
        circles("use super::b::B; pub struct A;", "pub fn b() { super::a::A; } pub struct B;", ""),
        ["a -> b -> a"]
    );
}

#[test]
fn a_path_that_begins_with_an_imported_module_leads_to_what_it_names() {
    let told = circles("use crate::c; fn a() { c::b() }", "use crate::a::A; pub fn b() {}", "pub use crate::b::b;");
    assert_eq!(told, ["a -> b -> a", "c -> b -> a -> c"]);
}

#[test]
fn what_is_used_within_a_function_counts() {
    let told = circles("fn a() { use crate::b::B; }", "fn b() { use crate::{c, a}; c::d(); }", "");
    assert_eq!(told, ["a -> b -> a"]);
}

#[test]
fn an_inline_module_is_a_part_of_its_file() {
    let told = circles("pub mod inner { use crate::b::B; pub struct A; }", "use crate::a::inner::A; pub struct B;", "");
    assert_eq!(told, ["a -> b -> a"]);
}

#[test]
fn what_a_macro_names_counts_and_so_does_what_a_call_of_one_names() {
    let told = circles("macro_rules! a { () => { $crate::b::B } }", "fn b() { assert!(crate::a::A == 1); }", "");
    assert_eq!(told, ["a -> b -> a"]);
}

#[test]
fn the_items_within_the_call_of_a_macro_are_items() {
    let told = circles(
        "pin_project! { pub struct A { b: crate::b::B } }",
        "use crate::c::A; pub struct B;",
        "pub use crate::a::A;",
    );
    assert_eq!(told, ["a -> b -> a"]);
}

#[test]
fn a_macro_counts_for_whoever_calls_it_by_its_bare_name() {
    let told = circles("macro_rules! tell { () => { $crate::b::B } }", "fn b() { tell!() }", "");
    assert_eq!(told, ["a -> b -> a"]);
}

#[test]
fn a_macro_that_is_exported_is_of_the_module_where_it_is_written() {
    let told = circles("#[macro_export] macro_rules! tell { () => { $crate::b::B } }", "fn b() { crate::tell!() }", "");
    assert_eq!(told, ["a -> b -> a"]);
}

#[test]
fn what_is_quoted_is_the_code_of_others() {
    assert!(circles("fn a() { quote! { crate::b::B } }", "use crate::a::A;", "").is_empty());
}

#[test]
fn what_is_there_for_tests_makes_no_circle() {
    let a = "use crate::b::B; pub struct A;";
    for b in [
        "#[cfg(test)] mod tests { use crate::a::A; } pub struct B;",
        "#[cfg(all(test, unix))] use crate::a::A; pub struct B;",
        "#[test] fn b() { crate::a::A; } pub struct B;",
        "impl B { #[cfg(test)] fn b() { crate::a::A; } } pub struct B;",
        "#![cfg(test)] use crate::a::A; pub struct B;",
    ] {
        assert!(circles(a, b, "").is_empty(), "{b}");
    }
    assert_eq!(circles(a, "#[cfg(not(test))] use crate::a::A; pub struct B;", ""), ["a -> b -> a"]);
    assert_eq!(circles(a, "#[cfg(any(test, unix))] use crate::a::A; pub struct B;", ""), ["a -> b -> a"]);
}

#[test]
fn a_file_that_is_there_for_tests_is_not_read() {
    let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B; #[cfg(test)] mod tests;"), ("b.rs", "")];
    assert!(files_in_circles(&invented(&files)).is_empty());
}

#[test]
fn the_names_of_other_crates_are_not_ours() {
    assert!(circles("use b::B; use ::b::C; fn a() { vec![::b::D] }", "use crate::a::A;", "").is_empty());
    assert!(circles("use http::StatusCode; fn a() { http::get() }", "use crate::a::A;", "").is_empty());
}

#[test]
fn what_stands_for_a_feature_that_is_off_is_the_same_module() {
    let root = "#[cfg(feature = \"x\")] mod a; #[cfg(not(feature = \"x\"))] #[path = \"a/off.rs\"] mod a; mod b;";
    let files =
        [("lib.rs", root), ("a.rs", "pub struct A;"), ("a/off.rs", "use crate::b::B;"), ("b.rs", "use crate::a::A;")];
    assert_eq!(only_the_circles(&files_in_circles(&invented(&files))), ["a -> b -> a"]);
}

#[test]
fn between_a_module_and_those_within_it_every_arrow_is_fine() {
    let of = invented(&[
        ("lib.rs", "mod a;"),
        ("a.rs", "mod b; use b::B; pub struct A;"),
        ("a/b.rs", "use super::A; pub struct B;"),
    ]);
    assert!(files_in_circles(&of).is_empty() && rooms_in_circles(&of).is_empty());
}

#[test]
fn two_rooms_are_in_a_circle_although_their_files_are_not() {
    let of = invented(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "mod high; mod low;"),
        ("a/high.rs", "use crate::b::B;"),
        ("a/low.rs", "pub struct Low;"),
        ("b.rs", "use crate::a::low::Low; pub struct B;"),
    ]);
    assert!(files_in_circles(&of).is_empty());
    assert_eq!(only_the_circles(&rooms_in_circles(&of)), ["a -> b -> a"]);
}

#[test]
fn rooms_within_a_room_are_looked_at_too() {
    let of = invented(&[
        ("lib.rs", "mod a;"),
        ("a.rs", "mod x; mod y;"),
        ("a/x.rs", "mod high; mod low;"),
        ("a/x/high.rs", "use crate::a::y::Y;"),
        ("a/x/low.rs", "pub struct Low;"),
        ("a/y.rs", "use super::x::low::Low; pub struct Y;"),
    ]);
    assert_eq!(only_the_circles(&rooms_in_circles(&of)), ["a::x -> a::y -> a::x"]);
}

#[test]
fn the_root_uses_all_and_so_nobody_may_use_what_it_defines() {
    let root = "mod a; mod b; mod c; fn root() { a::a() } pub const LIMIT: u32 = 1;";
    assert_eq!(circles_below(root, "pub fn a() { crate::LIMIT }", "", ""), ["lib -> a -> lib"]);
    assert!(circles_below(root, "pub(crate) fn a() {}", "pub(in crate::a) fn b() {}", "").is_empty());
}

#[test]
fn a_name_comes_from_its_module_and_not_through_the_root() {
    let through = |import: &str| {
        let text = format!("{import} pub struct A;");
        imports_through_the_root(&invented(&[
            ("lib.rs", "mod a; mod b; mod c; pub use b::B; use b as renamed;"),
            ("a.rs", &text),
            ("b.rs", "pub struct B; pub fn b() {}"),
            ("c.rs", "pub use crate::b::B;"),
        ]))
    };
    assert_eq!(through("use crate::B;"), ["a.rs:1: `crate::B` is `crate::b::B`"]);
    assert_eq!(through("fn a(_: super::B) {}"), ["a.rs:1: `super::B` is `crate::b::B`"]);
    assert_eq!(through("use crate::renamed::b;"), ["a.rs:1: `crate::renamed::b` is `crate::b::b`"]);
    assert!(through("use crate::b::B; use crate::c::B as Other; fn a() { crate::b::b() }").is_empty());
}
