import Foundation

/// The limit on open files and connections of this process.
enum DescriptorLimit {
    /// Raises the soft limit to the hard one: an open organisation takes six descriptors, a connection one.
    static func raise() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
    }
}
