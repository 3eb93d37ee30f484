internal import Foundation
internal import Synchronization

// The few things done to files outside SQLite, none of them to a database that is open: closing a descriptor of a
// file drops every lock that the process has on it.

/// Something that is about to be done to a file outside SQLite.
enum FileOperation: Sendable {
    case makeDirectory(String)
    case sync(String)
    case move(String, to: String)
    case remove(String)
    /// The content of a file is written over itself, and synced.
    case rewrite(String)
    case truncate(String, size: Int)
    /// A small file is written anew: under another name, synced, renamed, its directory synced.
    case replace(String, Data)
}

enum FileSystem {
    /// A function in a struct: a lock that hands out a bare function leaves it with one more layer around it each time.
    struct Observer: Sendable {
        let begin: @Sendable (FileOperation) throws -> Void
    }

    /// Told of each operation before it is done; what it throws makes the operation fail. Only tests of power loss and
    /// of faults set it: SQLite's own files can be observed through a VFS, these cannot.
    static let observer = Mutex<Observer?>(nil)

    private static func begin(_ operation: FileOperation) throws {
        try observer.withLock { $0 }?.begin(operation)
    }

    /// Makes a directory that only its owner may enter; fine if it exists.
    static func makeDirectory(_ path: String) throws {
        try begin(.makeDirectory(path))
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
        guard errno == ENOENT, !parent.isEmpty else { throw failure("make", path) }
        try makeDirectory(String(parent))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make", path) }
    }

    /// The size in bytes; nil where there is no file.
    static func size(of path: String) throws -> Int? {
        var status = stat()
        if stat(path, &status) == 0 { return Int(status.st_size) }
        guard errno == ENOENT || errno == ENOTDIR else { throw failure("look at", path) }
        return nil
    }

    /// Makes the content of a file, or the entries of a directory, survive a loss of power.
    static func sync(_ path: String) throws {
        try begin(.sync(path))
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", path) }
    }

    static func isEmptyDirectory(_ path: String) throws -> Bool {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw failure("list", path)
        }
        return names.isEmpty
    }

    static func move(_ source: String, to target: String) throws {
        try begin(.move(source, to: target))
        guard rename(source, target) == 0 else { throw failure("rename", source) }
    }

    /// Removes a file; fine if there is none.
    static func remove(_ path: String) throws {
        try begin(.remove(path))
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Which file is at a path now; nil where there is none.
    static func node(at path: String) -> FileNode? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileNode(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    /// Makes the content of a file durable that an earlier life may have failed to sync: the system may think of pages
    /// as written that are not, and writes them again only when they are changed. Takes no space.
    static func rewrite(_ path: String) throws {
        try begin(.rewrite(path))
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        var offset: off_t = 0
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = pread(descriptor, &piece, piece.count, offset)
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { break }
            guard pwrite(descriptor, piece, count, offset) == count else { throw failure("write", path) }
            offset += off_t(count)
        }
        guard fsync(descriptor) == 0 else { throw failure("sync", path) }
    }

    /// Writes a small file, durably: afterwards there is the old content or the new one.
    static func replace(_ path: String, with content: Data) throws {
        try begin(.replace(path, content))
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("make", temporary) }
        defer { close(descriptor) }
        let written = content.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == content.count, fsync(descriptor) == 0 else { throw failure("write", temporary) }
        guard rename(temporary, path) == 0 else { throw failure("rename", temporary) }
        let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("open the folder of", path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure("sync the folder of", path) }
    }

    /// Copies a file, durably, in the place of any that is there.
    static func copy(_ source: String, to target: String) throws {
        try remove(target)
        do {
            try FileManager.default.copyItem(atPath: source, toPath: target)
        } catch {
            throw StorageError.io("cannot copy \(source): \(error.localizedDescription)")
        }
        try sync(target)
    }

    /// Cuts a file off at `size` bytes, durably.
    static func truncate(_ path: String, to size: Int) throws {
        try begin(.truncate(path, size: size))
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else { throw failure("truncate", path) }
    }

    /// Whether the file system of a path can be written and has some room; true where it does not say.
    static func hasRoom(at path: String) -> Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return true }
        // ST_RDONLY
        if status.f_flag & 1 != 0 { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) >= UInt64(StorageLimits.leastFreeBytes)
    }

    /// The number of descriptors that the process may have.
    static var descriptorLimit: Int {
        var limit = rlimit()
        #if os(Linux)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        guard getrlimit(resource, &limit) == 0 else { return 256 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Whether the process, or the machine, has too few descriptors left for what opening an organisation takes.
    static var descriptorsAreShort: Bool {
        var taken: [CInt] = []
        defer { for descriptor in taken { close(descriptor) } }
        for _ in 0..<StorageLimits.descriptorsPerOrganisation + 2 {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return errno == EMFILE || errno == ENFILE }
            taken.append(descriptor)
        }
        return false
    }

    static func failure(_ verb: String, _ path: String) -> StorageError {
        let reason = errno
        let text = "cannot \(verb) \(path): \(String(cString: strerror(reason)))"
        return reason == ENOSPC || reason == EDQUOT ? .full(text) : .io(text)
    }
}

/// A file itself, whatever its name.
struct FileNode: Hashable, Sendable {
    var device: UInt64
    var number: UInt64
}
