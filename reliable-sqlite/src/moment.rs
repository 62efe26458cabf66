//! A time as it stands in the file: text that sorts as it passes, such as `2026-11-26T16:32:33.123Z`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;
const ERA: u64 = 146_097;
/// The first second that has no place: that of the year 10000.
const END: u64 = 253_402_300_800;

/// To the millisecond: what is finer is cut off.
pub(crate) fn written(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default().min(Duration::from_millis(END * 1000 - 1));
    let (days, second) = (since.as_secs() / DAY, since.as_secs() % DAY);
    let (year, month, day) = date(days);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}.{:03}Z", second % 60, since.subsec_millis())
}

pub(crate) fn read(text: &str) -> Result<SystemTime, String> {
    parsed(text).ok_or_else(|| format!("`{text}` is no time like `2026-11-26T16:32:33.123Z`"))
}

/// As it is when it was written, and read again.
pub(crate) fn cut(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::new(since.as_secs(), since.subsec_millis() * 1_000_000)
}

/// The year, the month and the day, by the Gregorian calendar. Years begin in March here, so that the odd day is their last.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / ERA, days % ERA);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day - (153 * march + 2) / 5 + 1)
}

fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = year.checked_sub(u64::from(month <= 2))?;
    let (era, year) = (year / 400, year % 400);
    let march = (month + 9) % 12;
    let day = (153 * march + 2) / 5 + day.checked_sub(1)?;
    (era * ERA + year * 365 + year / 4 - year / 100 + day).checked_sub(719_468)
}

fn parsed(text: &str) -> Option<SystemTime> {
    let digits = |from: usize, to: usize| {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u64>().ok())?
    };
    let marks = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (23, "Z")];
    let is_marked = marks.iter().all(|&(at, mark)| text.get(at..=at) == Some(mark));
    if text.len() != 24 || !is_marked {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    if !(1..=12).contains(&month) || day > 31 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days(year, month, day)? * DAY + hour * 3600 + minute * 60 + second;
    Some(UNIX_EPOCH + Duration::from_millis(seconds * 1000 + digits(20, 23)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(millis)
    }

    #[test]
    fn a_time_is_read_as_it_is_written_and_sorts_as_it_passes() {
        assert_eq!(written(at(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(written(at(951_782_399_999)), "2000-02-28T23:59:59.999Z");
        assert_eq!(written(at(951_782_400_000)), "2000-02-29T00:00:00.000Z");
        assert_eq!(written(at(1_795_710_753_123)), "2026-11-26T16:32:33.123Z");
        let mut before = String::new();
        for day in 0..60_000 {
            let time = at(day * 86_400_000 + 12_345_678);
            assert_eq!(read(&written(time)), Ok(time));
            assert!(before < written(time));
            before = written(time);
        }
        assert_eq!(written(at(u64::MAX / 2)), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for wrong in [
            "",
            "now",
            "2026-11-26 16:32:33.123Z",
            "2026-13-26T16:32:33.123Z",
            "2026-11-00T16:32:33.123Z",
            "2026-11-26T16:32:3é.12Z",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
