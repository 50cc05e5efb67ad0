//! Every change of the registry: what it needs, what it does, and what the log says of it.
//!
//! A change holds the registry's one row from its first statement to its end, so that changes
//! come one after another on every instance, and each sees the one before it.

use chrono::{DateTime, Utc};

use super::{
    Activation, Candidate, Content, Draft, PolicyChangeFacts, PolicyState, Split, Version,
    VersionFacts,
};
use crate::{StoreError, backend::Connection};

/// What a writer of a draft takes to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Nothing.
    None,
    /// A draft, whichever.
    Any,
    /// A draft with these files, by their hash.
    Content(String),
}

/// A change, and who makes it.
#[derive(Debug, Clone)]
pub enum Change {
    /// Writes a draft.
    SaveDraft {
        /// The policy it is for.
        policy: String,
        /// Its name.
        name: String,
        /// Its files.
        content: Content,
        /// What is taken to be there.
        expected: Expected,
        /// Who writes it.
        by: String,
    },
    /// Throws a draft away. What was submitted of it stays.
    DeleteDraft {
        /// The policy it is for.
        policy: String,
        /// Its name.
        name: String,
        /// What is taken to be there.
        expected: Expected,
    },
    /// Freezes a draft to be approved.
    Submit {
        /// The policy it is for.
        policy: String,
        /// The draft's name.
        draft: String,
        /// The files that were checked, by their hash.
        content: String,
        /// The version they declare.
        version: String,
        /// The hash that decisions by them will carry.
        hash: String,
        /// Who submits it.
        by: String,
    },
    /// Makes a candidate a version.
    Approve {
        /// The policy it is for.
        policy: String,
        /// The candidate's files, by their hash.
        content: String,
        /// Whether whoever had a hand in it may approve it as well.
        alone: bool,
        /// Who approves it.
        by: String,
    },
    /// Brings a version into force.
    Activate {
        /// The policy.
        policy: String,
        /// The version.
        version: String,
        /// From when on; at once when it is `None` or has passed.
        effective_from: Option<DateTime<Utc>>,
        /// Who does it.
        by: String,
    },
    /// Puts back the version that was in force before.
    RollBack {
        /// The policy.
        policy: String,
        /// The version that is taken to be in force, so that two people do not go back twice.
        from: Option<String>,
        /// Who does it.
        by: String,
    },
    /// Takes back an activation that has not come into force.
    Cancel {
        /// The policy.
        policy: String,
        /// The activation.
        activation: i64,
        /// Who does it.
        by: String,
    },
    /// Has a share of applications decided by another version, or ends that.
    Split {
        /// The policy.
        policy: String,
        /// The share; `None` ends it.
        split: Option<Split>,
        /// Who does it.
        by: String,
    },
    /// Sets the versions that decide silently.
    Shadow {
        /// The policy.
        policy: String,
        /// All of them.
        versions: Vec<String>,
        /// Who does it.
        by: String,
    },
}

/// What a change made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The revision of the registry from then on.
    pub revision: i64,
    /// What there is now.
    pub made: Made,
}

/// What there is after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// This draft.
    Draft(Draft),
    /// No such draft.
    Nothing,
    /// This candidate.
    Candidate(Candidate),
    /// This version.
    Version(Version),
    /// This activation: made, changed or, when it was cancelled, gone.
    Activation(Activation),
    /// These shadows.
    Shadows(Vec<String>),
}

/// Why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such draft.
    UnknownDraft,
    /// The draft is another than was taken to be there; the hash of its files.
    OtherDraft(String),
    /// There is no such candidate.
    UnknownCandidate,
    /// The candidate was approved before.
    AlreadyApproved,
    /// Whoever approves it had a hand in it.
    SamePerson,
    /// The version was published with other files.
    VersionTaken,
    /// There is no such version.
    UnknownVersion(String),
    /// Another version is in force; which.
    OtherInForce(Option<String>),
    /// There is no version to go back to.
    NothingBefore,
    /// No version is in force.
    NothingInForce,
    /// There is no such activation that has still to come.
    UnknownActivation,
    /// Champion and challenger are the same.
    SameVersion,
}

