//! What a breaker goes by.

#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) failures: u32,
    pub(super) ratio: Option<Ratio>,
    pub(super) cooldown_us: u64,
    pub(super) cooldown_is_given: bool,
    /// To what it grows.
    pub(super) max_cooldown_us: Option<u64>,
    pub(super) probes: u32,
    /// A call that takes longer is a failure.
    pub(super) slow_us: Option<u64>,
}

pub(super) const DEFAULT: Rules = Rules {
    failures: 5,
    ratio: None,
    cooldown_us: 30_000_000,
    cooldown_is_given: false,
    max_cooldown_us: None,
    probes: 1,
    slow_us: None,
};

impl Rules {
    /// The time after which a probe that neither ended nor was dropped counts as failed: or one that hangs would keep the
    /// breaker half-open for ever.
    pub(super) fn longest_probe_us(&self) -> u64 {
        self.cooldown_us.saturating_mul(2).max(60_000_000)
    }

    /// The default is not looked at: it may be changed yet.
    pub(super) const fn check_cooldown(&self) {
        if let (true, Some(max_us)) = (self.cooldown_is_given, self.max_cooldown_us) {
            assert!(
                max_us >= self.cooldown_us,
                "`max_cooldown` of a circuit breaker must be at least as long as its `cooldown`, which only grows"
            );
        }
    }

    /// How long it stays open after so many failed probes in a row.
    #[inline(never)]
    pub(super) fn cooldown_after(&self, failed_probes: u32, max_us: u64) -> u64 {
        let times = 1_u64.checked_shl(failed_probes).unwrap_or(u64::MAX);
        self.cooldown_us.saturating_mul(times).min(max_us.max(self.cooldown_us))
    }
}

/// How many failures are too many; exact, in millionths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratio {
    pub(super) millionths: u64,
    pub(super) window: Window,
    /// With fewer calls than these in a window of time, it is not judged.
    pub(super) min_calls: u32,
}

/// What they are a share of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Window {
    /// The last so many calls.
    Calls(u32),
    /// The calls of the last so many of these.
    Time { bucket_us: u64 },
}

impl Ratio {
    pub(super) fn is_reached(self, failures: u64, calls: u64) -> bool {
        failures * 1_000_000 >= self.millionths * calls
    }
}

pub(super) const DEFAULT_RATIO: Ratio = Ratio { millionths: 500_000, window: Window::Calls(20), min_calls: 20 };
