internal import Foundation

/// Keeps every other process (and every other `Storage` in this one) out of a data directory. The kernel drops it when
/// the process ends, however it ends.
///
/// Two locks: on the file LOCK, and on the directory itself, which nobody removes by tidying up. A file system that
/// cannot lock directories leaves the first.
final class DirectoryLock: Sendable {
    private let descriptors: [Int32]

    /// Throws ``StorageError/locked(_:)`` where somebody else has it.
    init(directory: String) throws {
        let path = directory + "/LOCK"
        var file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        // What cannot be written can still be locked, and read.
        if file < 0, errno == EROFS { file = open(path, O_RDONLY | O_CLOEXEC) }
        guard file >= 0 else { throw FileSystem.failure("open", path) }
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let all = [file, folder].filter { $0 >= 0 }
        for descriptor in all where flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let reason = errno
            if descriptor == folder, reason != EWOULDBLOCK { continue }
            for descriptor in all { close(descriptor) }
            guard reason == EWOULDBLOCK else { throw StorageError.io("cannot lock \(path): error \(reason)") }
            throw StorageError.locked("\(directory) is in use by another process")
        }
        descriptors = all
    }

    deinit {
        for descriptor in descriptors {
            // Closing alone would leave the lock with the copy that a process in the making has until its exec.
            flock(descriptor, LOCK_UN)
            close(descriptor)
        }
    }
}
