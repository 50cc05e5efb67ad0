//! What a caller may do, as roles.
//!
//! A role grants what it names and nothing else: an `admin` hands out keys but does not decide.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Have applications decided and characteristics computed.
    Decide,
    /// Read policies, characteristics and the decision log, and replay what is in it.
    Read,
    /// Write drafts of policies and submit them.
    Author,
    /// Let somebody else's policies go live, and take them back.
    Approve,
    /// Hand out keys, and erase what is personal.
    Admin,
}

impl Role {
    /// Every role with its name.
    pub const ALL: [(&'static str, Self); 5] = [
        ("decide", Self::Decide),
        ("read", Self::Read),
        ("author", Self::Author),
        ("approve", Self::Approve),
        ("admin", Self::Admin),
    ];

    /// The role called `name`.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find_map(|(known, role)| (known == name).then_some(role))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find_map(|(name, role)| (role == self).then_some(name))
            .unwrap_or_default()
    }

    fn bit(self) -> u8 {
        match self {
            Self::Decide => 1,
            Self::Read => 1 << 1,
            Self::Author => 1 << 2,
            Self::Approve => 1 << 3,
            Self::Admin => 1 << 4,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of roles.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u8);

impl Roles {
    /// Every role.
    pub fn all() -> Self {
        Role::ALL.into_iter().map(|(_, role)| role).collect()
    }

    /// Whether `role` is among them.
    pub fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each, in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        let all = Role::ALL.into_iter().map(|(_, role)| role);
        all.filter(move |role| self.has(*role))
    }

    /// Those that `names` names; other names are passed over.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().filter_map(Role::by_name).collect()
    }

    /// Their names, in the order of [`Role::ALL`].
    pub fn names(self) -> Vec<String> {
        self.iter().map(|role| role.name().to_owned()).collect()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |set, role| set | role.bit()))
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Role, Roles};

    #[test]
    fn a_set_has_what_was_put_in_and_nothing_else() {
        for (name, role) in Role::ALL {
            assert_eq!(Role::by_name(name), Some(role));
            assert_eq!(role.name(), name);
            let only: Roles = [role].into_iter().collect();
            for (_, other) in Role::ALL {
                assert_eq!(only.has(other), other == role);
            }
            assert_eq!(only.names(), [name]);
        }
        assert_eq!(Roles::all().iter().count(), Role::ALL.len());
        assert!(Roles::default().is_empty());
        assert_eq!(Roles::named(["root", "Admin", "read "]), Roles::default());
        assert_eq!(Roles::named(["read", "root"]).names(), ["read"]);
    }
}
