import NIOCore
import Testing
import UsherContract

@testable import UsherRPC

/// What is held counts once, for whom it is held.
struct HeldBytesTests {
    @Test func aBudgetIsNotExceeded() {
        let budget = ByteBudget(limit: 100)
        let first = HeldBytes([budget], isTrusted: false, uncounted: 0)
        let second = HeldBytes([budget], isTrusted: false, uncounted: 0)
        #expect(first.take(60))
        #expect(!second.take(41))
        #expect(second.take(40))
        #expect(budget.used == 100)
        first.giveBack(60)
        #expect(budget.used == 40)
        #expect(first.held == 0)
    }

    @Test func theFirstBytesAreFree() {
        let budget = ByteBudget(limit: 100)
        let account = HeldBytes([budget], isTrusted: false, uncounted: 10)
        #expect(account.take(8) && budget.used == 0)
        #expect(account.take(8) && budget.used == 6)
        account.giveBack(10)
        #expect(budget.used == 0 && account.held == 6)
    }

    @Test func allBudgetsMustHaveRoom() {
        let (wide, narrow) = (ByteBudget(limit: 100), ByteBudget(limit: 10))
        let account = HeldBytes([wide, narrow], isTrusted: true, uncounted: 0)
        #expect(!account.take(11))
        #expect(wide.used == 0 && narrow.used == 0)
    }

    @Test func whatIsHeldMovesWithTheCredential() {
        let (strangers, key) = (ByteBudget(limit: 100), ByteBudget(limit: 100))
        let account = HeldBytes([strangers], isTrusted: false, uncounted: 5)
        #expect(account.take(25))
        account.belong(to: [key])
        #expect(account.isTrusted && strangers.used == 0 && key.used == 20)
        account.giveBack(25)
        #expect(key.used == 0)
    }

    @Test func anAccountThatEndsGivesBack() {
        let budget = ByteBudget(limit: 100)
        do {
            let account = HeldBytes([budget], isTrusted: false, uncounted: 0)
            #expect(account.take(30))
        }
        #expect(budget.used == 0)
    }

    @Test func aPeerThatOwesMustMove() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var watch = StallWatch()
        watch.note(owes: true, moved: 1, start)
        #expect(!watch.isStalled(for: .seconds(60), at: start + .seconds(59)))
        #expect(watch.isStalled(for: .seconds(60), at: start + .seconds(60)))
        watch.note(owes: true, moved: 1, start + .seconds(30))
        #expect(watch.isStalled(for: .seconds(60), at: start + .seconds(60)))
        watch.note(owes: true, moved: 2, start + .seconds(59))
        #expect(!watch.isStalled(for: .seconds(60), at: start + .seconds(100)))
        watch.note(owes: false, moved: 2, start + .seconds(100))
        #expect(!watch.isStalled(for: .seconds(60), at: start + .seconds(1_000)))
    }

    @Test func anAnswerIsMadeOnce() {
        let kept = KeptAnswers()
        var made = 0
        func ask(_ payload: [UInt8], _ dialect: any ReflectionDialect.Type) -> [UInt8]? {
            kept.answer(to: payload, dialect) { payload in
                made += 1
                return payload + [1]
            }
        }
        for _ in 0..<3 { #expect(ask([7], ReflectionV1.self) == [7, 1]) }
        #expect(made == 1)
        _ = ask([7], ReflectionV1Alpha.self)
        _ = ask([8], ReflectionV1.self)
        #expect(made == 3)
    }
}
