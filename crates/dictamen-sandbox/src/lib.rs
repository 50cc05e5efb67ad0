//! A faithful local Belvo, so that everything can be built and tried without one.
//!
//! It serves Belvo's API for employment in Mexico on loopback, with people who do not exist and
//! faults on request. It knows what Belvo answers and what an institute registers; it knows nothing
//! of policies and decides nothing.

mod api;
pub mod faults;
mod institution;
mod notices;
mod people;
pub mod population;
mod random;
mod records;
mod retrieval;
pub mod serve;
pub mod settings;
mod widget;
mod world;

pub use api::router;
pub use people::LifeEvent;
pub use settings::Settings;
pub use world::Sandbox;
