internal import Foundation
internal import Logging

extension FileSystem {
    /// What became of a file or directory that others than its owner might have read.
    enum Tightening: Equatable {
        /// There is none, or it was its owner's alone.
        case nothing
        /// It had this mode, and has it no more.
        case done(mode_t)
        /// It has this mode, and this process may not change it.
        case refused(mode_t)
    }

    /// Takes from a file or directory what it lets others than its owner do.
    static func tighten(_ path: String) -> Tightening {
        var status = stat()
        guard stat(path, &status) == 0 else { return .nothing }
        let mode = status.st_mode & 0o7777
        guard mode & 0o077 != 0 else { return .nothing }
        return chmod(path, mode & 0o7700) == 0 ? .done(mode) : .refused(mode)
    }
}

/// Makes a data directory its owner's alone, whatever the umask was when its parts were made. That a part cannot be
/// changed (another owner's, a file system without modes) is logged, and no reason not to serve.
struct Permissions {
    let logger: Logger

    /// The directory, and what stands directly in it. What is below nobody else gets to then; where somebody could
    /// until now, that is seen to as well.
    func tighten(directory: String) {
        let parts = ["LOCK", "operator.key", "platform.mark"] + Self.files(of: "platform.sqlite")
        let isOpen = [directory, "\(directory)/organisations"].map(report).contains(true)
        for part in parts { report("\(directory)/\(part)") }
        guard isOpen else { return }
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/organisations")) ?? []
        let changed = folders.filter { folder in
            !tighten(organisation: "\(directory)/organisations/\(folder)", isQuiet: true).isEmpty
        }
        if !changed.isEmpty {
            logger.notice(
                "data was not its owner's alone, and is now",
                metadata: ["path": "\(directory)/organisations", "organisations": "\(changed.count)"])
        }
    }

    /// An organisation's directory and the files of its database.
    ///
    /// - Returns: the paths that were not as they are now.
    @discardableResult
    func tighten(organisation folder: String, isQuiet: Bool = false) -> [String] {
        let paths = [folder] + Self.files(of: "usher.sqlite").map { "\(folder)/\($0)" }
        return paths.filter { report($0, isQuiet: isQuiet) }
    }

    private static func files(of database: String) -> [String] { ["", "-wal", "-shm"].map { database + $0 } }

    /// - Returns: whether it was more than its owner's.
    @discardableResult
    private func report(_ path: String) -> Bool { report(path, isQuiet: false) }

    private func report(_ path: String, isQuiet: Bool) -> Bool {
        switch FileSystem.tighten(path) {
        case .nothing: return false
        case .done(let mode):
            if !isQuiet {
                logger.notice(
                    "was not its owner's alone, and is now",
                    metadata: ["path": "\(path)", "mode": "0\(String(mode, radix: 8))"])
            }
        case .refused(let mode):
            logger.warning(
                "is not its owner's alone, and cannot be made so",
                metadata: ["path": "\(path)", "mode": "0\(String(mode, radix: 8))"])
        }
        return true
    }
}
