import NIOCore
import NIOPosix
import SwiftProtobuf
import UsherAPI

// The baseline: what the same machine does with the same frames when nothing is decided. Reads Request frames, decodes
// a CheckAccessRequest, encodes a full CheckAccessResponse, writes a Response frame; one event loop, one flush per
// read.
// It shares nothing but the messages with what it is compared to: a change of the transport must not move the baseline.

enum EchoServer {
    /// Serves on a free port of loopback until the process ends; returns the port.
    static func start() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(EchoHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return port
    }
}

private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let headerBytes = 10
    private static let responseType: UInt8 = 2

    private var received = ByteBuffer()
    private var replies = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var chunk = unwrapInboundIn(data)
        if received.readableBytes == 0 { received = chunk } else { received.writeBuffer(&chunk) }
        do {
            while try answerNext() {}
        } catch {
            context.close(promise: nil)
        }
        received.discardReadBytes()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard replies.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(replies), promise: nil)
        replies = context.channel.allocator.buffer(capacity: replies.readableBytes)
    }

    /// Returns false where no whole frame is left.
    private func answerNext() throws -> Bool {
        let start = received.readerIndex
        guard received.readableBytes >= Self.headerBytes,
            let length = received.getInteger(at: start, as: UInt32.self),
            let stream = received.getInteger(at: start + 4, as: UInt32.self),
            var envelope = received.getSlice(at: start + Self.headerBytes, length: Int(length))
        else { return false }
        received.moveReaderIndex(forwardBy: Self.headerBytes + Int(length))
        let request = try Usher_Access_V1_CheckAccessRequest(
            serializedBytes: Array(payload(of: &envelope).readableBytesView))
        write(try Usher_Access_V1_CheckAccessResponse.echo(of: request).serializedBytes(), stream)
        return true
    }

    /// Field 3 of ttrpc's Request.
    private func payload(of envelope: inout ByteBuffer) throws -> ByteBuffer {
        while let tag = envelope.readVarint() {
            guard let value = envelope.readVarint() else { break }
            guard tag & 7 == 2 else { continue }
            guard let bytes = envelope.readSlice(length: value) else { break }
            if tag >> 3 == 3 { return bytes }
        }
        throw BinaryDecodingError.truncated
    }

    /// Field 2 of ttrpc's Response.
    private func write(_ payload: [UInt8], _ stream: UInt32) {
        let lengthAt = replies.writerIndex
        replies.writeMultipleIntegers(UInt32(0), stream, Self.responseType, UInt8(0), UInt8(0x12))
        replies.writeVarint(payload.count)
        replies.writeBytes(payload)
        replies.setInteger(UInt32(replies.writerIndex - lengthAt - Self.headerBytes), at: lengthAt)
    }
}

extension ByteBuffer {
    fileprivate mutating func readVarint() -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 63, by: 7) {
            guard let byte: UInt8 = readInteger() else { return nil }
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    fileprivate mutating func writeVarint(_ value: Int) {
        var rest = value
        while rest >= 0x80 {
            writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(rest))
    }
}
