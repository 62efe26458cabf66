//! Which answer holds, where one is for a call and another one for an argument of it, and what is let go of.

use super::*;
use crate::said::digest::Digest;
use crate::seen::digest;

const BY_TO: Same = Some(&["to"]);

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn of(words: &str) -> Digest {
    digest::of(&words)
}

/// A call of one function.
fn call(same: Same, to: &str, body: &str) -> Call {
    let function = digest::of(&"send_email");
    let arguments = vec![("to", Some(of(to))), ("body", Some(of(body))), ("secret", None)];
    Call { function, whole: Some(of(&format!("{to:?} {body:?}"))), same, arguments }
}

fn keep(grants: &Grants, call: &Call, is_yes: bool) {
    grants.keep(call, &Request::new("send_email".into()), None, (!is_yes).then_some("no"));
}

fn holds(grants: &Grants, call: &Call) -> Option<bool> {
    grants.recall(call).map(|decision| matches!(decision, Decision::Approved { .. }))
}

#[test]
fn a_no_for_an_argument_goes_before_a_yes_for_the_call_and_the_other_way_round() {
    for [first, second] in [[None, BY_TO], [BY_TO, None]] {
        for is_yes_first in [true, false] {
            let grants = Grants::new();
            keep(&grants, &call(first, "eve", "Hi"), is_yes_first);
            keep(&grants, &call(second, "eve", "Hi"), !is_yes_first);
            assert_eq!(holds(&grants, &call(first, "eve", "Hi")), Some(false));
            assert_eq!(holds(&grants, &call(second, "eve", "Hi")), Some(false));
        }
    }
}

#[test]
fn a_yes_holds_for_no_more_than_the_attribute_lets_it() {
    let grants = Grants::new();
    keep(&grants, &call(BY_TO, "eve", "Hi"), true);
    assert_eq!(holds(&grants, &call(BY_TO, "eve", "Good morning")), Some(true));
    assert_eq!(holds(&grants, &call(None, "eve", "Hi")), None, "which asks about each call now");
    assert_eq!(holds(&grants, &call(Some(&["body"]), "eve", "Hi")), None);
    assert_eq!(holds(&grants, &Call { function: digest::of(&"refund"), ..call(BY_TO, "eve", "Hi") }), None);
}

#[test]
fn what_can_not_be_told_is_not_remembered() {
    let grants = Grants::new();
    for same in [Some(&["secret"][..]), Some(&["to", "secret"]), Some(&["who"])] {
        keep(&grants, &call(same, "eve", "Hi"), true);
        assert_eq!(holds(&grants, &call(same, "eve", "Hi")), None);
    }
    let unknown = || Call { whole: None, ..call(None, "eve", "Hi") };
    keep(&grants, &unknown(), true);
    assert_eq!((holds(&grants, &unknown()), grants.list().len()), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn what_has_expired_is_let_go_of_and_nothing_else() {
    let grants = Grants::for_at_most(secs(60));
    let number = |grants: &Grants| {
        let kept = grants.kept();
        (kept.functions.len(), kept.functions.values().flatten().map(|kind| kind.answers.len()).sum::<usize>())
    };
    for n in 0..100 {
        keep(&grants, &call(None, "eve", &n.to_string()), n % 2 == 0);
    }
    assert_eq!(number(&grants), (1, 100), "nothing is thrown away that holds");
    tokio::time::advance(secs(60)).await;
    assert_eq!((grants.list().len(), holds(&grants, &call(None, "eve", "7"))), (0, None));
    for n in 0..300 {
        keep(&grants, &call(BY_TO, &n.to_string(), "Hi"), true);
    }
    assert_eq!(number(&grants), (1, 300));
    assert_eq!(grants.revoke_all(), 300);
    assert_eq!(number(&grants), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_expired_no_makes_room_for_a_yes() {
    let grants = Grants::for_at_most(secs(60));
    keep(&grants, &call(None, "eve", "Hi"), false);
    keep(&grants, &call(None, "eve", "Hi"), true);
    assert_eq!(holds(&grants, &call(None, "eve", "Hi")), Some(false));
    tokio::time::advance(secs(60)).await;
    keep(&grants, &call(None, "eve", "Hi"), true);
    assert_eq!(holds(&grants, &call(None, "eve", "Hi")), Some(true));
}
