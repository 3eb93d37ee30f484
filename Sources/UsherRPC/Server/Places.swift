/// Who has a place among a server's connections, and who gives way when places are short. Pure: it decides, and
/// `ConnectionPlaces` closes.
///
/// A connection is a stranger until a call of it came with a good credential. Strangers have a part of the places and
/// never take those of the others; one address has a share of all. The oldest stranger gives way to a newcomer.
struct Places {
    struct Settings: Equatable {
        /// Connections at once.
        var total: Int
        /// How many of them may be strangers.
        var strangers: Int
        /// How many may come from one address; nil for any number.
        var perAddress: Int?
    }

    enum Admission: Equatable {
        /// There is a place; the one named has given its own away and is to be closed.
        case enters(UInt64, insteadOf: UInt64?)
        /// There is no place: all are taken by connections that are known, or all that the address may have.
        case refused
    }

    private struct Entry {
        var address: PeerAddress?
        var isStranger = true
    }

    private let settings: Settings
    private var entries: [UInt64: Entry] = [:]
    private var strangers = Line()
    private var addresses: [PeerAddress: (count: Int, strangers: Line)] = [:]
    private var lastID: UInt64 = 0

    init(_ settings: Settings) { self.settings = settings }

    var count: Int { entries.count }
    var strangerCount: Int { strangers.count }

    /// - Parameter address: nil where it is not known; then it has no share.
    mutating func enter(from address: PeerAddress?) -> Admission {
        var victim: UInt64?
        if let address, let limit = settings.perAddress, let held = addresses[address], held.count >= limit {
            guard let oldest = addresses[address]?.strangers.first else { return .refused }
            victim = oldest
        } else if strangers.count >= settings.strangers || entries.count >= settings.total {
            guard let oldest = strangers.first else { return .refused }
            victim = oldest
        }
        if let victim { leave(victim) }
        lastID += 1
        entries[lastID] = Entry(address: address)
        strangers.append(lastID)
        if let address {
            addresses[address, default: (0, Line())].count += 1
            addresses[address]?.strangers.append(lastID)
        }
        return .enters(lastID, insteadOf: victim)
    }

    /// The oldest stranger leaves, so that something else has its descriptor; nil where there is none.
    mutating func giveWay() -> UInt64? {
        guard let oldest = strangers.first else { return nil }
        leave(oldest)
        return oldest
    }

    /// A stranger is known from now on.
    mutating func trust(_ id: UInt64) {
        guard let entry = entries[id], entry.isStranger else { return }
        entries[id]?.isStranger = false
        strangers.remove(id)
        if let address = entry.address { addresses[address]?.strangers.remove(id) }
    }

    /// Fine for one that has left.
    mutating func leave(_ id: UInt64) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        strangers.remove(id)
        guard let address = entry.address else { return }
        addresses[address]?.strangers.remove(id)
        addresses[address]?.count -= 1
        if addresses[address]?.count == 0 { addresses[address] = nil }
    }
}

/// Ids in the order in which they came, any of which may be removed. Each step takes constant time on average.
private struct Line {
    private var order = ArraySlice<UInt64>()
    private var members: Set<UInt64> = []

    var count: Int { members.count }

    var first: UInt64? {
        mutating get {
            while let id = order.first, !members.contains(id) { order.removeFirst() }
            return order.first
        }
    }

    mutating func append(_ id: UInt64) {
        members.insert(id)
        order.append(id)
    }

    mutating func remove(_ id: UInt64) {
        guard members.remove(id) != nil else { return }
        // What has left is swept out when it is the larger part.
        if order.count > 2 * members.count + 16 { order = ArraySlice(order.filter(members.contains)) }
    }
}