type Applied = Result<Result<(Made, Option<PolicyChangeFacts>), Refusal>, StoreError>;

/// Ends a change with a refusal.
macro_rules! refuse {
    ($refusal:expr) => {
        return Ok(Err($refusal))
    };
}

/// Makes a change within the transaction that holds the registry. A refusal may leave traces: the
/// transaction is to be given up.
pub(crate) async fn apply(conn: &mut Connection, change: &Change, now: DateTime<Utc>) -> Applied {
    match change {
        Change::SaveDraft {
            policy,
            name,
            content,
            expected,
            by,
        } => {
            let draft = Draft {
                policy: policy.clone(),
                name: name.clone(),
                content: content.hash(),
                author: by.clone(),
                at: now,
            };
            save(conn, draft, content, expected).await
        }
        Change::DeleteDraft {
            policy,
            name,
            expected,
        } => delete(conn, policy, name, expected).await,
        Change::Submit {
            policy,
            draft,
            content,
            version,
            hash,
            by,
        } => {
            let candidate = Candidate {
                policy: policy.clone(),
                content: content.clone(),
                version: version.clone(),
                hash: hash.clone(),
                draft: draft.clone(),
                author: by.clone(),
                at: now,
                approver: None,
                approved_at: None,
            };
            submit(conn, candidate).await
        }
        Change::Approve {
            policy,
            content,
            alone,
            by,
        } => approve(conn, policy, content, *alone, by, now).await,
        Change::Activate {
            policy,
            version,
            effective_from,
            by,
        } => {
            let state = state(conn, policy).await?;
            let Some(version) = state.version(version) else {
                refuse!(Refusal::UnknownVersion(version.clone()));
            };
            let activation = activation(&state, version, *effective_from, by, now);
            begin(conn, activation, version).await
        }
        Change::RollBack { policy, from, by } => {
            roll_back(conn, policy, from.as_deref(), by, now).await
        }
        Change::Cancel {
            policy,
            activation,
            by,
        } => cancel(conn, policy, *activation, by, now).await,
        Change::Split { policy, split, by } => {
            set_split(conn, policy, split.as_ref(), by, now).await
        }
        Change::Shadow {
            policy,
            versions,
            by,
        } => shadow(conn, policy, versions, by).await,
    }
}

async fn save(
    conn: &mut Connection,
    draft: Draft,
    content: &Content,
    expected: &Expected,
) -> Applied {
    let before = conn.draft(&draft.policy, &draft.name).await?;
    if let Some(refusal) = other(before.as_ref(), expected) {
        refuse!(refusal);
    }
    conn.keep_content(&draft.content, &content.write()).await?;
    conn.save_draft(&draft).await?;
    if let Some(before) = before {
        conn.drop_stray(&before.content).await?;
    }
    Ok(Ok((Made::Draft(draft), None)))
}

async fn delete(conn: &mut Connection, policy: &str, name: &str, expected: &Expected) -> Applied {
    let Some(before) = conn.draft(policy, name).await? else {
        refuse!(Refusal::UnknownDraft);
    };
    if let Some(refusal) = other(Some(&before), expected) {
        refuse!(refusal);
    }
    conn.delete_draft(policy, name).await?;
    conn.drop_stray(&before.content).await?;
    Ok(Ok((Made::Nothing, None)))
}

/// What is wrong with what somebody took to be there.
fn other(there: Option<&Draft>, expected: &Expected) -> Option<Refusal> {
    match (there, expected) {
        (None, Expected::None) | (Some(_), Expected::Any) => None,
        (None, _) => Some(Refusal::UnknownDraft),
        (Some(there), Expected::Content(hash)) if *hash == there.content => None,
        (Some(there), _) => Some(Refusal::OtherDraft(there.content.clone())),
    }
}

