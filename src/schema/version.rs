//! The versions of Kubernetes whose API is known.

use std::fmt;
use std::str::FromStr;

/// A minor version of Kubernetes whose API is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    minor: u32,
}

/// A version that is none, or none of those that are known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schemas of Kubernetes `{0}` are not known; those of {oldest} to {newest} are", oldest = Version::OLDEST, newest = Version::NEWEST)]
pub struct UnknownVersion(String);

impl Version {
    /// The oldest that is known.
    pub const OLDEST: Self = Self { minor: 33 };
    /// The newest that is known.
    pub const NEWEST: Self = Self { minor: 37 };

    /// The number after `1.`.
    pub fn minor(self) -> u32 {
        self.minor
    }

    /// The place of this version in the masks of the data.
    pub(super) fn bit(self) -> u32 {
        1 << (self.minor - Self::OLDEST.minor)
    }

    /// The oldest version of a mask.
    pub(super) fn first_of(mask: u32) -> Option<Self> {
        Self::all().find(|version| mask & version.bit() != 0)
    }

    /// Every version that is known, from the oldest.
    pub fn all() -> impl Iterator<Item = Self> {
        (Self::OLDEST.minor..=Self::NEWEST.minor).map(|minor| Self { minor })
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.minor)
    }
}

impl FromStr for Version {
    type Err = UnknownVersion;

    /// Reads `1.34`, `v1.34` and `1.34.2`.
    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let mut words = text.strip_prefix('v').unwrap_or(text).splitn(3, '.');
        let (major, minor) = (words.next(), words.next());
        Self::all()
            .find(|known| major == Some("1") && minor == Some(&*known.minor.to_string()))
            .ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_release_is_read_as_its_minor_version() {
        for text in ["1.34", "v1.34", "1.34.2", "v1.34.2+k3s1"] {
            assert_eq!(text.parse(), Ok(Version { minor: 34 }), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_is() {
        for text in ["1.20", "2.34", "34", "", "1.3x"] {
            let error = text.parse::<Version>().expect_err(text);
            assert!(error.to_string().ends_with("those of 1.33 to 1.37 are"));
        }
    }
}
