//! Kubernetes quantities: `100m`, `1Gi`, `1e3`.

/// A quantity as an exact decimal: `digits × 10^exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The number in units of 10⁻⁹, rounded up as the API machinery does.
    pub nano: i128,
}
