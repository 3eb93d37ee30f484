import NIOCore
import Testing
import UsherContract

@testable import UsherRPC

@Suite struct ResponseFrameTests {
    @Test func vector() {
        var buffer = ByteBuffer()
        ResponseFrame.write(hex("0a026869"), streamID: 1, to: &buffer)
        #expect(Array(buffer.readableBytesView) == hex("00000006 00000001 02 00 12040a026869"))
    }

    @Test func anEmptyReplyIsAnEmptyEnvelope() {
        var buffer = ByteBuffer()
        ResponseFrame.write([UInt8](), streamID: 5, to: &buffer)
        #expect(Array(buffer.readableBytesView) == hex("00000000 00000005 02 00"))
    }

    @Test(arguments: [1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, RPCLimits.replyPayloadBytes])
    func lengthsAreThoseOfSwiftProtobuf(size: Int) throws {
        let payload = [UInt8](repeating: 3, count: size)
        var buffer = ByteBuffer()
        ResponseFrame.write(payload, streamID: 1, to: &buffer)
        let header = try #require(FrameHeader(peeking: buffer))
        buffer.moveReaderIndex(forwardBy: FrameHeader.size)
        let body = Array(buffer.readableBytesView)
        #expect(body == (try WireResponse.with { $0.payload = .init(payload) }.serializedBytes()))
        #expect(Int(header.length) == body.count)
        #expect(body.count <= RPCLimits.frameBytes)
    }

    @Test func aRefusalThatIsTooLargeIsShortened() throws {
        let huge = String(repeating: "x", count: 5 << 20)
        var buffer = ByteBuffer()
        ResponseFrame.write(
            Refusal(.notFound, "GONE", huge, metadata: ["a": huge], retryAfter: .seconds(1)), streamID: 1, to: &buffer)
        let body = Array(buffer.readableBytesView.dropFirst(FrameHeader.size))
        let refusal = try #require(
            RawFrame(header: .init(length: 0, streamID: 1, type: .response), body: body).refusal)
        #expect(refusal.code == .notFound && refusal.reason == "GONE" && refusal.retryAfter == .seconds(1))
        #expect(refusal.message == String(huge.prefix(1_024)))
    }

    @Test(arguments: [
        ("", 0, 0), ("0a00", 0, 0), ("12040a026869", 0, 4), ("0a02080c", 2, 0), ("0a02080c 1201aa f80705", 2, 1),
    ])
    func readingAnswers(_ bytes: String, _ status: Int, _ payload: Int) throws {
        let envelope = try #require(ResponseEnvelope(scanning: ByteBuffer(bytes: hex(bytes))))
        #expect(envelope.status.readableBytes == status)
        #expect(envelope.payload.readableBytes == payload)
    }

    @Test(arguments: ["0a", "0a05", "0c", "1202aa"]) func answersThatAreNone(_ bytes: String) {
        #expect(ResponseEnvelope(scanning: ByteBuffer(bytes: hex(bytes))) == nil)
    }

    @Test func requestsAreWrittenAsSwiftProtobufWritesThem() throws {
        for timeout: Int64 in [0, 1, 1_000_000_000, -1] {
            for metadata in [[], [("authorization", "Bearer x"), ("a", ""), ("", "b"), ("ä", "€")]] {
                var buffer = ByteBuffer()
                #expect(
                    RequestFrame.write(
                        service: "echo.Echo", method: "Say", payload: hex("0a026869"), timeoutNanoseconds: timeout,
                        metadata: metadata, streamID: 1, to: &buffer))
                let envelope = WireRequest.with {
                    $0.service = "echo.Echo"
                    $0.method = "Say"
                    $0.payload = .init(hex("0a026869"))
                    $0.timeoutNano = timeout
                    $0.metadata = metadata.map { pair in .with { ($0.key, $0.value) = pair } }
                }
                #expect(Array(buffer.readableBytesView) == frame(1, .request, try envelope.serializedBytes()))
            }
        }
    }

    @Test func aRequestThatIsTooLargeIsNotWritten() {
        var buffer = ByteBuffer()
        let payload = [UInt8](repeating: 1, count: RPCLimits.frameBytes)
        #expect(
            !RequestFrame.write(
                service: "", method: "", payload: payload, timeoutNanoseconds: 0, metadata: [], streamID: 1,
                to: &buffer))
        #expect(buffer.readableBytes == 0)
    }
}
