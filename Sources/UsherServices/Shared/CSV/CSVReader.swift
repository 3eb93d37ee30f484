/// One row of a file.
public struct CSVRow: Hashable, Sendable {
    /// 1 for the first row of the file, as a spreadsheet counts: blank lines too, and what is inside quotes not.
    public let number: Int
    public let fields: [String]
}

/// What one reader holds at most.
public struct CSVLimits: Hashable, Sendable {
    /// Of one field, in bytes.
    public var fieldBytes = 16 << 10
    /// Of one row, in bytes.
    public var rowBytes = 64 << 10
    /// Of one row.
    public var fields = 256

    public init() {}
}

// Our own because SwiftCSV holds the whole file and gives up on one bad quote.

/// Reads CSV chunk by chunk, in bounded memory. Source: RFC 4180; LF alone ends a row as well, a byte order mark is
/// passed over, and blank lines are no rows.
///
/// A row that cannot be read costs its first line only: reading goes on behind the line break, so that one quote too
/// many does not swallow what follows. That reads no byte more than twice again: a line that leaves a quote open has an
/// odd number of quotes, and the next one with an odd number ends what it opened, well or badly.
public struct CSVReader: Sendable {
    private enum Mode {
        case rowStart, fieldStart, plain, quoted
        /// Behind a quote in a quoted field: it ends the field, or is the first of two.
        case quoteInQuoted
        /// Behind a carriage return outside quotes.
        case carriageReturn
        /// The same in a line that has nothing else.
        case blankCarriageReturn
        /// In a line that was given up.
        case skipping
    }

    private let limits: CSVLimits
    private var mode = Mode.rowStart
    private var number = 1
    private var fields: [String] = []
    private var value: [UInt8] = []
    private var rowBytes = 0
    /// What followed the row's first line break, which was inside quotes: it is read again if the row is given up.
    private var afterBreak: [UInt8]?
    /// What is to be read again, last byte first.
    private var backlog: [UInt8] = []
    /// The beginning of the file, as long as it may be a byte order mark.
    private var lead: [UInt8]? = []

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")

    public init(limits: CSVLimits = CSVLimits()) { self.limits = limits }

    /// Reads on. `take` gets each row that is complete, and each that cannot be read, in their order.
    public mutating func feed(
        _ bytes: [UInt8], _ take: (Result<CSVRow, CSVProblem>) throws -> Void
    ) rethrows {
        try bytes.withUnsafeBufferPointer { bytes in
            var position = 0
            while position < bytes.count {
                if lead != nil {
                    try readLead(bytes[position], take)
                } else {
                    let run = ordinaryBytes(in: bytes[position...])
                    if !run.isEmpty {
                        pass(run)
                        position = run.endIndex
                        continue
                    }
                    try read(bytes[position], take)
                }
                position += 1
            }
        }
    }

    /// The bytes at the beginning that only add to the field, as far as there is room, or are skipped: taken together
    /// they cost a sixth of one by one. What is beyond the room is not looked at, or a large field would be looked
    /// through again for each of its bytes.
    private func ordinaryBytes(
        in bytes: Slice<UnsafeBufferPointer<UInt8>>
    ) -> Slice<UnsafeBufferPointer<UInt8>> {
        let room = min(limits.fieldBytes - value.count, limits.rowBytes - rowBytes)
        return switch mode {
        case .rowStart, .fieldStart, .plain:
            bytes.prefix(room).prefix {
                $0 != Self.comma && $0 != Self.lineFeed && $0 != Self.carriageReturn && $0 != Self.quote
            }
        case .quoted: bytes.prefix(room).prefix { $0 != Self.quote && $0 != Self.lineFeed }
        case .skipping: bytes.prefix { $0 != Self.lineFeed }
        case .quoteInQuoted, .carriageReturn, .blankCarriageReturn: bytes.prefix(0)
        }
    }

    private mutating func pass(_ run: Slice<UnsafeBufferPointer<UInt8>>) {
        guard mode != .skipping else { return }
        if mode != .quoted { mode = .plain }
        value.append(contentsOf: run)
        afterBreak?.append(contentsOf: run)
        rowBytes += run.count
    }

    /// Ends the file: takes a last row without a line break.
    public mutating func finish(_ take: (Result<CSVRow, CSVProblem>) throws -> Void) rethrows {
        if let held = lead {
            lead = nil
            for byte in held { try read(byte, take) }
        }
        // Giving up a row brings back lines behind it, which end here as well.
        while true {
            switch mode {
            case .rowStart, .skipping: return
            case .quoted: try giveUp(.quoteUnclosed, take)
            case .carriageReturn, .blankCarriageReturn: try giveUp(.lineBreakInvalid, take)
            case .fieldStart, .plain, .quoteInQuoted: try endRow(take)
            }
            try readBacklog(take)
        }
    }

