import Testing
import UsherContract
import UsherRPC

@Suite struct RefusalStatusTests {
    @Test(arguments: [
        Refusal(.notFound, "VOUCHER_NOT_FOUND", "no"),
        Refusal(.aborted, "", ""),
        Refusal(.unavailable, "BUSY", "später", retryAfter: .milliseconds(1_250)),
        Refusal(.resourceExhausted, "X", "x", metadata: ["limit": "5", "unit": "€"]),
        Echo.refusal,
    ])
    func thereAndBack(_ refusal: Refusal) throws {
        #expect(try Refusal.decode(statusBytes: refusal.statusBytes()) == refusal)
    }

    @Test func thereIsOneErrorInfoInOurDomain() throws {
        let status = try Usher_Client_Wire_Status(serializedBytes: Echo.refusal.statusBytes())
        #expect(status.code == 3)
        #expect(
            status.details.map(\.typeURL) == [
                "type.googleapis.com/google.rpc.ErrorInfo", "type.googleapis.com/google.rpc.BadRequest",
                "type.googleapis.com/google.rpc.RetryInfo",
            ])
        let info = try Usher_Client_Wire_ErrorInfo(serializedBytes: status.details[0].value)
        #expect(info.domain == "usher" && info.reason == "NOT_LIKED" && info.metadata == ["a": "1", "b": "2"])
    }

    /// The bytes of a plain ttrpc server: a status without details.
    @Test func aStatusWithoutDetailsHasNoReason() throws {
        let refusal = try Refusal.decode(statusBytes: hex("080c 120b 6d6574686f64204e6f7065"))
        #expect(refusal == Refusal(.unimplemented, "", "method Nope"))
    }

    @Test func okIsNoRefusal() throws {
        #expect(try Refusal.decode(statusBytes: []) == nil)
        #expect(try Refusal.decode(statusBytes: hex("0800")) == nil)
    }

    @Test func anUnknownCodeIsUnknown() throws {
        #expect(try Refusal.decode(statusBytes: hex("0863"))?.code == .unknown)
        #expect(throws: (any Error).self) { try Refusal.decode(statusBytes: hex("08")) }
    }
}
