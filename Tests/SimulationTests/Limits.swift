import Foundation

/// How much the simulation does, and how large its world grows.
enum SimulationLimits {
    /// Steps of one round: a new storage, so that the organisations stay small enough to be looked through at every
    /// step, and collide.
    static let roundSteps = 1_500
    /// Steps of a debug test run.
    static let defaultSteps = 8_000
    /// Steps within which a seeded bug must be found.
    static let controlSteps = 1_500
    static let organisations = 3
    /// More than these are not made: each has files of its own.
    static let mostOrganisations = 6
    /// Calls that are put on a lane together, at most.
    static let burst = 8
    /// Steps between two comparisons of everything that an organisation holds.
    static let auditInterval = 250
    /// Different refusals that every run comes to.
    static let fewestReasons = 90
    /// Steps of the trail that a failure is shown with.
    static let trail = 12

    private static func number<Number: LosslessStringConvertible>(_ name: String) -> Number? {
        ProcessInfo.processInfo.environment[name].flatMap { Number($0) }
    }

    /// `USHER_SIMULATION_STEPS`.
    static var steps: Int { number("USHER_SIMULATION_STEPS") ?? defaultSteps }
    /// `USHER_SIMULATION_SEED`: the seed of the first round; the others follow it.
    static var seed: UInt64 { number("USHER_SIMULATION_SEED") ?? 1 }
}
