//! What a breaker goes by.

#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) failures: u32,
    pub(super) ratio: Option<Ratio>,
    pub(super) cooldown_us: u64,
    pub(super) probes: u32,
}

impl Rules {
    /// The time after which a probe that neither ended nor was dropped counts as failed: or one that hangs would keep the
    /// breaker half-open for ever.
    pub(super) fn longest_probe_us(&self) -> u64 {
        self.cooldown_us.saturating_mul(2).max(60_000_000)
    }
}

/// How many failures in a window are too many; exact, in millionths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratio {
    pub(super) millionths: u64,
    pub(super) window: u32,
}

impl Ratio {
    pub(super) fn is_reached(self, failures: u32) -> bool {
        u64::from(failures) * 1_000_000 >= self.millionths * u64::from(self.window)
    }
}

pub(super) const DEFAULT_RATIO: Ratio = Ratio { millionths: 500_000, window: 20 };
