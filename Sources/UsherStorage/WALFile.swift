internal import Foundation

// A WAL that another life has left, as it lies on the disk. Source: sqlite.org/fileformat2.html, "The Write-Ahead Log".
// - SQLite takes frames up to the first that does not verify, and says nothing of what follows. Behind a loss of power
//   that is right: the frames of one transaction, the last, may be there in part and in any order.
// - Each commit is synced before the next one's frames are written. So where two commits of this WAL follow the first
//   frame that does not verify, the first of them was durable once: that is damage, and acknowledged changes are gone.

/// What a WAL holds that was found when nobody had it open.
struct WALFile {
    /// Frames up to the last commit that can be read.
    private(set) var committedFrames = 0
    /// Where the last commit that can be read ends, in bytes.
    private(set) var committedBytes = 0
    /// What is damaged; nil where it ends as a WAL may end.
    private(set) var damage: String?

    private static let headerBytes = 32
    private static let frameHeaderBytes = 24
    /// The commits behind the first bad frame that at least one of them was synced.
    private static let commitsOfDamage = 2

    /// Reads the whole WAL, frame by frame. Nil where there is none, or an empty one.
    init?(path: String) throws {
        guard let size = try FileSystem.size(of: path), size > 0 else { return nil }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileSystem.failure("open", path) }
        defer { close(descriptor) }
        let header = Self.read(descriptor, Self.headerBytes, at: 0)
        guard let walk = header.flatMap({ Walk(header: $0) }) else {
            // The header is synced before the first frame is written.
            if size > Self.headerBytes + Self.frameHeaderBytes {
                damage = "its header does not verify, and \(size) bytes follow that cannot be read"
            }
            return
        }
        scan(descriptor, size, walk)
    }

    private mutating func scan(_ descriptor: Int32, _ size: Int, _ first: Walk) {
        var walk = first
        let frameBytes = Self.frameHeaderBytes + walk.pageBytes
        let count = (size - Self.headerBytes) / frameBytes
        var firstBad: Int?
        var laterCommits = 0
        for number in 0..<count {
            let offset = Self.headerBytes + number * frameBytes
            let length = firstBad == nil ? frameBytes : Self.frameHeaderBytes
            guard let frame = Self.read(descriptor, length, at: offset) else { break }
            let isOfThisWAL = walk.hasSalts(frame)
            if firstBad == nil, isOfThisWAL, walk.verify(frame) {
                guard Walk.isCommit(frame) else { continue }
                (committedFrames, committedBytes) = (number + 1, offset + frameBytes)
            } else {
                firstBad = firstBad ?? number
                if isOfThisWAL, Walk.isCommit(frame) { laterCommits += 1 }
                guard laterCommits >= Self.commitsOfDamage else { continue }
                damage = "frame \((firstBad ?? 0) + 1) of \(count) does not verify, and commits follow it"
                return
            }
        }
    }

    private static func read(_ descriptor: Int32, _ count: Int, at offset: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return pread(descriptor, &bytes, count, off_t(offset)) == count ? bytes : nil
    }
}

/// The cumulative checksum from frame to frame.
private struct Walk {
    let pageBytes: Int
    private let isBigEndian: Bool
    private let salts: ArraySlice<UInt8>
    private var sums: (UInt32, UInt32) = (0, 0)

    /// Nil where the header does not verify.
    init?(header: [UInt8]) {
        let magic = Self.word(header, 0)
        let size = Int(Self.word(header, 8))
        guard magic & ~1 == 0x377f_0682, 512...65_536 ~= size, size & (size - 1) == 0 else { return nil }
        isBigEndian = magic & 1 == 1
        pageBytes = size
        salts = header[16..<24]
        add(header[0..<24])
        guard sums == (Self.word(header, 24), Self.word(header, 28)) else { return nil }
    }

    func hasSalts(_ frame: [UInt8]) -> Bool { frame[8..<16].elementsEqual(salts) }

    static func isCommit(_ frame: [UInt8]) -> Bool { word(frame, 4) != 0 }

    mutating func verify(_ frame: [UInt8]) -> Bool {
        add(frame[0..<8])
        add(frame[24...])
        return Self.word(frame, 0) != 0 && sums == (Self.word(frame, 16), Self.word(frame, 20))
    }

    private mutating func add(_ bytes: ArraySlice<UInt8>) {
        var (first, second) = sums
        bytes.withUnsafeBytes { bytes in
            for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
                first &+= word(bytes, offset) &+ second
                second &+= word(bytes, offset + 4) &+ first
            }
        }
        sums = (first, second)
    }

    private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
