import Testing
import UsherContract

@testable import UsherStorage

/// In which order calls are taken, and who has a place.
@Suite struct LaneQueueTests {
    /// A queue that can be used within an expectation.
    private final class Queue {
        private var queue: LaneQueue

        init(isShared: Bool, othersBeside: Int? = nil) {
            queue = LaneQueue(isShared: isShared, othersBeside: othersBeside)
        }

        var isEmpty: Bool { queue.isEmpty }
        var count: Int { queue.count }
        func append(_ call: TestCall, _ limits: StorageLimits) -> Bool { queue.append(call, limits) }
        func take(_ limits: StorageLimits) -> [any LaneCall] { queue.take(limits) }
        func putBack(_ rest: ArraySlice<any LaneCall>) { queue.putBack(rest) }
    }

    private var limits: StorageLimits {
        var limits = StorageLimits()
        (limits.queuedCalls, limits.batchCalls) = (16, 4)
        return limits
    }

    private func call(_ name: String, verdict: Bool = false, of organisation: String? = "acme") -> TestCall {
        TestCall(set: {
            ($0.name, $0.precedence, $0.organisationID) = (name, verdict ? .verdict : .ordinary, organisation)
            if organisation == nil { $0.role = .system }
        })
    }

    private func names(_ calls: [any LaneCall]) -> [String] { calls.map(\.method.name) }

    @Test func verdictsAreTakenBeforeListsWhichKeepAShare() {
        let queue = Queue(isShared: false)
        for number in 0..<5 { #expect(queue.append(call("list\(number)"), limits)) }
        for number in 0..<5 { #expect(queue.append(call("check\(number)", verdict: true), limits)) }
        #expect(names(queue.take(limits)) == ["check0", "check1", "check2", "list0"])
        #expect(names(queue.take(limits)) == ["check3", "check4", "list1", "list2"])
        #expect(names(queue.take(limits)) == ["list3", "list4"])
        #expect(queue.isEmpty)
    }

    @Test func whatTheTransactionHadNoTimeForComesNextWithAtLeastOneList() {
        let queue = Queue(isShared: false)
        for number in 0..<2 { #expect(queue.append(call("list\(number)"), limits)) }
        for number in 0..<6 { #expect(queue.append(call("check\(number)", verdict: true), limits)) }
        let taken = queue.take(limits)
        #expect(names(taken) == ["check0", "check1", "check2", "list0"])
        queue.putBack(taken[1...])
        let next = queue.take(limits)
        #expect(names(next) == ["list0", "check1", "check2", "list1"], "none ran, so that one is first now")
        queue.putBack(next[2...])
        #expect(names(queue.take(limits)) == ["check2", "check3", "check4", "list1"])
    }

    @Test func aReadTakesOneListBesideVerdicts() {
        let queue = Queue(isShared: false, othersBeside: 1)
        for number in 0..<5 { #expect(queue.append(call("list\(number)"), limits)) }
        #expect(queue.append(call("check", verdict: true), limits))
        #expect(names(queue.take(limits)) == ["check", "list0"])
        #expect(names(queue.take(limits)) == ["list1", "list2", "list3", "list4"])
    }

    @Test func oneCallAtATimeIsAListEachSecondTime() {
        var limits = limits
        limits.batchCalls = 1
        let queue = Queue(isShared: false)
        for number in 0..<2 { #expect(queue.append(call("list\(number)"), limits)) }
        for number in 0..<2 { #expect(queue.append(call("check\(number)", verdict: true), limits)) }
        let order = (0..<4).flatMap { _ in names(queue.take(limits)) }
        #expect(order == ["check0", "list0", "check1", "list1"])
    }

    @Test(arguments: [true, false]) func neitherKindHasAllPlaces(isVerdict: Bool) {
        let queue = Queue(isShared: false)
        var taken = 0
        while queue.append(call("many", verdict: isVerdict), limits) { taken += 1 }
        #expect(taken == 14, "an eighth of 16 is kept for the others")
        #expect(queue.append(call("other", verdict: !isVerdict), limits))
        #expect(queue.append(call("other", verdict: !isVerdict), limits))
        #expect(!queue.append(call("other", verdict: !isVerdict), limits))
    }

    @Test func thePlatformsPlacesAreSharedByOrganisation() {
        var limits = limits
        limits.queuedCalls = 64
        let queue = Queue(isShared: true)
        var taken = 0
        while queue.append(call("flood\(taken)", of: "flooder"), limits) { taken += 1 }
        #expect(taken == 4, "a sixteenth of 64")
        for number in 0..<2 { #expect(queue.append(call("quiet\(number)", of: "quiet"), limits)) }
        #expect(names(queue.take(limits)) == ["flood0", "quiet0", "flood1", "quiet1"], "in turn")
        #expect(queue.append(call("more", of: "flooder"), limits), "what was taken gives its places back")
    }

    @Test func theServersOwnWorkHasAPlaceInAFullQueue() {
        let queue = Queue(isShared: true)
        for number in 0..<limits.queuedCalls { _ = queue.append(call("any", of: "org\(number)"), limits) }
        #expect(queue.count == 14)
        for number in 0..<30 { #expect(queue.append(call("wake\(number)", of: nil), limits)) }
        #expect(names(queue.take(limits)) == ["wake0", "wake1", "wake2", "any"])
    }

    @Test func whatIsPutBackComesBeforeWhatItsOwnerSentLater() {
        let queue = Queue(isShared: true)
        var limits = limits
        limits.queuedCalls = 64
        for name in ["a0", "a1"] { #expect(queue.append(call(name, of: "a"), limits)) }
        for name in ["b0", "b1"] { #expect(queue.append(call(name, of: "b"), limits)) }
        let taken = queue.take(limits)
        #expect(names(taken) == ["a0", "b0", "a1", "b1"])
        #expect(queue.append(call("b2", of: "b"), limits))
        queue.putBack(taken[1...])
        #expect(names(queue.take(limits)) == ["a1", "b0", "b1", "b2"])
    }
}
