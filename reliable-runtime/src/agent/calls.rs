//! How often the tools with a limit of calls were called.

/// The calls under each limit: few, in a run, so that a list will do.
#[derive(Debug, Default)]
pub(crate) struct Counts(Vec<(u64, u32)>);

impl Counts {
    /// Counts a call under this limit, if that has room.
    pub(crate) fn count(&mut self, limit: u64, max: u32) -> bool {
        let Some((_, calls)) = self.0.iter_mut().find(|(id, _)| *id == limit) else {
            self.0.push((limit, 1));
            return max > 0;
        };
        let has_room = *calls < max;
        *calls += u32::from(has_room);
        has_room
    }
}
