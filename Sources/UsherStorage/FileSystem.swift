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

    static func failure(_ verb: String, _ path: String) -> StorageError {
        .io("cannot \(verb) \(path): \(String(cString: strerror(errno)))")
    }
}
