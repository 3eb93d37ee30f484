import Foundation
import Testing
import UsherContract

@testable import UsherServices

/// The rules of vouchers, without a database: one row for each refusal, in its order.
@Suite struct VoucherRuleTests {
    private static let now = Instant(microseconds: 1_795_197_600_000_000)
    private static let hour = Duration.hours(1)

    private static func voucher(_ change: (inout Voucher) -> Void = { _ in }) -> Voucher {
        var voucher = Voucher(
            VoucherTerms(
                name: "", redeemOn: .redeem, period: .organisation, redeemFrom: nil, redeemUntil: nil, usageLimit: 2,
                perViewerLimit: nil, orderID: "", custom: [:], provisionService: ""),
            id: ResourceID(prefix: "vch", number: 1), now: now)
        change(&voucher)
        return voucher
    }

    private static let good = VoucherUseFacts(target: .item(.asset(7)), user: .viewer(uses: 0))

    /// Everything that is wrong with this voucher and this use, so that what is checked first is seen.
    private struct Row: CustomTestStringConvertible {
        var expected: VoucherRefusal?
        var repair: @Sendable (inout Voucher, inout VoucherUseFacts) -> Void
        var testDescription: String { expected?.rawValue ?? "none" }
    }

    /// Each row mends what the rows before it found: what is then refused is the next in the documented order.
    private static let ladder: [Row] = [
        Row(expected: .deleted) { _, _ in },
        Row(expected: .deactivated) { voucher, _ in voucher.deleteTime = nil },
        Row(expected: .notYetValid) { voucher, _ in voucher.deactivateTime = nil },
        Row(expected: .expired) { voucher, _ in voucher.redeemFrom = nil },
        Row(expected: .assetNotFound) { voucher, _ in voucher.redeemUntil = nil },
        Row(expected: .packageNotFound) { _, facts in facts.target = .unknownPackage },
        Row(expected: .priceOptionNotFound) { _, facts in facts.target = .unknownPriceOption },
        Row(expected: .outOfScope) { _, facts in facts.target = .outOfScope },
        Row(expected: .assetRequired) { _, facts in facts.target = .ambiguous },
        Row(expected: .purchaseRequired) { _, facts in facts.target = .item(.everything) },
        Row(expected: .notEligible) { voucher, _ in voucher.effect = .subscription },
        Row(expected: .viewerNotFound) { _, facts in facts.isEligible = true },
        Row(expected: .viewerDeactivated) { _, facts in facts.user = .deactivatedViewer },
        Row(expected: .viewerRequired) { _, facts in facts.user = .nobody(usedBefore: true) },
        Row(expected: .reservationNotFound) { voucher, _ in
            (voucher.effect, voucher.redeemOn) = (.access, .firstPlay)
        },
        Row(expected: .used) { _, facts in facts.lacksReservation = false },
        Row(expected: .limitReached) { _, facts in facts.user = .viewer(uses: 1) },
        Row(expected: .viewerLimitReached) { _, facts in facts.held = 0 },
        Row(expected: .addressRequired) { voucher, _ in voucher.perViewerLimit = 2 },
        Row(expected: .alreadySubscribed) { _, facts in facts.lacksAddress = false },
        Row(expected: nil) { _, facts in facts.isSubscribed = false },
    ]

