internal import Foundation
public import UsherContract

/// The one place where the clock and random numbers come from. Everything else is given them.
public struct Ambient: Sendable {
    /// The time of day. May step back; whoever needs order uses ``Transaction/newID(_:)``.
    public var now: @Sendable () -> Instant
    /// Fills the buffer with cryptographic random bytes.
    public var fillRandom: @Sendable (UnsafeMutableRawBufferPointer) -> Void
    /// Sees the text of each statement that a service runs, so that a test can ask how the engine would run it; nil
    /// outside of tests.
    public var noteStatement: (@Sendable (String) -> Void)?

    public init(
        now: @escaping @Sendable () -> Instant,
        fillRandom: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void,
        noteStatement: (@Sendable (String) -> Void)? = nil
    ) {
        self.now = now
        self.fillRandom = fillRandom
        self.noteStatement = noteStatement
    }

    /// A clock that is wrong says the year 10000 at most, and as long before 1970 at least.
    private static let farthestSecond: Int64 = 253_402_300_800

    /// The system's clock, and the system's generator (getrandom on Linux).
    public static let system = Ambient(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            // Whatever the machine says: what is reckoned from it must not overflow.
            let seconds = min(max(Int64(time.tv_sec), -farthestSecond), farthestSecond)
            return Instant(microseconds: seconds * 1_000_000 + Int64(time.tv_nsec) / 1_000)
        },
        fillRandom: { buffer in
            var generator = SystemRandomNumberGenerator()
            for offset in stride(from: 0, to: buffer.count, by: 8) {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[offset...])
                withUnsafeBytes(of: generator.next()) { word in
                    rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: word.prefix(rest.count)))
                }
            }
        })

    /// `count` random bytes.
    func randomBytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            fillRandom(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
            filled = count
        }
    }
}
