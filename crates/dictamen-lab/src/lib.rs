//! What a policy team does before a policy goes live.
//!
//! [`cases`] runs the situations a policy folder describes and compares what the policy decides
//! with what its authors expect. [`coverage`] says what no case has tried, [`mutate`] which mistakes in
//! the policy no case would notice. [`invariants`] proves what a policy promises, or finds somebody for
//! whom it does not hold. [`simulate`] takes portfolios through policies, [`compare`] finds the edits
//! between two and shares among them who changes, [`statistics`] has the figures of credit and
//! [`report`] tells all of it. [`explain`] says why an applicant got their answer and what would change
//! it, and [`letter`] writes it to them. [`scorecard`] carries scorecards between tables and policies.
//! [`document`] lays a policy out to be read and signed. [`drift`] tells how far today's applicants
//! differ from earlier ones. [`replay`] holds a decision made again against the one that was made.
//! [`pipeline`] is the one way from a request to a decision
//! that the service, the command and the cases share. Like the crates below it, this one does no
//! I/O and reads no clock.

pub mod cases;
pub mod compare;
pub mod coverage;
pub mod document;
pub mod drift;
pub mod explain;
pub mod invariants;
pub mod letter;
pub mod mutate;
mod paths;
pub mod pipeline;
pub mod replay;
pub mod report;
pub mod scorecard;
pub mod simulate;
pub mod statistics;

#[cfg(test)]
mod tests;
