//! Rule 4: another program goes on with what is recorded, as far as it fits.

use std::collections::HashMap;

use reliable::durable::{self, HaltKind};
use reliable::{Event, Fault};

use crate::bench::Bench;
use crate::lab::{Case, nobody, yes};
use crate::world::{Deaths, Outcome, World, act, call, life, point};

pub async fn rule_4_it_gains_a_call(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<[String; 2]> {
        if life() > 1 {
            call("check", "checked", 1).await?;
        }
        let flight = call("flight", "a flight", 1).await?;
        if life() > 1 {
            call("check", "checked again", 1).await?;
        }
        Ok([flight, call("hotel", "a hotel", 1).await?])
    }
    case.program_changes();
    case.wherever_it_dies(nobody, flow, |ended| {
        assert_eq!(ended.outcome.unwrap(), ["a flight", "a hotel"]);
        assert_eq!(ended.world.times("checked") > 0, ended.world.lives() > 1, "what is new runs");
    })
    .await;
}

pub async fn rule_4_the_arguments_differ(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        let to = if life() == 1 { "ana" } else { "bo" };
        let paid = durable::call("pay").shown(|call| call.show("to", to.to_owned())).run(async move {
            act(to).await;
            Ok::<_, String>(to.to_owned())
        });
        let paid = paid.await?;
        point("behind").await;
        call("tell", "told", 1).await?;
        Ok(paid)
    }
    let ended = case.dying(Deaths::At(2), nobody, flow).await;
    assert_eq!(ended.outcome.unwrap(), "ana", "what is recorded is what was done");
    let read_back = Event::ReadBack { tool: "pay".into(), number: 1, same_arguments: false };
    assert!(ended.world.told_in(2).contains(&read_back), "{:?}", ended.world.told_in(2));
    let recorded = case.runs().show(&ended.run).await.unwrap();
    assert_eq!(recorded[0].entry.arguments, r"to = ana", "the reader sees those of then");
}

pub async fn rule_4_calls_of_other_functions_change_places(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<[String; 2]> {
        if life() == 1 {
            let flight = call("flight", "a flight", 1).await?;
            return Ok([flight, call("hotel", "a hotel", 1).await?]);
        }
        let hotel = call("hotel", "a hotel", 1).await?;
        Ok([call("flight", "a flight", 1).await?, hotel])
    }
    case.program_changes();
    case.wherever_it_dies(nobody, flow, |ended| assert_eq!(ended.outcome.unwrap(), ["a flight", "a hotel"])).await;
}

pub async fn rule_4_an_outcome_is_of_another_type(case: &Case<'_, impl Bench>) {
    async fn old() -> Outcome<String> {
        let price = durable::call("price").run(async { Ok::<_, String>("twelve".to_owned()) }).await?;
        point("behind the price").await;
        call("pay", "paid", 1).await?;
        Ok(price)
    }
    async fn new() -> Outcome<String> {
        let price = durable::call("price").run(async {
            act("price").await;
            Ok::<u32, String>(12)
        });
        let price = price.await.or(Ok::<_, String>(0))?;
        call("pay", "paid", 1).await?;
        Ok(price.to_string())
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::At(1)));
    let process = case.start(&world, old).await;
    world.death().await;
    case.kill(process, &world, &run).await;
    for _ in 0..2 {
        let why = case.until_it_ends(&world, &run, new).await.unwrap_err();
        assert!(why.message.starts_with("what is recorded of call 1 of `price` can't be read"), "{why}");
        let halt = case.parked(&run).await;
        assert_eq!((halt.kind, &halt.message), (HaltKind::Mismatch, &why.message));
        assert_eq!((world.times("paid"), world.times("price")), (0, 0), "nothing runs");
        assert!(case.runs().resume(&run).await.unwrap());
    }
    let outcome = case.until_it_ends(&world, &run, old).await.unwrap();
    assert_eq!((outcome.unwrap().as_str(), world.once("paid")), ("twelve", true), "the program that fits goes on");
}

