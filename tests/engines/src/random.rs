//! Numbers that a seed brings forth, so that a drill can be begun again with the same ones.

use std::time::Duration;

/// Numbers from a seed.
pub struct Random(u64);

impl Random {
    /// Those of this seed.
    pub fn of(seed: u64) -> Self {
        Random(seed)
    }

    /// The next one, below this.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    /// A time, shorter than this.
    pub fn shorter_than(&mut self, limit: Duration) -> Duration {
        Duration::from_micros(self.below(u64::try_from(limit.as_micros()).unwrap_or(u64::MAX)))
    }
}
