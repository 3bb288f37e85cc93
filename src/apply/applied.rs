//! What an apply leaves behind: an object that is waited for.

use crate::cluster::Resource;
use crate::object::ObjectId;

/// One object that was applied, as the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The object, with the namespace that it really went to.
    pub id: ObjectId,
    /// The resource through which it is read again.
    pub resource: Resource,
    /// The UID in the answer; empty where the server gave none.
    pub uid: String,
    /// The generation in the answer: what the controller must have observed.
    pub generation: Option<i64>,
}
