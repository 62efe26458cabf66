//! Two values have one digest if they are the same, and never else.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use proptest::prelude::*;

use super::*;
use crate::seen::inspect::Inspect;

macro_rules! digest {
    ($value:expr) => {{
        let value = $value;
        match Inspect::new(&value).digested().hidden().0 {
            Some(seen) => seen.digests.here,
            None => panic!("it is no argument"),
        }
    }};
}

macro_rules! receiver {
    ($value:expr) => {{
        let value = $value;
        Inspect::new(&value).receiver().known().0.unwrap().digests.here
    }};
}

/// Whether serde is there, to tell what has no `Hash`.
const SERDE: bool = cfg!(feature = "serde");

struct Opaque;

/// Its `Hash` says less than there is in it.
struct Lazy(&'static str, &'static str);

impl Hash for Lazy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.0.as_bytes());
        state.write(self.1.as_bytes());
    }
}

struct Panics;

impl Hash for Panics {
    fn hash<H: Hasher>(&self, _: &mut H) {
        panic!("it has none")
    }
}

#[test]
fn a_value_is_told_from_others_of_its_type() {
    assert_eq!(digest!("ana"), digest!("ana"));
    assert_eq!(digest!(("a", 1)), digest!(("a", 1)));
    assert_ne!(digest!("ana"), digest!("anna"));
    assert_ne!(digest!(("ab", "c")), digest!(("a", "bc")));
    assert_ne!(digest!(["ab", ""]), digest!(["a", "b"]));
    assert_ne!(digest!(vec!["a", "b"]), digest!(vec!["b", "a"]));
    assert_ne!(digest!(Some("")), digest!(None::<&str>));
    assert_ne!(digest!(vec![vec![1], vec![]]), digest!(vec![vec![], vec![1]]));
    let long = "x".repeat(100_000);
    assert_ne!(digest!(format!("{long}a")), digest!(format!("{long}b")), "it is not cut");
}

#[test]
fn what_is_equal_in_another_type_is_something_else() {
    assert_ne!(digest!(1_u8), digest!(1_u16));
    assert_ne!(digest!("ana"), digest!("ana".to_owned()));
    assert_ne!(digest!(()), digest!([0_u8; 0]));
}

#[test]
fn what_can_not_be_told_from_others_has_none() {
    assert_eq!(digest!(Opaque), None);
    assert_eq!(digest!(&&Opaque), None);
    assert_eq!(digest!(Panics), None, "its `Hash` panics");
    assert_eq!(digest!(vec![Opaque]), None);
    assert_eq!(digest!(1.5).is_some(), SERDE);
    assert_eq!(digest!(BTreeMap::from([("a", 1.5)])).is_some(), SERDE);
}

#[test]
fn a_hash_that_runs_its_parts_together_is_taken_apart() {
    assert_ne!(digest!(Lazy("ab", "c")), digest!(Lazy("a", "bc")));
    assert_eq!(digest!(Lazy("ab", "c")), digest!(Lazy("ab", "c")));
}

/// Around the lengths at which something is handed over, or told in more bytes.
#[test]
fn long_pieces_are_told_apart_too() {
    let mut seen = std::collections::HashSet::new();
    for length in (0..140).chain(250..260).chain([1000, 5000]) {
        let text = "x".repeat(length);
        assert!(
            seen.insert(of(&text)) && seen.insert(of(&(&text, ""))) && seen.insert(of(&("", &text, 1_u8))),
            "{length}"
        );
        assert_eq!(of(&text), of(&text));
        for at in [0, 127, 128, 254, 255].into_iter().filter(|at| *at < length) {
            let mut other = text.clone().into_bytes();
            other[at] = b'y';
            assert!(seen.insert(of(&String::from_utf8(other).unwrap())), "{length}, {at}");
        }
    }
}

