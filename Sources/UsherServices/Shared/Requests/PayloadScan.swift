import UsherContract

/// Counts what is in an encoded message, in one pass over its tags and without decoding anything.
///
/// It reads leniently: where it takes bytes that are no message, decoding refuses them, and has made no more until then
/// than was counted. What it cannot read is never decoded.
struct PayloadScan {
    /// What decoding makes of it.
    struct Size: Sendable, Hashable {
        var bytes = 0
        /// Messages inside, at any depth, whether they stay or are merged.
        var messages = 0
        /// Items of repeated fields, at any depth.
        var items = 0

        /// Roughly the memory that the decoded message takes, in bytes.
        var memory: Int { bytes + messages * Self.bytesPerMessage + items * Self.bytesPerItem }

        // Measured with the largest messages of the contract, empty.
        private static let bytesPerMessage = 256
        private static let bytesPerItem = 32
    }

    private enum Finding: Error {
        case malformed
        /// The way to the field, innermost first.
        case tooMany([String], ItemLimit)
    }

    private let bytes: UnsafeRawBufferPointer
    private let enforcesLimits: Bool
    private var position = 0
    private var size = Size()

    private init(_ bytes: UnsafeRawBufferPointer, enforcesLimits: Bool) {
        self.bytes = bytes
        self.enforcesLimits = enforcesLimits
        size.bytes = bytes.count
    }

    /// Measures `payload`, a message of the type `outline`.
    ///
    /// - Parameter enforcesLimits: whether a field with more items than it may have is refused here.
    /// - Throws: INVALID_ARGUMENT `FIELD_INVALID`, as the service would; `REQUEST_MALFORMED`.
    static func size(of payload: [UInt8], _ outline: MessageOutline, enforcesLimits: Bool) throws -> Size {
        try payload.withUnsafeBytes { bytes in
            var scan = PayloadScan(bytes, enforcesLimits: enforcesLimits)
            do {
                try scan.message(outline, end: bytes.count)
            } catch Finding.tooMany(let path, let limit) {
                throw Self.refusal(path.reversed(), limit)
            } catch {
                throw RequestDecoding.malformed(outline.name)
            }
            return scan.size
        }
    }

    private static func refusal(_ path: [String], _ limit: ItemLimit) -> Refusal {
        var path = path
        // A field mask is one field to its caller.
        if path.count > 1, path.last == "paths" { path.removeLast() }
        let field = path.joined(separator: ".")
        return Refusal(
            .invalidArgument, "FIELD_INVALID", "\(field) \(limit.rule)",
            violations: [FieldViolation(field: field, description: limit.rule)])
    }

    /// A message with counters of its own: the request, or an item of a repeated field.
    private mutating func message(_ outline: MessageOutline, end: Int) throws {
        guard outline.counters > 0 else { return try walk(outline, end, nil, 0) }
        try withUnsafeTemporaryAllocation(of: Int.self, capacity: outline.counters) { counters in
            counters.initialize(repeating: 0)
            try walk(outline, end, counters, 0)
        }
    }

    private mutating func walk(
        _ outline: MessageOutline, _ end: Int, _ counters: UnsafeMutableBufferPointer<Int>?, _ first: Int
    ) throws {
        while position < end {
            let tag = try varint(end)
            let (number, type) = (Int(truncatingIfNeeded: (tag & 0xFFFF_FFFF) >> 3), UInt8(tag & 7))
            guard number > 0 else { throw Finding.malformed }
            guard let field = outline[number] else {
                try skip(type, end)
                continue
            }
            switch field.kind {
            case .message(let inner) where type == 2:
                let end = try content(end)
                size.messages += 1
                guard size.messages <= ItemLimits.messages.count || !enforcesLimits else {
                    throw Finding.tooMany([field.name], ItemLimits.messages)
                }
                let index = try count(1, field, counters, first)
                do {
                    if field.limit == nil {
                        try walk(inner, end, counters, first + field.counter)
                    } else {
                        try message(inner, end: end)
                    }
                } catch Finding.tooMany(let path, let limit) {
                    throw Finding.tooMany(path + [index.map { "\(field.name)[\($0)]" } ?? field.name], limit)
                }
            case .text where type == 2:
                position = try content(end)
                _ = try count(1, field, counters, first)
            case .number(let width) where type == 2:
                let end = try content(end)
                _ = try count(width.map { (end - position) / $0 } ?? varints(end), field, counters, first)
                position = end
            case .number where type != 3 && type != 4:
                try skip(type, end)
                _ = try count(1, field, counters, first)
            default:
                // Another type than the field's: decoding passes over it.
                try skip(type, end)
            }
        }
        guard position == end else { throw Finding.malformed }
    }

    /// - Returns: the number of the first of them in its field; nil for a singular one.
    private mutating func count(
        _ items: Int, _ field: MessageOutline.Field, _ counters: UnsafeMutableBufferPointer<Int>?, _ first: Int
    ) throws -> Int? {
        guard let limit = field.limit, let counters else { return nil }
        let before = counters[first + field.counter]
        counters[first + field.counter] = before + items
        size.items += items
        guard before + items <= limit.count || !enforcesLimits else { throw Finding.tooMany([field.name], limit) }
        return before
    }

    // MARK: The wire

    private mutating func varint(_ end: Int) throws -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while position < end, shift < 70 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw Finding.malformed
    }

    /// Where a length-delimited field ends; its bytes begin at `position`.
    private mutating func content(_ end: Int) throws -> Int {
        let length = try varint(end)
        guard length <= UInt64(end - position) else { throw Finding.malformed }
        return position + Int(length)
    }

    private mutating func skip(_ type: UInt8, _ end: Int) throws {
        switch type {
        case 0: _ = try varint(end)
        case 1: try skip(bytes: 8, end)
        case 2: position = try content(end)
        case 3: try skipGroup(end)
        case 5: try skip(bytes: 4, end)
        default: throw Finding.malformed
        }
    }

    private mutating func skip(bytes count: Int, _ end: Int) throws {
        guard end - position >= count else { throw Finding.malformed }
        position += count
    }

    /// Groups are no part of our messages, and may be in each other.
    private mutating func skipGroup(_ end: Int) throws {
        var depth = 1
        while depth > 0 {
            switch UInt8(try varint(end) & 7) {
            case 3: depth += 1
            case 4: depth -= 1
            case let type: try skip(type, end)
            }
        }
    }

    private func varints(_ end: Int) -> Int {
        bytes[position..<end].reduce(0) { $1 < 0x80 ? $0 + 1 : $0 }
    }
}
