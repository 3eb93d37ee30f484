// Every limit and every size of the benchmark, with its reason.

enum BenchLimits {
    /// How long a measurement runs in each round, in seconds, and how many rounds there are. With all measurements and
    /// what they prepare this is below five minutes on two cores.
    static let seconds = 2.0
    static let rounds = 3
    static let secondsRange = 0.1...60
    static let roundsRange = 1...25
    /// The part of a measurement's time that passes before it counts.
    static let warmUp = 0.1

    /// Viewers whose access is checked, and as many others who redeem: far more than a connection's page cache holds.
    static let viewers = 10_000
    /// Viewers whom nobody knew and who subscribe: more than a run comes to.
    static let newViewers = 100_000_000
    static let viewersRange = 1...10_000_000
    /// Questions of one BatchCheckAccess call, the most that it takes, and how many calls are made ready.
    static let questionsPerCall = 1_000
    static let batches = 20
    /// Vouchers of one GenerateVouchers call, the most that it makes.
    static let vouchersPerCall = 10_000
    /// Tickets of one IssueTickets or TakeBackTickets call, the most that either takes.
    static let ticketsPerCall: Int32 = 1_000
    /// Calls that it takes to take back all tickets there are: 10,000.
    static let ticketParts = 10
    /// Redemptions that are made ready per second of a measurement: with one caller, and with many. Where the server is
    /// faster, the measurement ends when they are used up; its figures are right all the same.
    static let slowStock = 8_000
    static let fastStock = 30_000

    /// Callers of "64 callers", and redemptions in one transaction of the group commits.
    static let callers = 64
    static let groupCommit = 256

    /// What one probe of the disk writes, the size of a database page, and the size of the file that it goes through;
    /// in bytes.
    static let probeBytes = 4_096
    static let probeFileBytes = 4 << 20

    /// A call that takes longer than this is a failure of the run.
    static let callTimeout = Duration.seconds(20)
    static let connectTimeout = Duration.seconds(5)
    /// How long a child process may take to stop before it is killed, in seconds.
    static let stopSeconds = 10.0
}