#[test]
fn a_receiver_without_room_for_anything_needs_nothing_to_be_told_by() {
    struct Another;
    struct Filled(#[expect(dead_code, reason = "it takes room")] u8);
    assert!(receiver!(&Opaque).is_some() && receiver!(&mut Opaque).is_some() && receiver!(Opaque).is_some());
    assert_eq!(receiver!(&Filled(1)), None);
    assert_eq!(receiver!(&&Opaque), None, "where it is may be something");
    assert_ne!(receiver!(&1), receiver!(&2));
    assert_ne!(receiver!(&Opaque), receiver!(&Another));
}

#[test]
fn in_a_generic_function_it_goes_by_the_bounds() {
    fn bound<T: Hash>(value: T) -> Option<Digest> {
        digest!(value)
    }
    fn unbound<T>(value: T) -> Option<Digest> {
        digest!(value)
    }
    assert!(bound("ana").is_some());
    assert_eq!(unbound("ana"), None);
}

proptest! {
    #[test]
    fn equal_texts_and_no_others_have_one_digest(
        one in prop::collection::vec(".{0,3}", 0..3),
        other in prop::collection::vec(".{0,3}", 0..3),
    ) {
        prop_assert_eq!(digest!(one.clone()), digest!(one.clone()));
        prop_assert_eq!(digest!(one.clone()) == digest!(other.clone()), one == other);
    }

    #[test]
    fn pieces_count_however_they_are_cut(text in "[ab]{0,12}", at in 0_usize..12, other in 0_usize..12) {
        let cut = |at: usize| {
            let (first, second) = text.split_at(at.min(text.len()));
            of(&(first, second))
        };
        prop_assert_eq!(cut(at) == cut(other), at.min(text.len()) == other.min(text.len()));
    }
}

#[cfg(feature = "serde")]
mod with_serde {
    use std::collections::{HashMap, HashSet, LinkedList};
    use std::sync::Mutex;

    use serde::{Serialize, Serializer};

    use super::*;

    #[derive(Serialize)]
    struct Order {
        to: String,
        price: f64,
        tags: HashSet<&'static str>,
        notes: HashMap<&'static str, Vec<u8>>,
        kind: Kind,
    }

    #[derive(Serialize, Clone)]
    enum Kind {
        Unit,
        New(u8),
        Tuple(u8, u8),
        Struct { a: u8, b: u8 },
    }

    fn order(price: f64, kind: Kind) -> Order {
        let tags = (0..50).map(|n| &*format!("{n}").leak()).collect();
        let notes = (0..50).map(|n| (&*format!("{n}").leak(), vec![n])).collect();
        Order { to: "ana".to_owned(), price, tags, notes, kind }
    }

    #[test]
    fn chance_has_no_part_in_it() {
        for _ in 0..20 {
            assert!(digest!(order(1.5, Kind::Unit)).is_some());
            assert_eq!(digest!(order(1.5, Kind::Unit)), digest!(order(1.5, Kind::Unit)));
        }
        assert_ne!(digest!(order(1.5, Kind::Unit)), digest!(order(1.25, Kind::Unit)));
        assert_ne!(digest!(HashSet::from([1, 2])), digest!(HashSet::from([1, 3])));
        assert_ne!(digest!(HashMap::from([(1, 2), (3, 4)])), digest!(HashMap::from([(1, 4), (3, 2)])));
        assert_ne!(digest!(LinkedList::from([1.5, 2.5])), digest!(LinkedList::from([2.5, 1.5])), "order may count");
    }

    #[test]
    fn variants_and_fields_are_told_apart() {
        let kinds = [Kind::Unit, Kind::New(1), Kind::New(2), Kind::Tuple(1, 1), Kind::Struct { a: 1, b: 2 }];
        let kinds = kinds.into_iter().chain([Kind::Struct { a: 2, b: 1 }, Kind::Tuple(1, 2)]);
        let digests: HashSet<_> = kinds.map(|kind| digest!(kind).unwrap()).collect();
        assert_eq!(digests.len(), 7);
        assert_ne!(digest!(serde_json::json!({"a": [1]})), digest!(serde_json::json!({"a": ["1"]})));
        assert_ne!(digest!(serde_json::json!([[1], [2]])), digest!(serde_json::json!([[1, 2], []])));
        assert_ne!(digest!(serde_json::json!([null])), digest!(serde_json::json!([])));
        let (one, other) = (r#"{"a": 1, "b": {"c": 2.5}}"#, r#"{"b": {"c": 2.5}, "a": 1}"#);
        let read = |text| digest!(serde_json::from_str::<serde_json::Value>(text).unwrap());
        assert_eq!(read(one), read(other));
    }

    #[test]
    fn a_number_below_zero_is_not_the_large_one_with_its_bits() {
        let digests = |numbers: [serde_json::Value; 2]| numbers.map(|number| digest!(number));
        let [below, large] = digests([(-1).into(), u64::MAX.into()]);
        assert_ne!(below, large);
        let [below, large] = digests([serde_json::json!({"a": [i64::MIN]}), serde_json::json!({"a": [1_u64 << 63]})]);
        assert_ne!(below, large);
    }

    /// Says nothing of its card to serde, and nothing of its name to `Hash`.
    #[derive(Serialize)]
    struct Payment {
        name: &'static str,
        #[serde(skip)]
        card: &'static str,
    }

    impl Hash for Payment {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.card.hash(state);
        }
    }

    #[test]
    fn what_one_of_the_two_leaves_out_the_other_has() {
        let payment = |name, card| digest!(Payment { name, card });
        assert_eq!(payment("ana", "1234"), payment("ana", "1234"));
        assert_ne!(payment("ana", "1234"), payment("ana", "5678"));
        assert_ne!(payment("ana", "1234"), payment("bob", "1234"));
    }

    struct Fails;

    impl Serialize for Fails {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no"))
        }
    }

    struct Panics;

    impl Serialize for Panics {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("it has none")
        }
    }

    #[test]
    fn what_can_not_be_serialized_has_none() {
        assert_eq!(digest!(Fails), None);
        assert_eq!(digest!(vec![Fails]), None);
        assert_eq!(digest!(Panics), None);
        assert_ne!(digest!(Mutex::new(1)), digest!(Mutex::new(2)));
    }

    proptest! {
        #[test]
        fn a_map_is_its_entries_in_any_order(mut entries in prop::collection::vec((".{0,3}", any::<f32>()), 0..8)) {
            let one: HashMap<String, f32> = entries.iter().cloned().collect();
            entries.reverse();
            let mut seen = HashSet::new();
            entries.retain(|(key, _)| seen.insert(key.clone()));
            let other: HashMap<String, f32> = entries.into_iter().collect();
            prop_assert_eq!(digest!(one.clone()), digest!(one.clone()));
            let same = |a: &f32, b: &f32| a.to_bits() == b.to_bits();
            let equal = one.len() == other.len() && one.iter().all(|(k, v)| same(v, &other[k]));
            prop_assert_eq!(digest!(one) == digest!(other), equal);
        }
    }
}
