import Testing

@testable import UsherRPC

/// Who has a place, and who gives way.
@Suite struct PlacesTests {
    private let here = PeerAddress("10.0.0.1")
    private let there = PeerAddress("10.0.0.2")

    private func places(_ total: Int, strangers: Int, perAddress: Int? = nil) -> Places {
        Places(Places.Settings(total: total, strangers: strangers, perAddress: perAddress))
    }

    @Test func theOldestStrangerGivesWay() {
        var places = places(10, strangers: 2)
        #expect(places.enter(from: here) == .enters(1, insteadOf: nil))
        #expect(places.enter(from: here) == .enters(2, insteadOf: nil))
        #expect(places.enter(from: there) == .enters(3, insteadOf: 1))
        // What has left already is nobody's place any more.
        places.leave(1)
        places.leave(2)
        #expect(places.enter(from: here) == .enters(4, insteadOf: nil))
        #expect(places.enter(from: here) == .enters(5, insteadOf: 3))
        #expect((places.count, places.strangerCount) == (2, 2))
    }

    @Test func strangersNeverTakeThePlaceOfOneThatIsKnown() {
        var places = places(3, strangers: 2)
        for id: UInt64 in 1...3 {
            #expect(places.enter(from: here) == .enters(id, insteadOf: nil))
            places.trust(id)
        }
        #expect(places.strangerCount == 0)
        #expect(places.enter(from: there) == .refused)
        places.leave(2)
        #expect(places.enter(from: there) == .enters(4, insteadOf: nil))
        #expect(places.enter(from: there) == .enters(5, insteadOf: 4))
        places.trust(4)
        #expect((places.count, places.strangerCount) == (3, 1))
    }

    @Test func anAddressHasItsShareAndDisplacesOnlyItself() {
        var places = places(100, strangers: 50, perAddress: 2)
        #expect(places.enter(from: there) == .enters(1, insteadOf: nil))
        #expect(places.enter(from: here) == .enters(2, insteadOf: nil))
        #expect(places.enter(from: here) == .enters(3, insteadOf: nil))
        #expect(places.enter(from: here) == .enters(4, insteadOf: 2))
        places.trust(3)
        #expect(places.enter(from: here) == .enters(5, insteadOf: 4))
        places.trust(5)
        #expect(places.enter(from: here) == .refused)
        #expect(places.enter(from: there) == .enters(6, insteadOf: nil))
        places.leave(3)
        #expect(places.enter(from: here) == .enters(7, insteadOf: nil))
        // Where it comes from is not known: such connections share nothing.
        for id: UInt64 in 8...20 { #expect(places.enter(from: nil) == .enters(id, insteadOf: nil)) }
    }

    @Test func anAddressIsASitesOfIPv6() {
        #expect(PeerAddress("2001:db8::1") == PeerAddress("2001:db8::ffff:1"))
        #expect(PeerAddress("2001:db8::1") != PeerAddress("2001:db8:0:1::1"))
        #expect(PeerAddress("::ffff:10.0.0.1") == PeerAddress("10.0.0.1"))
        #expect(PeerAddress("10.0.0.1") != PeerAddress("10.0.0.2"))
        #expect(PeerAddress("here") == nil)
    }

    @Test func strangersGiveWayWhereDescriptorsAreShort() {
        var places = places(10, strangers: 5)
        for _ in 0..<3 { _ = places.enter(from: here) }
        places.trust(1)
        #expect(places.giveWay() == 2)
        #expect(places.giveWay() == 3)
        #expect(places.giveWay() == nil)
        #expect(places.count == 1)
    }

    @Test func manyComeAndGo() {
        var places = places(1_000, strangers: 100, perAddress: 50)
        for number in 0..<20_000 {
            guard case .enters(let id, _) = places.enter(from: PeerAddress("10.0.0.\(number % 7)")) else {
                Issue.record("there is a stranger who can give way")
                return
            }
            if number % 3 == 0 { places.leave(id) }
            #expect(places.strangerCount <= 100)
        }
    }

    @Test func whatIsConfigured() {
        var configuration = RPCServerConfiguration()
        configuration.connections = 100
        #expect(configuration.places == Places.Settings(total: 100, strangers: 50, perAddress: 25))
        configuration.connectionsPerAddress = .unlimited
        configuration.strangerConnections = 1_000
        #expect(configuration.places == Places.Settings(total: 100, strangers: 100, perAddress: nil))
        configuration.connections = 0
        configuration.connectionsPerAddress = .connections(3)
        #expect(configuration.places == Places.Settings(total: 1, strangers: 1, perAddress: 3))
    }
}
