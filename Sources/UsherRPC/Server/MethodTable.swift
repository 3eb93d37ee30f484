import NIOCore
import UsherContract

/// Finds a method by the bytes of its names, without making strings of them.
///
/// A hash table of our own, because a `Dictionary` of names needs a `String` for each look-up. Its contents are ours
/// alone, so that callers cannot choose what collides.
struct MethodTable: Sendable {
    let methods: [MethodDescriptor]
    /// Service and method, UTF-8, by method.
    private let names: [(service: [UInt8], method: [UInt8])]
    /// Indices into `methods`, -1 where free. At most half full, a power of two.
    private var slots: [Int32]

    init(_ methods: [MethodDescriptor]) {
        self.methods = methods
        names = methods.map { (Array($0.service.utf8), Array($0.name.utf8)) }
        var size = 16
        while size < 2 * methods.count { size *= 2 }
        slots = Array(repeating: -1, count: size)
        for (index, name) in names.enumerated() {
            let slot = name.service.withUnsafeBytes { service in
                name.method.withUnsafeBytes { method in find(service, method) }
            }
            precondition(slots[slot] < 0, "the method \(methods[index].fullName) is there twice")
            slots[slot] = Int32(index)
        }
    }

    func index(of envelope: RequestEnvelope) -> Int? { envelope.withNames(index(service:method:)) }

    func index(service: UnsafeRawBufferPointer, method: UnsafeRawBufferPointer) -> Int? {
        let index = slots[find(service, method)]
        return index < 0 ? nil : Int(index)
    }

    func hasService(named name: ByteBuffer) -> Bool {
        names.contains { $0.service.elementsEqual(name.readableBytesView) }
    }

    /// The slot of a method, or the free one where it would be.
    private func find(_ service: UnsafeRawBufferPointer, _ method: UnsafeRawBufferPointer) -> Int {
        var hash = Self.mix(method, into: UInt64(truncatingIfNeeded: service.count))
        hash = Self.mix(service, into: hash)
        var slot = Int(truncatingIfNeeded: hash >> 32) & (slots.count - 1)
        while slots[slot] >= 0, !isMethod(Int(slots[slot]), service, method) { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    private func isMethod(
        _ index: Int, _ service: UnsafeRawBufferPointer, _ method: UnsafeRawBufferPointer
    ) -> Bool {
        names[index].method.withUnsafeBytes { $0.elementsEqual(method) }
            && names[index].service.withUnsafeBytes { $0.elementsEqual(service) }
    }

    private static func mix(_ bytes: UnsafeRawBufferPointer, into start: UInt64) -> UInt64 {
        var hash = start
        var offset = 0
        while offset < bytes.count {
            var word: UInt64 = 0
            if offset + 8 <= bytes.count {
                word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            } else {
                for byte in bytes[offset...] { word = word << 8 | UInt64(byte) }
            }
            hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
            offset += 8
        }
        return hash
    }
}
