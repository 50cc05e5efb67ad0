//! Work beside the requests: deciding later, telling the loan origination system, and applications
//! from consent to decision, with the local Belvo.

mod applications;
mod browser;
mod deliveries;
mod jobs;
mod los;
mod monitoring;
mod world;

/// Runs each test on both engines.
macro_rules! on_both {
    ($($name:ident)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::house::House::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(house) = crate::house::House::postgres() {
                    super::$name(house).await;
                }
            })+
        }
    };
}
use on_both;
