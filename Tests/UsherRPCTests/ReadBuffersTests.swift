import NIOCore
import Testing

@testable import UsherRPC

@Suite struct ReadBuffersTests {
    /// Reads as a channel does, whose handlers are done with a buffer before the next one.
    ///
    /// - Returns: the capacity of the buffer that was read into.
    private func read(_ count: (Int) -> Int, with pool: inout NIOPooledRecvBufferAllocator) -> Int {
        let (buffer, size) = pool.buffer(allocator: ByteBufferAllocator()) { buffer in
            let size = count(buffer.writableBytes)
            buffer.writeRepeatingByte(1, count: size)
            return size
        }
        pool.record(actualReadBytes: size)
        return buffer.capacity
    }

    @Test func whatIsLargeIsNotKept() {
        var pool = NIOPooledRecvBufferAllocator(capacity: 1, recvAllocator: ReadBuffers())
        var capacities = (0..<20).map { _ in read({ $0 }, with: &pool) }
        #expect(capacities.first == 2 << 10 && capacities.last == RPCLimits.readChunk)
        #expect(pool.count == 1)
        capacities = (0..<20).map { _ in read({ _ in 10 }, with: &pool) }
        // The buffer that the pool has had all the time.
        #expect(capacities.last == 2 << 10)
    }

    /// One buffer serves all small reads.
    @Test func whatIsSmallIsUsedAgain() {
        var pool = NIOPooledRecvBufferAllocator(capacity: 1, recvAllocator: ReadBuffers())
        var addresses: Set<UInt> = []
        for _ in 0..<20 {
            _ = pool.buffer(allocator: ByteBufferAllocator()) { buffer in
                buffer.withUnsafeReadableBytes { _ = addresses.insert(UInt(bitPattern: $0.baseAddress)) }
            }
            pool.record(actualReadBytes: 100)
        }
        #expect(addresses.count == 1)
    }
}