    @Test func refusalsComeInTheDocumentedOrder() {
        var voucher = Self.voucher {
            $0.redeemFrom = Self.now + Self.hour
            $0.redeemUntil = Self.now
            $0.effect = .discount
            $0.usedCount = 1
            $0.heldCount = 1
            $0.perViewerLimit = 1
            $0.deactivateTime = Self.now
            $0.deleteTime = Self.now
        }
        var facts = VoucherUseFacts(
            target: .unknownAsset, user: .unknownViewer, isEligible: false, lacksReservation: true, held: 1,
            lacksAddress: true, isSubscribed: true)
        for row in Self.ladder {
            row.repair(&voucher, &facts)
            #expect(voucher.refusal(at: Self.now, facts) == row.expected)
        }
        #expect(
            Set(Self.ladder.compactMap(\.expected)) == Set(VoucherRefusal.allCases).subtracting([.voucherNotFound]))
    }

    @Test func aLimitOfOneIsUsedAndNotReached() {
        let voucher = Self.voucher {
            $0.usageLimit = 1
            $0.usedCount = 1
        }
        #expect(voucher.refusal(at: Self.now, Self.good) == .used)
        #expect(voucher.state(at: Self.now) == .used)
    }

    @Test func whatIsHeldIsNotUsed() {
        let voucher = Self.voucher {
            $0.usageLimit = 1
            $0.heldCount = 1
        }
        var facts = Self.good
        facts.held = 1
        #expect(voucher.refusal(at: Self.now, facts) == .limitReached)
        #expect(voucher.state(at: Self.now) == .active)
    }

    /// A discount can be reserved for the purchase that it will be used in, by somebody who is not known yet.
    @Test func reservingAsksForNoPurchaseAndNoViewer() {
        let discount = Self.voucher { $0.effect = .discount }
        var facts = VoucherUseFacts(target: .item(.asset(7)), user: .anybody)
        #expect(discount.refusal(at: Self.now, facts) == .purchaseRequired)
        facts.purpose = .reservation
        #expect(discount.refusal(at: Self.now, facts) == nil)
        facts.purpose = .purchase
        #expect(discount.refusal(at: Self.now, facts) == nil)
    }

    /// A subscription voucher is redeemed by itself; by the code alone nobody subscribes.
    @Test func aSubscriptionVoucherIsNoPaymentAndNeedsAViewer() {
        let voucher = Self.voucher { ($0.effect, $0.redeemOn) = (.subscription, .firstPlay) }
        var facts = Self.good
        facts.purpose = .purchase
        #expect(voucher.refusal(at: Self.now, facts) == .outOfScope)
        (facts.purpose, facts.user) = (.redemption, .nobody(usedBefore: false))
        #expect(voucher.refusal(at: Self.now, facts) == .viewerRequired)
    }

    @Test func withoutALimitItIsNeverSpent() {
        let voucher = Self.voucher {
            $0.usageLimit = nil
            $0.usedCount = 1_000_000
        }
        #expect(voucher.refusal(at: Self.now, Self.good) == nil)
    }

    @Test func validityIncludesItsStartAndExcludesItsEnd() {
        let voucher = Self.voucher {
            $0.redeemFrom = Self.now
            $0.redeemUntil = Self.now + Self.hour
        }
        #expect(voucher.refusal(at: Self.now - .microseconds(1), Self.good) == .notYetValid)
        #expect(voucher.refusal(at: Self.now, Self.good) == nil)
        #expect(voucher.refusal(at: Self.now + Self.hour - .microseconds(1), Self.good) == nil)
        #expect(voucher.refusal(at: Self.now + Self.hour, Self.good) == .expired)
    }

    @Test func aFixedEndThatHasPassedLeavesNothingToGive() {
        let voucher = Self.voucher { $0.period = .fixed(Self.now) }
        #expect(voucher.refusal(at: Self.now, Self.good) == .expired)
        #expect(voucher.refusal(at: Self.now - .microseconds(1), Self.good) == nil)
    }

    @Test(arguments: [
        ("2026-01-31T10:00:00Z", CalendarPeriod(unit: .month, length: 1), "UTC", "2026-02-28T10:00:00Z"),
        ("2028-01-31T10:00:00Z", CalendarPeriod(unit: .month, length: 1), "UTC", "2028-02-29T10:00:00Z"),
        ("2028-02-29T10:00:00Z", CalendarPeriod(unit: .year, length: 1), "UTC", "2029-02-28T10:00:00Z"),
        ("2026-11-30T23:30:00Z", CalendarPeriod(unit: .month, length: 3), "UTC", "2027-02-28T23:30:00Z"),
        // In Stockholm it is already the 31st, so the month ends there on the 28th.
        ("2026-01-30T23:30:00Z", CalendarPeriod(unit: .month, length: 1), "Europe/Stockholm", "2026-02-27T23:30:00Z"),
        // Over the change to summer time the hour of the day stays, and the day has 23 hours.
        ("2026-03-28T11:00:00Z", CalendarPeriod(unit: .day, length: 1), "Europe/Stockholm", "2026-03-29T10:00:00Z"),
        ("2026-03-28T11:00:00Z", CalendarPeriod(unit: .hour, length: 24), "Europe/Stockholm", "2026-03-29T11:00:00Z"),
        ("2026-10-24T10:00:00Z", CalendarPeriod(unit: .day, length: 1), "Europe/Stockholm", "2026-10-25T11:00:00Z"),
    ])
    func periods(start: String, period: CalendarPeriod, zone: String, end: String) throws {
        let zone = try #require(TimeZone(identifier: zone))
        #expect(period.end(from: try Instant.parsed(start), in: zone) == (try Instant.parsed(end)))
    }

}

