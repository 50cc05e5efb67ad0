//! Single conditions in words, for whoever talks about a part of a policy.

use super::{Language, remark::Remarks, speaker::Speaker};
use crate::{
    PolicySource,
    policy::Policy,
    tree::{Closure, Node},
};

impl Policy {
    /// A condition of this policy, or the opposite of it, as a sentence on one line.
    pub fn say(&self, condition: &Node, holds: bool, language: Language) -> String {
        let remarks = Remarks::new(&PolicySource::new());
        let speaker = Speaker {
            policy: self,
            remarks: &remarks,
            language,
        };
        speaker.saying().condition(condition, holds).flat()
    }

    /// What a closure of this policy computes, as a sentence on one line.
    pub fn say_value(&self, closure: &Closure, language: Language) -> String {
        let remarks = Remarks::new(&PolicySource::new());
        let speaker = Speaker {
            policy: self,
            remarks: &remarks,
            language,
        };
        speaker.number_of(closure).flat()
    }
}
