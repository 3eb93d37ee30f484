import Testing
import UsherContract

@Suite struct LogThrottleTests {
    enum Kind { case one, other }

    @Test func oneLineOfAKindInATimeAndACountOfTheRest() {
        let throttle = LogThrottle<Kind>(every: .seconds(60))
        let start = ContinuousClock.now
        #expect(throttle.admit(.one, at: start) == 0)
        for second in 1..<60 { #expect(throttle.admit(.one, at: start + .seconds(second)) == nil) }
        #expect(throttle.admit(.other, at: start + .seconds(59)) == 0)
        #expect(throttle.admit(.one, at: start + .seconds(60)) == 59)
        #expect(throttle.admit(.one, at: start + .seconds(61)) == nil)
        #expect(throttle.admit(.one, at: start + .seconds(180)) == 1)
    }
}
