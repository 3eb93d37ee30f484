import Foundation
import NIOCore

/// What a promise costs at the least: a page written in place in a file that has its size already, and fdatasync.
enum DiskProbe {
    static func run(in directory: String, for duration: Duration) throws -> Sample {
        let path = "\(directory)/probe"
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw BenchFailure("cannot open \(path): errno \(errno)") }
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 0x5A, count: BenchLimits.probeBytes)
        for offset in stride(from: 0, to: BenchLimits.probeFileBytes, by: page.count) {
            try write(page, descriptor, offset)
        }
        guard fsync(descriptor) == 0 else { throw BenchFailure("fsync failed: errno \(errno)") }
        var sample = Sample()
        let start = NIODeadline.now()
        let end = start + TimeAmount(duration)
        var now = start
        while now < end {
            try write(page, descriptor, sample.count * page.count % BenchLimits.probeFileBytes)
            guard fdatasync(descriptor) == 0 else { throw BenchFailure("fdatasync failed: errno \(errno)") }
            let done = NIODeadline.now()
            sample.latency.record(UInt64((done - now).nanoseconds))
            sample.count += 1
            now = done
        }
        sample.seconds = Double((now - start).nanoseconds) / 1e9
        return sample
    }

    private static func write(_ page: [UInt8], _ descriptor: Int32, _ offset: Int) throws {
        guard pwrite(descriptor, page, page.count, off_t(offset)) == page.count else {
            throw BenchFailure("cannot write the probe: errno \(errno)")
        }
    }
}
