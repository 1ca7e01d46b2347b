//! When a push that was not acknowledged is delivered again (`docs/wire/push.md`, answer and retries).

use kernel::{minute_ms, second_ms};

/// The waits between deliveries, in ms of wall time: ten deliveries over about 3.6 hours. Published for shop events;
/// it serves the others too, for which none is published.
pub const WAITS_MS: [i64; 9] = [
    0,
    0,
    second_ms(10),
    minute_ms(1),
    minute_ms(5),
    minute_ms(30),
    minute_ms(60),
    minute_ms(60),
    minute_ms(60),
];

/// How long a delivery may take until another process takes the push over: well beyond the request's own limit.
pub(crate) const LEASE_MS: i64 = second_ms(20);

/// The wait after failed delivery number `attempt` (from 1); `None` when that was the last.
pub fn wait_after(attempt: i64) -> Option<i64> {
    let index = usize::try_from(attempt.checked_sub(1)?).ok()?;
    WAITS_MS.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_deliveries_lie_over_three_hours_and_thirty_six_minutes() {
        let waits: Vec<i64> = (1..).map_while(wait_after).collect();
        assert_eq!(waits.len() + 1, 10);
        assert_eq!(waits, [0, 0, 10_000, 60_000, 300_000, 1_800_000, 3_600_000, 3_600_000, 3_600_000]);
        assert_eq!(waits.iter().sum::<i64>(), 12_970_000);
    }

    #[test]
    fn no_number_of_attempts_is_out_of_range() {
        for attempt in [i64::MIN, -1, 0, 10, 11, i64::MAX] {
            assert_eq!(wait_after(attempt), None);
        }
    }
}