    private mutating func readLead(
        _ byte: UInt8, _ take: (Result<CSVRow, CSVProblem>) throws -> Void
    ) rethrows {
        let held = (lead ?? []) + [byte]
        guard Self.byteOrderMark.starts(with: held) else {
            lead = nil
            for byte in held { try read(byte, take) }
            return
        }
        lead = held == Self.byteOrderMark ? nil : held
    }

    private mutating func read(_ byte: UInt8, _ take: (Result<CSVRow, CSVProblem>) throws -> Void) rethrows {
        try step(byte, take)
        try readBacklog(take)
    }

    private mutating func readBacklog(_ take: (Result<CSVRow, CSVProblem>) throws -> Void) rethrows {
        while let byte = backlog.popLast() { try step(byte, take) }
    }

    private mutating func step(_ byte: UInt8, _ take: (Result<CSVRow, CSVProblem>) throws -> Void) rethrows {
        afterBreak?.append(byte)
        switch mode {
        case .rowStart, .fieldStart:
            switch byte {
            case Self.quote: mode = .quoted
            case Self.lineFeed where mode == .rowStart: number += 1
            default: try readPlain(byte, take)
            }
        case .plain:
            if byte == Self.quote { return try giveUp(.quoteInvalid, take) }
            try readPlain(byte, take)
        case .quoted:
            if byte == Self.quote {
                mode = .quoteInQuoted
            } else {
                if byte == Self.lineFeed, afterBreak == nil { afterBreak = [] }
                try append(byte, take)
            }
        case .quoteInQuoted:
            switch byte {
            case Self.quote:
                mode = .quoted
                try append(byte, take)
            case Self.comma, Self.lineFeed, Self.carriageReturn: try readPlain(byte, take)
            default: try giveUp(.quoteInvalid, take)
            }
        case .carriageReturn:
            guard byte == Self.lineFeed else { return try giveUp(.lineBreakInvalid, take) }
            try endRow(take)
        case .blankCarriageReturn:
            guard byte == Self.lineFeed else { return try giveUp(.lineBreakInvalid, take) }
            beginRow()
        case .skipping:
            if byte == Self.lineFeed { beginRow() }
        }
    }

    /// A byte outside quotes that is no quote.
    private mutating func readPlain(_ byte: UInt8, _ take: (Result<CSVRow, CSVProblem>) throws -> Void) rethrows {
        switch byte {
        case Self.comma:
            guard try endField(take) else { return }
            mode = .fieldStart
        case Self.lineFeed: try endRow(take)
        case Self.carriageReturn: mode = mode == .rowStart ? .blankCarriageReturn : .carriageReturn
        default:
            mode = .plain
            try append(byte, take)
        }
    }

    private mutating func append(_ byte: UInt8, _ take: (Result<CSVRow, CSVProblem>) throws -> Void) rethrows {
        guard value.count < limits.fieldBytes else { return try giveUp(.fieldTooLarge, take) }
        guard rowBytes < limits.rowBytes else { return try giveUp(.rowTooLarge, take) }
        value.append(byte)
        rowBytes += 1
    }

    /// - Returns: false where the row was given up.
    private mutating func endField(_ take: (Result<CSVRow, CSVProblem>) throws -> Void) rethrows -> Bool {
        guard fields.count < limits.fields else {
            try giveUp(.tooManyFields, take)
            return false
        }
        guard let field = String(validating: value, as: UTF8.self) else {
            try giveUp(.notUTF8, take)
            return false
        }
        fields.append(field)
        value.removeAll(keepingCapacity: true)
        return true
    }

    private mutating func endRow(_ take: (Result<CSVRow, CSVProblem>) throws -> Void) rethrows {
        let first = number
        guard try endField(take) else {
            // What ended the row ends the line that was given up, unless lines inside quotes are read again.
            if mode == .skipping { beginRow() }
            return
        }
        let row = CSVRow(number: first, fields: fields)
        beginRow()
        try take(.success(row))
    }

    private mutating func beginRow() {
        mode = .rowStart
        number += 1
        fields.removeAll(keepingCapacity: true)
        value.removeAll(keepingCapacity: true)
        (rowBytes, afterBreak) = (0, nil)
    }

    private mutating func giveUp(
        _ reason: CSVProblem.Reason, _ take: (Result<CSVRow, CSVProblem>) throws -> Void
    ) rethrows {
        let problem = CSVProblem(row: number, reason)
        if let again = afterBreak {
            backlog.append(contentsOf: again.reversed())
            beginRow()
        } else {
            fields.removeAll(keepingCapacity: true)
            value.removeAll(keepingCapacity: true)
            (mode, rowBytes) = (.skipping, 0)
        }
        try take(.failure(problem))
    }
}
