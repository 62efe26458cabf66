//! A question is put together in any order.

use super::*;
use crate::approval::asks::asks;
use crate::approval::question::Approval;
use crate::seen::inspect::Inspect;

/// All orders of `steps`.
fn orders<T: Copy>(steps: &[T]) -> Vec<Vec<T>> {
    if steps.is_empty() {
        return vec![Vec::new()];
    }
    let first = |at: usize| {
        let others = [&steps[..at], &steps[at + 1..]].concat();
        orders(&others).into_iter().map(move |others| [vec![steps[at]], others].concat())
    };
    (0..steps.len()).flat_map(first).collect()
}

fn path() -> &'static str {
    "bank::refund::{{closure}}"
}

type Step<I> = fn(I) -> I;

#[track_caller]
fn identity(steps: &[Step<Identity>]) -> Identity {
    steps.iter().fold(Identity::default(), |identity, step| step(identity))
}

fn with(mut identity: Identity, step: impl FnOnce(&mut Identity)) -> Identity {
    step(&mut identity);
    identity
}

const HERE: Step<Identity> = |it| with(it, |it| it.of_function(path, Location::caller()));
const ARGUMENTS: Step<Identity> = |it| {
    with(it, |it| {
        for name in ["to", "amount", "body", "card", "account"] {
            it.argument(name, Some(digest::of(&name)));
        }
    })
};
const IN_MODULE: Step<Identity> = |it| with(it, |it| it.in_module("bank"));
const ONLY_HERE: Step<Identity> = |it| with(it, |it| it.only_here(TypeId::of::<Digest>()));
const FOR_ALL: Step<Identity> = |it| with(it, |it| it.remember(None));
const FOR_SOME: Step<Identity> = |it| with(it, |it| it.remember(Some(&["to", "account"])));
const BY_NAME: Step<Identity> = |it| with(it, Identity::by_name);

/// What is computed: the stores hold it.
fn called(function: Digest) -> Digest {
    ["to", "amount", "body", "card", "account"]
        .into_iter()
        .fold(function, |call, name| digest::of(&("argument", call, name, digest::of(&name))))
}

#[test]
fn a_digest_is_the_same_in_every_order() {
    let named = called(digest::of(&("name", "refund")));
    let here = called(digest::of(&("function", "bank::refund", "refund")));
    for (steps, whole) in [
        (&[HERE, IN_MODULE, FOR_ALL, ONLY_HERE, ARGUMENTS][..], here),
        (&[HERE, IN_MODULE, BY_NAME, FOR_ALL, ONLY_HERE, ARGUMENTS], named),
        (&[BY_NAME, ARGUMENTS], named),
    ] {
        for steps in orders(steps) {
            assert_eq!(identity(&steps).digest("refund"), Some(whole));
        }
    }
}

#[test]
fn what_is_remembered_is_the_same_in_every_order() {
    Scope::current().grants(&Grants::new()).enter(|| {
        for remember in [FOR_ALL, FOR_SOME] {
            let known = |steps: &[Step<Identity>]| {
                let (mut identity, mut request) = (identity(steps), Request::new("refund".into()));
                request.digest = identity.digest(&request.tool);
                let memory = Memory::of(&mut identity, &mut request).map(|memory| *memory);
                let Some(Memory::Grants(_, call)) = memory else { panic!("{memory:?}") };
                (call.function, call.same, call.whole, call.key(call.same).unwrap())
            };
            let steps = [HERE, IN_MODULE, remember, ONLY_HERE, ARGUMENTS];
            let first = known(&steps);
            let elsewhere: Step<Identity> = |it| with(it, |it| it.only_here(TypeId::of::<u8>()));
            assert_ne!(known(&[HERE, IN_MODULE, remember, elsewhere, ARGUMENTS]), first);
            for steps in orders(&steps) {
                assert_eq!(known(&steps), first);
            }
        }
    });
}

#[tokio::test]
async fn what_nobody_is_shown_tells_no_call_from_others_wherever_it_stands() {
    type Asked = Approval<'static>;
    let steps: [Step<Asked>; 4] = [
        |asked| asked.here(|| {}),
        |asked| asked.argument("amount", Inspect::new(&40).digested().argument()),
        |asked| asked.redact("card"),
        Approval::by_name,
    ];
    for steps in orders(&steps) {
        let question = steps.iter().fold(Approval::new("refund"), |asked, step| step(asked));
        let question = asks(question.ask()).await;
        assert_eq!((question.arguments.len(), question.digest), (2, None));
    }
}

#[cfg(feature = "serde")]
#[tokio::test]
async fn what_is_redacted_is_corrected_by_nobody_wherever_that_is_said() {
    for steps in orders(&[0, 1, 2, 3]) {
        let (mut amount, mut card) = (None::<u32>, None::<String>);
        let (mut for_amount, mut for_card) = (Some(&mut amount), Some(&mut card));
        let mut question = Approval::new("refund");
        for step in steps {
            question = match step {
                0 => question.show("amount", "40".to_owned()),
                1 => question.redact("card"),
                2 => question.edit("amount", for_amount.take().unwrap(), ToString::to_string),
                _ => question.edit("card", for_card.take().unwrap(), String::clone),
            };
        }
        let question = asks(question.ask()).await;
        let mut editable = question.arguments.iter().map(|it| (&*it.name, it.editable)).collect::<Vec<_>>();
        editable.sort_unstable();
        assert_eq!(editable, [("amount", true), ("card", false)]);
    }
}
