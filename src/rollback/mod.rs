//! git revert → the reverted tree's plan.
