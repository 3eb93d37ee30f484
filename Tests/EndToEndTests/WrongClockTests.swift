import Foundation
import Testing
import UsherAPI
import UsherClient
import UsherContract

/// A server whose clock is wrong by decades, over TCP: it lives, reads, and says why it does not write.
@Suite struct WrongClockTests {
    /// Microseconds since 1970: the years 1900, 2019, 2089 (September), 2150 and 9999.
    @Test(arguments: [
        -2_208_988_800_000_000, 1_577_836_799_999_999, 3_776_860_055_552_000, 5_680_281_600_000_000,
        253_370_764_800_000_000,
    ])
    func everyMethodIsAnswered(time: Int64) async throws {
        try await RunningServer.with { server in
            let right = server.now
            let tenant = try await Tenant("owners", on: server)
            server.now = Instant(microseconds: time)
            let socket = try RawSocket(port: server.port)
            var refused = 0
            for method in UsherAPI.methods where method.descriptor.name != "Authenticate" {
                let shape = try RequestShape(method)
                let payload = try shape.payload(tenant.usual(shape))
                let isPlatform = !server.organisationMethods.contains(method.descriptor.fullName)
                let metadata = isPlatform ? bearer(server.operatorKey) : bearer(tenant.key)
                let frame = try #require(
                    socket.call(method.descriptor, payload, metadata: metadata, streamTimeout: .milliseconds(100)))
                let refusal = try frame.refusal
                let name = method.descriptor.fullName
                if method.descriptor.isRead || method.descriptor.service == "usher.session.v1.SessionService" {
                    #expect(refusal?.reason != "CLOCK_OUT_OF_RANGE", "\(name)")
                    #expect(![.internalError, .unknown, .dataLoss].contains(refusal?.code ?? .ok), "\(name)")
                } else {
                    #expect(refusal?.reason == "CLOCK_OUT_OF_RANGE" && refusal?.code == .unavailable, "\(name)")
                    refused += 1
                }
            }
            #expect(refused > 0)
            server.now = right
            _ = try await tenant.client.catalog.createViewer(.with { $0.viewer.viewerID = "later" })
            await tenant.client.close()
        }
    }

    /// The first moment whose milliseconds have no bits in an id was one from which a list was read.
    @Test func listsBeginAtAnyMoment() async throws {
        try await RunningServer.with { server in
            let client = try await server.organisation("nordfilm")
            for seconds in [-62_135_596_800, -1, 0, 3_776_860_055, 3_776_860_056, 253_402_300_799] as [Int64] {
                for nanos in [0, 552_000_000, 999_999_999] as [Int32] {
                    let list = try await client.admissions.listScans(
                        .with { ($0.receivedFrom.seconds, $0.receivedFrom.nanos) = (seconds, nanos) })
                    #expect(list.scans.isEmpty)
                }
            }
            await client.close()
        }
    }
}
