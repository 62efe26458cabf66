//! What a recorded call is known by: the path of its function, with its type where it is a method.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::cell::RefCell;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use reliable::approver::Approve;
use reliable::durable::{HaltKind, Memory, Recorded};
use reliable::{Fault, Scope, durable, requires_approval, retry};

type Outcome<T> = Result<T, Fault>;

/// The places of all that is recorded of this.
async fn places<T: Recorded>(flow: impl Future<Output = T>) -> Vec<String> {
    let memory = Memory::new();
    Scope::current().approver(Approve).run(memory.run("run", flow)).await.unwrap();
    memory.show("run").await.unwrap().into_iter().map(|it| it.place.to_string()).collect()
}

/// The path of the one function that is called: a question about it is known by the same.
async fn path<T: Recorded>(flow: impl Future<Output = T>) -> String {
    let places = places(flow).await;
    let [question, call] = &places[..] else { panic!("{places:?}") };
    let path = call.strip_prefix("call 1 of `durable_paths::").or_else(|| call.strip_prefix("call 1 of `")).unwrap();
    assert_eq!(question.replace("question 1 about", "call 1 of"), *call);
    path.strip_suffix('`').unwrap().to_owned()
}

#[derive(Debug, Hash)]
struct Till;

#[derive(Debug, Hash)]
struct Desk;

#[derive(Debug, Hash)]
struct Of<T>(T);

trait Pays {
    fn pay(&self) -> impl Future<Output = Outcome<u32>>;

    #[requires_approval]
    #[durable]
    async fn refund(&self) -> Outcome<u32> {
        Ok(2)
    }
}

/// As `async_trait` writes it.
trait Boxed {
    fn pay<'a>(&'a self) -> Pin<Box<dyn Future<Output = Outcome<u32>> + Send + 'a>>;
}

#[requires_approval]
#[durable]
async fn pay() -> Outcome<u32> {
    Ok(1)
}

impl Till {
    #[requires_approval]
    #[durable]
    async fn pay(&self) -> Outcome<u32> {
        Ok(1)
    }

    #[requires_approval]
    #[durable]
    async fn associated() -> Outcome<u32> {
        Ok(1)
    }

    #[requires_approval]
    #[durable(name = "till")]
    async fn named(&self) -> Outcome<u32> {
        Ok(1)
    }

    #[requires_approval]
    #[durable]
    fn boxed(&self) -> Pin<Box<dyn Future<Output = Outcome<u32>> + Send + '_>> {
        Box::pin(async { Ok(1) })
    }

    #[requires_approval]
    #[durable]
    async fn r#match(&self) -> Outcome<u32> {
        Ok(1)
    }
}

impl Pays for Till {
    #[requires_approval]
    #[durable]
    async fn pay(&self) -> Outcome<u32> {
        Ok(2)
    }
}

impl Pays for Desk {
    #[requires_approval]
    #[durable]
    async fn pay(&self) -> Outcome<u32> {
        Ok(3)
    }
}

impl<T: Sync> Of<T> {
    #[requires_approval]
    #[durable]
    async fn pay<U: Send>(&self, _: U) -> Outcome<u32> {
        let Of(_) = self;
        Ok(1)
    }
}

impl<T: Sync> Pays for Of<T> {
    #[requires_approval]
    #[durable]
    async fn pay(&self) -> Outcome<u32> {
        Ok(2)
    }
}

impl Boxed for Till {
    #[requires_approval]
    #[durable]
    fn pay<'a>(&'a self) -> Pin<Box<dyn Future<Output = Outcome<u32>> + Send + 'a>> {
        Box::pin(async move { Ok(1) })
    }
}

impl Boxed for Desk {
    #[requires_approval]
    #[durable]
    fn pay<'a>(&'a self) -> Pin<Box<dyn Future<Output = Outcome<u32>> + Send + 'a>> {
        Box::pin(async move { Ok(1) })
    }
}

mod shop {
    use super::{Outcome, Till, durable, requires_approval};

    impl Till {
        #[requires_approval]
        #[durable]
        pub(super) async fn sell(&self) -> Outcome<u32> {
            Ok(1)
        }
    }
}

/// A function in a block of another one.
fn within() -> impl Future<Output = Outcome<u32>> {
    #[requires_approval]
    #[durable]
    async fn pay() -> Outcome<u32> {
        Ok(1)
    }
    pay()
}

async fn within_a_future() -> Outcome<u32> {
    #[requires_approval]
    #[durable]
    async fn pay() -> Outcome<u32> {
        Ok(1)
    }
    pay().await
}

async fn of_a_type_within() -> Outcome<u32> {
    #[derive(Debug, Hash)]
    struct Inner;

    impl Inner {
        #[requires_approval]
        #[durable]
        async fn pay(&self) -> Outcome<u32> {
            Ok(1)
        }
    }
    Inner.pay().await
}

