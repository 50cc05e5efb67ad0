//! Which version decides an application: the live one, or for a share of applications its
//! challenger. The share is chosen by the application's id, the same on every instance.

use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::LoadedPolicy;

/// The side of a split that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Arm {
    /// The version in force.
    Champion,
    /// The version that is tried beside it.
    Challenger,
}

impl Arm {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Champion => "champion",
            Self::Challenger => "challenger",
        }
    }

    /// The arm called `name`.
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Champion, Self::Challenger]
            .into_iter()
            .find(|arm| arm.name() == name)
    }
}

/// A share of applications decided by another version.
#[derive(Debug, Clone)]
pub struct Challenger {
    /// The version that decides them.
    pub policy: Arc<LoadedPolicy>,
    /// How many of a hundred.
    pub percent: u8,
}

/// The versions that have to do with one application.
#[derive(Debug, Clone)]
pub struct Route {
    champion: Arc<LoadedPolicy>,
    challenger: Option<Challenger>,
    shadows: Vec<Arc<LoadedPolicy>>,
}

impl Route {
    /// Everything to one version.
    pub fn to(champion: Arc<LoadedPolicy>) -> Self {
        Self {
            champion,
            challenger: None,
            shadows: Vec::new(),
        }
    }

    pub(crate) fn new(
        champion: Arc<LoadedPolicy>,
        challenger: Option<Challenger>,
        shadows: Vec<Arc<LoadedPolicy>>,
    ) -> Self {
        Self {
            champion,
            challenger,
            shadows,
        }
    }

    /// The version that is in force.
    pub(crate) fn champion(&self) -> &Arc<LoadedPolicy> {
        &self.champion
    }

    pub(super) fn into_parts(
        self,
    ) -> (
        Option<Arc<LoadedPolicy>>,
        Option<Challenger>,
        Vec<Arc<LoadedPolicy>>,
    ) {
        (Some(self.champion), self.challenger, self.shadows)
    }

    /// The version that decides an application, and its arm while there is a split.
    pub fn choose(&self, application_id: &str) -> (&Arc<LoadedPolicy>, Option<Arm>) {
        let Some(challenger) = &self.challenger else {
            return (&self.champion, None);
        };
        let names = [
            self.champion.policy.id(),
            self.champion.policy.version(),
            challenger.policy.policy.version(),
        ];
        if bucket(&names, application_id) < u64::from(challenger.percent) {
            (&challenger.policy, Some(Arm::Challenger))
        } else {
            (&self.champion, Some(Arm::Champion))
        }
    }

    /// The versions that decide silently beside `chosen`.
    pub fn shadows(&self, chosen: &LoadedPolicy) -> Vec<Arc<LoadedPolicy>> {
        let others = self.shadows.iter();
        others
            .filter(|shadow| shadow.policy.stamp().hash != chosen.policy.stamp().hash)
            .cloned()
            .collect()
    }
}

/// A number from 0 to 99. Growing a share keeps who was in it; another pair of versions draws anew.
fn bucket(names: &[&str], application_id: &str) -> u64 {
    let mut hash = Sha256::new();
    for part in names.iter().copied().chain([application_id]) {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let number = hash
        .iter()
        .take(7)
        .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    number.checked_rem(100).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::bucket;

    #[test]
    fn a_share_is_as_large_as_it_says_and_stays() {
        let names = ["p", "1", "2"];
        let drawn: Vec<u64> = (0..20_000)
            .map(|n| bucket(&names, &format!("APP-{n}")))
            .collect();
        for percent in [1, 10, 50, 99] {
            let share = drawn.iter().filter(|bucket| **bucket < percent).count();
            let expected = usize::try_from(percent * 200).unwrap();
            assert!(share.abs_diff(expected) < 300, "{percent}: {share}");
        }
        // Written down, since every instance of every release has to draw the same.
        let first: Vec<u64> = drawn.into_iter().take(5).collect();
        assert_eq!(first, [25, 69, 44, 53, 93]);
        assert_ne!(bucket(&["p", "1", "2"], "a"), bucket(&["p", "12", ""], "a"));
    }
}