pub async fn rule_3_an_outcome_cannot_be_written(case: &Case<'_, impl Bench>) {
    async fn strange(tool: &'static str) -> Result<(), String> {
        let strange = durable::call(tool).run(async move {
            act(tool).await;
            Ok::<_, String>(HashMap::from([((1, 2), 3)]))
        });
        let outcome = strange.await;
        act("gone on").await;
        outcome.map(|_| ())
    }
    async fn mended() -> Result<(), String> {
        durable::call("mended").run(async { Ok::<_, String>(()) }).await
    }
    async fn still_strange() -> Result<(), String> {
        strange("strange").await
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    for _ in 0..2 {
        let why = case.until_it_ends(&world, &run, still_strange).await.unwrap_err();
        assert!(why.message.contains("its outcome could not be written down (key must be a string)"), "{why}");
        assert_eq!(case.parked(&run).await.kind, HaltKind::Mismatch);
        assert_eq!((world.times("strange"), world.times("gone on")), (1, 0), "it has run, and does not run again");
        assert!(case.runs().resume(&run).await.unwrap());
    }
    assert_eq!(case.until_it_ends(&world, &run, mended).await.unwrap(), Ok(()));
}

mod bank {
    #[derive(Debug)]
    pub(super) struct Desk;

    impl Desk {
        #[reliable::durable]
        pub(super) async fn pay(&self) -> super::Outcome<String> {
            super::act("the bank").await;
            Ok("the bank".to_owned())
        }
    }

    #[reliable::durable]
    pub(super) async fn pay() -> super::Outcome<String> {
        super::act("no desk").await;
        Ok("no desk".to_owned())
    }

    #[reliable::requires_approval]
    pub(super) async fn allow(what: &str) -> Result<String, reliable::Fault> {
        Ok(format!("the bank: {what}"))
    }

    #[reliable::requires_approval(name = "sign")]
    pub(super) async fn sign(what: &str) -> Result<String, reliable::Fault> {
        Ok(format!("the bank: {what}"))
    }
}

mod shop {
    #[derive(Debug)]
    pub(super) struct Desk;

    impl Desk {
        #[reliable::durable]
        pub(super) async fn pay(&self) -> super::Outcome<String> {
            super::act("the shop").await;
            Ok("the shop".to_owned())
        }
    }

    #[reliable::requires_approval]
    pub(super) async fn allow(what: &str) -> Result<String, reliable::Fault> {
        Ok(format!("the shop: {what}"))
    }

    #[reliable::requires_approval(name = "sign")]
    pub(super) async fn subscribe(what: &str) -> Result<String, reliable::Fault> {
        Ok(format!("the shop: {what}"))
    }
}

/// The program gains calls of other functions of that name: of a method, and of one that is no method.
pub async fn rule_4_a_call_is_known_by_the_path_of_its_function(case: &Case<'_, impl Bench>) {
    async fn flow() -> Outcome<String> {
        if life() > 1 {
            shop::Desk.pay().await?;
            bank::pay().await?;
        }
        let paid = bank::Desk.pay().await?;
        point("behind").await;
        call("tell", "told", 1).await?;
        Ok(paid)
    }
    case.program_changes();
    case.wherever_it_dies(nobody, flow, |ended| {
        assert_eq!(ended.outcome.unwrap(), "the bank");
        for what_is_new in ["the shop", "no desk"] {
            assert_eq!(ended.world.times(what_is_new) > 0, ended.world.lives() > 1, "{what_is_new}");
        }
    })
    .await;
    let ended = case.dying(Deaths::At(1), nobody, flow).await;
    let recorded = case.runs().show(&ended.run).await.unwrap();
    let places: Vec<_> = recorded.iter().map(|it| it.place.to_string()).collect();
    let path = "engines::cases::program::bank";
    assert!(places.contains(&format!("call 1 of `{path}::Desk::pay`")), "{places:?}");
    assert!(places.contains(&format!("call 1 of `{path}::pay`")), "{places:?}");
}

/// The program gains a question of another function of that name.
pub async fn rule_4_a_question_is_known_by_the_path_of_its_function(case: &Case<'_, impl Bench>) {
    async fn flow() -> Result<String, Fault> {
        if life() > 1 {
            shop::allow("a chair").await?;
        }
        let allowed = bank::allow("a loan").await?;
        point("behind").await;
        call("tell", "told", 1).await.unwrap();
        Ok(allowed)
    }
    case.program_changes();
    case.wherever_it_dies(yes, flow, |ended| assert_eq!(ended.outcome.unwrap(), "the bank: a loan")).await;
}

/// The function moves, and its question stays what it was.
pub async fn rule_4_a_question_is_known_by_the_name_that_it_was_given(case: &Case<'_, impl Bench>) {
    async fn flow() -> Result<String, Fault> {
        let signed = if life() == 1 { bank::sign("a loan").await? } else { shop::subscribe("a loan").await? };
        point("behind").await;
        call("tell", "told", 1).await.unwrap();
        Ok(signed)
    }
    let (run, world) = (case.submit("").await, World::new(Deaths::None));
    let question = case.until_it_asks(&world, &run, flow).await;
    assert_eq!(case.until_it_asks(&world, &run, flow).await.id, question.id, "it is open");
    assert!(case.runs().cancel(&run).await.unwrap());
    let ended = case.dying(Deaths::At(1), yes, flow).await;
    assert_eq!((ended.outcome.unwrap().as_str(), ended.world.lives()), ("the shop: a loan", 2), "it was answered");
    assert_eq!(case.runs().trail(&ended.run).await.unwrap().len(), 1);
}
