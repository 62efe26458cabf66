//! Rules of the house that no compiler knows: which file may use which, how long a file may be, and that whatever users
//! can name has its place in the list of `src/lib.rs`.

#![cfg(test)]

mod circles;
mod files;
mod groups;
mod invented;
mod mentions;
mod names;
mod source;

use circles::{files_in_circles, imports_through_the_root, rooms_in_circles};
use source::Crate;

#[test]
fn no_files_import_each_other_in_a_circle() {
    let told: Vec<String> = own_crates().iter().flat_map(files_in_circles).collect();
    assert!(told.is_empty(), "\n{}", told.join("\n"));
}

#[test]
fn no_rooms_import_each_other_in_a_circle() {
    let told: Vec<String> = own_crates().iter().flat_map(rooms_in_circles).collect();
    assert!(told.is_empty(), "\n{}", told.join("\n"));
}

#[test]
fn a_name_is_imported_from_the_module_that_defines_it() {
    let told: Vec<String> = own_crates().iter().flat_map(imports_through_the_root).collect();
    assert!(told.is_empty(), "\n{}", told.join("\n"));
}

#[test]
fn no_source_file_is_longer_than_400_lines() {
    let long: Vec<_> = files::sources().into_iter().filter(|(_, lines)| *lines > 400).collect();
    assert!(long.is_empty(), "split these: {long:?}");
}

#[test]
fn every_public_item_of_the_runtime_is_in_the_list_of_the_facade() {
    let runtime = Crate::on_disk(&files::root().join("reliable-runtime"));
    let left_out = groups::left_out(&runtime, &facade());
    assert!(left_out.is_empty(), "not in src/lib.rs:\n{}", left_out.join("\n"));
}

#[test]
fn the_list_of_the_facade_is_in_groups_and_without_a_glob() {
    assert_eq!(groups::globs(&facade()), Vec::<String>::new());
    let text = files::read(&files::root().join("src/lib.rs"));
    let alone = groups::without_group(&text);
    assert!(
        alone.is_empty(),
        "without a group, which begins with a comment like `// What can go wrong`:\n{}",
        alone.join("\n")
    );
}

fn facade() -> Crate {
    Crate::on_disk(&files::root())
}

fn own_crates() -> Vec<Crate> {
    files::own_crates().iter().map(|folder| Crate::on_disk(folder)).collect()
}