async fn submit(conn: &mut Connection, candidate: Candidate) -> Applied {
    let Some(draft) = conn.draft(&candidate.policy, &candidate.draft).await? else {
        refuse!(Refusal::UnknownDraft);
    };
    if draft.content != candidate.content {
        refuse!(Refusal::OtherDraft(draft.content));
    }
    let taken = conn.version(&candidate.policy, &candidate.version).await?;
    if taken.is_some_and(|taken| taken.content != candidate.content) {
        refuse!(Refusal::VersionTaken);
    }
    conn.submit(&candidate).await?;
    // Submitted before, it is that candidate.
    let found = conn
        .candidate(&candidate.policy, &candidate.content)
        .await?
        .unwrap_or_else(|| candidate.clone());
    if found.approver.is_some() {
        refuse!(Refusal::AlreadyApproved);
    }
    let facts = PolicyChangeFacts {
        by: candidate.author,
        change: "policy-submitted".to_owned(),
        content: Some(candidate.content),
        policy: candidate.policy,
        versions: vec![VersionFacts {
            hash: candidate.hash,
            version: candidate.version,
        }],
        ..PolicyChangeFacts::default()
    };
    Ok(Ok((Made::Candidate(found), Some(facts))))
}

async fn approve(
    conn: &mut Connection,
    policy: &str,
    content: &str,
    alone: bool,
    by: &str,
    now: DateTime<Utc>,
) -> Applied {
    let approved = conn
        .approve(policy, content, by, now.timestamp_micros(), alone)
        .await?;
    let Some(candidate) = conn.candidate(policy, content).await? else {
        refuse!(Refusal::UnknownCandidate);
    };
    if !approved {
        refuse!(if candidate.approver.is_some() {
            Refusal::AlreadyApproved
        } else {
            Refusal::SamePerson
        });
    }
    let version = Version {
        policy: policy.to_owned(),
        version: candidate.version,
        hash: candidate.hash,
        content: content.to_owned(),
        author: candidate.author,
        approver: by.to_owned(),
        at: now,
    };
    if !conn.publish(&version).await? {
        refuse!(Refusal::VersionTaken);
    }
    let facts = PolicyChangeFacts {
        authors: conn.authors(policy, content).await?,
        content: Some(content.to_owned()),
        ..about(by, "policy-approved", &version)
    };
    Ok(Ok((Made::Version(version), Some(facts))))
}

/// What is known of a policy.
async fn state(conn: &mut Connection, policy: &str) -> Result<PolicyState, StoreError> {
    let mut state = PolicyState {
        versions: conn.versions().await?,
        activations: conn.activations().await?,
        shadows: Vec::new(),
    };
    state.versions.retain(|version| version.policy == policy);
    state
        .activations
        .retain(|activation| activation.policy == policy);
    Ok(state)
}

/// An activation that comes into force after what is in force, and at once when its time has
/// passed.
fn activation(
    state: &PolicyState,
    version: &Version,
    effective_from: Option<DateTime<Utc>>,
    by: &str,
    now: DateTime<Utc>,
) -> Activation {
    let before = state.in_force(now).map(|before| before.effective_from);
    let earliest = before.map_or(now, |before| before.max(now));
    let later = effective_from.filter(|from| *from > earliest);
    Activation {
        id: 0,
        policy: version.policy.clone(),
        version: version.version.clone(),
        effective_from: later.unwrap_or(earliest),
        at_once: later.is_none(),
        rollback: false,
        author: by.to_owned(),
        at: now,
        split: None,
    }
}

async fn begin(conn: &mut Connection, mut activation: Activation, version: &Version) -> Applied {
    activation.id = conn.activate(&activation).await?;
    let change = if activation.rollback {
        "policy-rolled-back"
    } else {
        "policy-activated"
    };
    let facts = PolicyChangeFacts {
        activation: Some(activation.id),
        effective_from: Some(activation.effective_from),
        ..about(&activation.author, change, version)
    };
    Ok(Ok((Made::Activation(activation), Some(facts))))
}

