//! The option `idempotency_key` of `#[retry(idempotency_key)]`: the same for all attempts of a call.

use std::sync::Mutex;

use reliable::{IdempotencyKey, retry, timeout};

#[derive(Default)]
struct Service {
    seen: Mutex<Vec<IdempotencyKey>>,
}

impl Service {
    /// Fails twice in three calls.
    fn post(&self, key: IdempotencyKey) -> Result<(), String> {
        let mut seen = self.seen.lock().unwrap();
        seen.push(key);
        if seen.len() % 3 == 0 { Ok(()) } else { Err("503".to_owned()) }
    }

    fn seen(&self) -> Vec<IdempotencyKey> {
        self.seen.lock().unwrap().clone()
    }
}

fn all_same(keys: &[IdempotencyKey]) -> bool {
    keys.windows(2).all(|two| two[0] == two[1])
}

#[tokio::test(start_paused = true)]
async fn it_is_the_same_for_all_attempts_and_another_one_for_the_next_call() {
    #[retry(max = 2, idempotency_key)]
    #[timeout(secs = 1)]
    async fn pay(service: &Service) -> Result<(), String> {
        tokio::task::yield_now().await;
        service.post(idempotency_key)
    }
    let service = Service::default();
    pay(&service).await.unwrap();
    pay(&service).await.unwrap();
    let seen = service.seen();
    assert!(all_same(&seen[..3]) && all_same(&seen[3..]) && seen[0] != seen[3]);
}

#[tokio::test(start_paused = true)]
async fn two_calls_at_once_have_two_keys() {
    #[retry(max = 2, idempotency_key)]
    async fn pay(service: &Service) -> Result<(), String> {
        tokio::task::yield_now().await;
        service.post(idempotency_key)
    }
    let (a, b) = (Service::default(), Service::default());
    let (first, second) = tokio::join!(pay(&a), pay(&b));
    first.and(second).unwrap();
    assert!(all_same(&a.seen()) && all_same(&b.seen()) && a.seen()[0] != b.seen()[0]);
}

#[tokio::test(start_paused = true)]
async fn an_annotated_function_that_is_called_has_its_own() {
    #[retry(idempotency_key)]
    async fn inner() -> Result<IdempotencyKey, String> {
        Ok(idempotency_key)
    }
    #[retry(idempotency_key)]
    async fn outer() -> Result<[IdempotencyKey; 3], String> {
        Ok([idempotency_key, inner().await?, idempotency_key])
    }
    let [before, inner, after] = outer().await.unwrap();
    assert!(before == after && before != inner);
}

#[test]
fn plain_functions_have_it_too() {
    #[retry(max = 2, backoff = "none", idempotency_key)]
    fn pay(service: &Service) -> Result<(), String> {
        service.post(idempotency_key)
    }
    let service = Service::default();
    pay(&service).unwrap();
    assert!(all_same(&service.seen()));
}

#[test]
fn without_the_option_the_name_is_the_users_own() {
    fn idempotency_key() -> u32 {
        7
    }
    #[retry(max = 1, backoff = "none")]
    fn pay() -> Result<u32, String> {
        Ok(idempotency_key())
    }
    assert_eq!(pay(), Ok(7));
}

mod in_a_durable_run {
    use std::cell::RefCell;

    use reliable::durable::{self, Memory};

    use super::*;

    mod bank {
        use super::*;

        #[retry(max = 1, base = "1s", idempotency_key)]
        pub(super) async fn pay(seen: &RefCell<Vec<IdempotencyKey>>) -> Result<(), String> {
            seen.borrow_mut().push(idempotency_key);
            durable::call("paid").run(async { Ok(()) }).await
        }
    }

    mod shop {
        use super::*;

        #[retry(max = 1, base = "1s", idempotency_key)]
        pub(super) async fn pay(seen: &RefCell<Vec<IdempotencyKey>>) -> Result<(), String> {
            seen.borrow_mut().push(idempotency_key);
            Err("closed".to_owned())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_the_same_in_each_life_and_another_one_for_each_call() {
        let lives = RefCell::new(Vec::new());
        let memory = Memory::new();
        let flow = async |gains: bool| {
            let seen = RefCell::new(Vec::new());
            if gains {
                // What the program has gained changes no other key.
                let _ = shop::pay(&RefCell::default()).await;
            }
            bank::pay(&seen).await?;
            let _ = shop::pay(&seen).await;
            bank::pay(&seen).await?;
            lives.borrow_mut().push(seen.into_inner());
            durable::call("told").run(async { Ok::<_, String>(()) }).await
        };
        memory.crash_after(3);
        memory.run("run", flow(false)).await.unwrap_err();
        memory.run("run", flow(true)).await.unwrap().unwrap();
        let lives = lives.into_inner();
        let [first, second] = &lives[..] else { panic!("{lives:?}") };
        assert_eq!(first.len(), 4, "with two attempts in the shop");
        assert_eq!((first[0], first[3]), (second[0], second[3]));
        assert!(first[1] == first[2] && first[0] != first[3] && first[0] != first[1], "{first:?}");
        let seen = RefCell::default();
        Memory::new().run("run", bank::pay(&seen)).await.unwrap().unwrap();
        bank::pay(&seen).await.unwrap();
        assert!(!seen.borrow().iter().any(|key| first.contains(key)), "in no other run, and outside of all");
    }
}
