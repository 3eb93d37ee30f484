import Synchronization

/// Lets one line of each kind into a log in a time, and counts those that were not told: what strangers or a full disk
/// can cause a thousand times a second must not fill the log.
///
/// `Kind` is an enumeration or something else with few values: each is remembered.
public final class LogThrottle<Kind: Hashable & Sendable>: Sendable {
    private struct Told {
        var time: ContinuousClock.Instant
        var untold = 0
    }

    private let interval: Duration
    private let kinds = Mutex<[Kind: Told]>([:])

    /// - Parameter interval: how long after a line of a kind no other of it is told.
    public init(every interval: Duration = .seconds(60)) { self.interval = interval }

    /// Counts something that a line could be told of.
    ///
    /// - Returns: nil where no line is to be told now; else how many of this kind were not told since the last line.
    public func admit(_ kind: Kind, at now: ContinuousClock.Instant = .now) -> Int? {
        kinds.withLock { kinds in
            if let told = kinds[kind], now - told.time < interval {
                kinds[kind]?.untold += 1
                return nil
            }
            return kinds.updateValue(Told(time: now), forKey: kind)?.untold ?? 0
        }
    }
}