async fn roll_back(
    conn: &mut Connection,
    policy: &str,
    from: Option<&str>,
    by: &str,
    now: DateTime<Utc>,
) -> Applied {
    let state = state(conn, policy).await?;
    let in_force = state.in_force(now).map(|found| found.version.as_str());
    if from.is_some() && from != in_force {
        refuse!(Refusal::OtherInForce(in_force.map(str::to_owned)));
    }
    let before = state.before(now).and_then(|before| state.version(before));
    let Some(before) = before else {
        refuse!(Refusal::NothingBefore);
    };
    let activation = Activation {
        rollback: true,
        ..activation(&state, before, None, by, now)
    };
    begin(conn, activation, before).await
}

async fn cancel(
    conn: &mut Connection,
    policy: &str,
    id: i64,
    by: &str,
    now: DateTime<Utc>,
) -> Applied {
    let state = state(conn, policy).await?;
    let scheduled = state.scheduled(now).iter().find(|found| found.id == id);
    let Some(activation) = scheduled else {
        refuse!(Refusal::UnknownActivation);
    };
    let Some(version) = state.version(&activation.version) else {
        refuse!(Refusal::UnknownActivation);
    };
    conn.cancel(id).await?;
    let facts = PolicyChangeFacts {
        activation: Some(id),
        effective_from: Some(activation.effective_from),
        ..about(by, "policy-activation-cancelled", version)
    };
    Ok(Ok((Made::Activation(activation.clone()), Some(facts))))
}

async fn set_split(
    conn: &mut Connection,
    policy: &str,
    split: Option<&Split>,
    by: &str,
    now: DateTime<Utc>,
) -> Applied {
    let state = state(conn, policy).await?;
    let Some(champion) = state.in_force(now) else {
        refuse!(Refusal::NothingInForce);
    };
    let mut versions = Vec::new();
    if let Some(split) = split {
        if split.challenger == champion.version {
            refuse!(Refusal::SameVersion);
        }
        let Some(challenger) = state.version(&split.challenger) else {
            refuse!(Refusal::UnknownVersion(split.challenger.clone()));
        };
        versions.push(version_facts(challenger));
    }
    conn.split(champion.id, split).await?;
    let facts = PolicyChangeFacts {
        activation: Some(champion.id),
        by: by.to_owned(),
        change: "policy-split".to_owned(),
        percent: split.map(|split| split.percent),
        policy: policy.to_owned(),
        versions,
        ..PolicyChangeFacts::default()
    };
    let made = Activation {
        split: split.cloned(),
        ..champion.clone()
    };
    Ok(Ok((Made::Activation(made), Some(facts))))
}

async fn shadow(conn: &mut Connection, policy: &str, names: &[String], by: &str) -> Applied {
    let state = state(conn, policy).await?;
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    let mut versions = Vec::new();
    for name in &names {
        let Some(version) = state.version(name) else {
            refuse!(Refusal::UnknownVersion(name.clone()));
        };
        versions.push(version_facts(version));
    }
    conn.set_shadows(policy, &names).await?;
    let facts = PolicyChangeFacts {
        by: by.to_owned(),
        change: "policy-shadows-set".to_owned(),
        policy: policy.to_owned(),
        versions,
        ..PolicyChangeFacts::default()
    };
    Ok(Ok((Made::Shadows(names), Some(facts))))
}

fn version_facts(version: &Version) -> VersionFacts {
    VersionFacts {
        hash: version.hash.clone(),
        version: version.version.clone(),
    }
}

fn about(by: &str, change: &str, version: &Version) -> PolicyChangeFacts {
    PolicyChangeFacts {
        by: by.to_owned(),
        change: change.to_owned(),
        policy: version.policy.clone(),
        versions: vec![version_facts(version)],
        ..PolicyChangeFacts::default()
    }
}