#[tokio::test(start_paused = true)]
async fn of_each_kind_of_function() {
    assert_eq!(path(pay()).await, "pay");
    assert_eq!(path(Till.pay()).await, "Till::pay");
    assert_eq!(path(Till::associated()).await, "Till::associated");
    assert_eq!(path(Till.boxed()).await, "Till::boxed");
    assert_eq!(path(Till.r#match()).await, "Till::match");
    assert_eq!(path(Till.sell()).await, "shop::<impl durable_paths::Till>::sell");
    assert_eq!(path(Till.named()).await, "till");
    assert_eq!(path(Pays::pay(&Till)).await, "<durable_paths::Till as durable_paths::Pays>::pay");
    assert_eq!(path(Pays::pay(&Desk)).await, "<durable_paths::Desk as durable_paths::Pays>::pay");
    assert_eq!(path(Pays::refund(&Desk)).await, "<durable_paths::Desk as durable_paths::Pays>::refund");
    assert_eq!(path(Of(1_u8).pay("")).await, "Of::pay");
    assert_eq!(path(Pays::pay(&Of(""))).await, "<durable_paths::Of as durable_paths::Pays>::pay");
    assert_eq!(path(Boxed::pay(&Till)).await, "<durable_paths::Till as durable_paths::Boxed>::pay");
    assert_eq!(path(Boxed::pay(&Desk)).await, "<durable_paths::Desk as durable_paths::Boxed>::pay");
    assert_eq!(path(within()).await, "pay");
    assert_eq!(path(within_a_future()).await, "pay");
    assert_eq!(path(of_a_type_within()).await, "Inner::pay");
}

/// Code that gains a call of another type's method goes on with what it has.
#[tokio::test(start_paused = true)]
async fn methods_of_one_name_have_calls_of_their_own() {
    #[derive(Debug)]
    struct Bank;

    #[derive(Debug)]
    struct Shop;

    impl Bank {
        #[durable]
        async fn pay(&self) -> Outcome<String> {
            Ok("the bank".to_owned())
        }
    }

    impl Shop {
        #[durable]
        async fn pay(&self) -> Outcome<String> {
            Ok("the shop".to_owned())
        }
    }
    let memory = Memory::new();
    memory.crash_after(1);
    let before = async {
        Bank.pay().await?;
        Bank.pay().await
    };
    assert_eq!(memory.run("sale", before).await.unwrap_err().kind, HaltKind::Crashed);
    let gained = async { Ok::<_, Fault>([Shop.pay().await?, Bank.pay().await?]) };
    assert_eq!(memory.run("sale", gained).await.unwrap().unwrap(), ["the shop", "the bank"]);
}

/// All instances of a type have the calls of one function. The words of the halt tell whose they are, and so does what the store
/// lists.
#[tokio::test(start_paused = true)]
async fn a_halt_says_of_which_type_the_method_is() {
    #[derive(Debug)]
    struct Price<T>(T);

    impl<T: Recorded + Clone + Debug> Price<T> {
        #[durable]
        async fn ask(&self) -> Outcome<T> {
            Ok(self.0.clone())
        }
    }
    let memory = Memory::new();
    memory.crash_after(1);
    let twice = async {
        Price("twelve".to_owned()).ask().await?;
        Price("twelve".to_owned()).ask().await
    };
    memory.run("sale", twice).await.unwrap_err();
    let halt = memory.run("sale", async { Price(12).ask().await }).await.unwrap_err();
    let place = "call 1 of `durable_paths::Price::ask`";
    assert!(halt.message.starts_with(&format!("what is recorded of {place} can't be read")), "{halt}");
    assert_eq!(memory.show("sale").await.unwrap()[0].place.to_string(), place);
}

#[tokio::test(start_paused = true)]
async fn methods_of_one_name_have_keys_of_their_own() {
    struct Bank;

    struct Shop;

    impl Bank {
        #[retry(idempotency_key)]
        async fn pay(&self) -> Outcome<String> {
            Ok(idempotency_key.to_string())
        }
    }

    impl Shop {
        #[retry(idempotency_key)]
        async fn pay(&self) -> Outcome<String> {
            Ok(idempotency_key.to_string())
        }
    }
    let (memory, keys) = (Memory::new(), RefCell::new(Vec::new()));
    let flow = async |gains: bool| {
        if gains {
            Shop.pay().await?;
        }
        let key = Bank.pay().await?;
        keys.borrow_mut().push(key);
        durable::call("tell").run(async { Outcome::Ok(()) }).await
    };
    memory.crash_after(0);
    memory.run("sale", flow(false)).await.unwrap_err();
    memory.run("sale", flow(true)).await.unwrap().unwrap();
    assert_eq!(keys.borrow()[0], keys.borrow()[1], "it is the same call");
}

/// A call that has its place keeps it: what was recorded there is found in the next life.
#[tokio::test]
async fn a_module_behind_the_key_makes_no_other_place() {
    let ran = RefCell::new(0);
    let flow = async || {
        let mut pay = durable::call("pay");
        let key = pay.idempotency_key().to_string();
        let paid = pay.in_module(module_path!()).run(async {
            *ran.borrow_mut() += 1;
            Ok::<_, String>(())
        });
        paid.await.unwrap();
        durable::call("tell").run(async { Ok::<_, String>(()) }).await.map(|()| key)
    };
    let memory = Memory::new();
    memory.crash_after(1);
    assert_eq!(memory.run("trip-42", flow()).await.unwrap_err().kind, HaltKind::Crashed);
    memory.run("trip-42", flow()).await.unwrap().unwrap();
    assert_eq!(*ran.borrow(), 1);
}