extension Instant {
    /// Reads `2026-11-20T18:00:00Z`.
    static func parsed(_ text: String) throws -> Instant {
        let date = try Date(text, strategy: .iso8601)
        return Instant(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000)
    }
}

@Suite struct VoucherCodeTests {
    @Test(arguments: [
        ("PRESS3", " press3\n", true), ("Straße", "straße", true), ("E\u{301}te", "\u{e9}TE", true),
        ("PRESS3", "PRESS 3", false), ("O1", "01", false),
    ])
    func folding(one: String, other: String, same: Bool) throws {
        let (one, other) = (try #require(VoucherCode(one)), try #require(VoucherCode(other)))
        #expect((one.folded == other.folded) == same)
    }

    @Test func whatIsNoCode() {
        #expect(VoucherCode("") == nil)
        #expect(VoucherCode(" \n\t") == nil)
        #expect(VoucherCode(String(repeating: "x", count: 5_000)) == nil)
    }

    @Test func tvCodesAreNineDigits() throws {
        #expect(try #require(VoucherCode("123456789")).isTVCompatible)
        for code in ["12345678", "1234567890", "12345678a", "１２３４５６７８９"] {
            #expect(!(try #require(VoucherCode(code)).isTVCompatible))
        }
    }

    @Test func generatedCodesHaveTheirShapeAndEveryCharacter() {
        let random: (Int) -> [UInt8] = { count in
            var generator = SystemRandomNumberGenerator()
            return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        let profiles = [
            CodeProfile.tv9, .hex10,
            CodeProfile(
                kind: .pattern, length: 8, prefix: "SUMMER-", suffix: "-VIP", alphabet: CodeProfile.defaultAlphabet),
        ]
        for profile in profiles {
            var generator = CodeGenerator(profile, random: random)
            var seen: Set<Character> = []
            for _ in 0..<2_000 {
                let code = generator.next()
                #expect(code.hasPrefix(profile.prefix) && code.hasSuffix(profile.suffix))
                let middle = code.dropFirst(profile.prefix.count).dropLast(profile.suffix.count)
                #expect(middle.count == profile.length)
                seen.formUnion(middle)
            }
            #expect(seen == Set(profile.alphabet))
        }
        #expect(Set(CodeProfile.defaultAlphabet).isDisjoint(with: "IJO01"))
    }

    /// A byte that would favour the first characters of the alphabet is drawn again.
    @Test func generatorRejectsTheUnevenRest() {
        var bytes: [UInt8] = [250, 255, 0, 249, 10, 1, 2, 3, 4, 5, 6, 7]
        var generator = CodeGenerator(.tv9) { count in
            defer { bytes = [] }
            return bytes + [UInt8](repeating: 9, count: count - bytes.count)
        }
        #expect(generator.next() == "090123456")
    }

    @Test func spaceOfCodes() {
        #expect(CodeProfile.tv9.space == 1_000_000_000)
        var long = CodeProfile.hex10
        long.length = 48
        #expect(long.space == Int.max)
    }
}
