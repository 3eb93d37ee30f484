import SwiftProtobuf
import Testing
import UsherAPI
import UsherContract

@Suite struct TypedMethodTests {
    private let redeem: any AnyMethod = Usher_Vouchers_V1_VoucherService.redeemVoucher

    private func decode(_ bytes: [UInt8]) throws -> Usher_Vouchers_V1_RedeemVoucherRequest {
        try Usher_Vouchers_V1_RedeemVoucherRequest(serializedBytes: bytes)
    }

    @Test(arguments: [#"{"code": "K7", "viewerId": "ada"}"#, #"{"code": "K7", "viewer_id": "ada"}"#])
    func requestFromJSON(json: String) throws {
        let request = try decode(redeem.requestBytes(fromJSON: json))
        #expect(request.code == "K7" && request.viewerID == "ada")
    }

    @Test(arguments: [
        (#"{"code": "K7"}"#, "new", "new"), (#"{"requestId": "own"}"#, "new", "own"), (#"{"code": "K7"}"#, nil, ""),
    ])
    func requestIDIsFilledInWhereEmpty(json: String, given: String?, expected: String) throws {
        let request = try decode(redeem.requestBytes(fromJSON: json, requestID: given))
        #expect(request.requestID == expected)
    }

    @Test func requestsWithoutAnIDStayAsTheyAre() throws {
        let method = Usher_Access_V1_AccessService.checkAccess
        #expect(try method.requestBytes(fromJSON: "{}", requestID: "new") == [])
    }

    @Test(arguments: ["", "[]", "{", #"{"cod": "K7"}"#, #"{"code": 7}"#])
    func whatIsNoRequestIsRefused(json: String) {
        #expect(throws: JSONDecodingError.self) { try redeem.requestBytes(fromJSON: json) }
    }

    @Test func responseAsJSON() throws {
        let response = Usher_Vouchers_V1_RedeemVoucherResponse.with {
            $0.redemption.redemptionID = "red_1"
            $0.access.state = .active
        }
        let json = try redeem.responseJSON(from: response.serializedBytes())
        #expect(json == #"{"redemption":{"redemptionId":"red_1"},"access":{"state":"ACCESS_STATE_ACTIVE"}}"#)
        #expect(throws: (any Error).self) { try redeem.responseJSON(from: [0xFF]) }
    }

    @Test func descriptorSaysWhatTheProtoSays() {
        let descriptor = redeem.descriptor
        #expect(descriptor.fullName == "usher.vouchers.v1.VoucherService/RedeemVoucher")
        #expect(descriptor.streaming == .unary && descriptor.idempotency == .unknown && descriptor.hasRequestID)
        #expect(!descriptor.requestContainsMap)
        #expect(Usher_Vouchers_V1_VoucherService.createVoucher.descriptor.requestContainsMap)
        #expect(Usher_Access_V1_AccessService.checkAccess.descriptor.isRead)
    }

    @Test func everyMethodIsListedOnceUnderItsService() {
        let names = UsherAPI.methods.map(\.descriptor.fullName)
        #expect(Set(names).count == names.count)
        #expect(Set(UsherAPI.methods.map(\.descriptor.service)) == Set(UsherAPI.services))
        #expect(names.contains("usher.vouchers.v1.VoucherService/RedeemVoucher"))
    }

    /// The template that help prints is a request that the method accepts.
    @Test(arguments: UsherAPI.methods.indices)
    func templateIsARequest(index: Int) throws {
        let method = UsherAPI.methods[index]
        let bytes = try method.requestBytes(fromJSON: method.requestTemplate)
        #expect(method.descriptor.hasRequestID == method.requestTemplate.contains("\"requestId\""))
        #expect(method.requestTemplate == "{}" ? bytes.isEmpty : true)
    }
}
