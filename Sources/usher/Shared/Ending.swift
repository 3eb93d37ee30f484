import ArgumentParser
import Foundation
import UsherContract
import UsherRPC

/// What the process ends with, so that a script at a door tells a "no" from a question that was never asked.
enum ExitStatus: Int32 {
    case done = 0
    /// A verdict or a refusal of the server, rows that it refused, a data directory that the doctor finds wrong.
    case no = 1
    /// Wrong words, files or settings: the same call will fail again.
    case wrongUse = 2
    /// No answer: the server is down, does not speak what is spoken to it, or is too slow.
    case notReached = 3
}

/// How a command ends that did not do what it was asked: what is printed on standard error, and the status.
struct Ending {
    let status: ExitStatus
    private let code: String
    private let refusal: Refusal?
    private let message: String
    private let advice: String?

    init(_ error: any Error) {
        switch error {
        case let error as Refusal:
            (status, code, refusal) = (.no, error.code.name, error)
            (message, advice) = (error.message, RefusalAdvice.text(for: error))
        case let error as Failure:
            (status, code, refusal) = (error.status, error.status == .notReached ? "NOT_REACHED" : "WRONG_USE", nil)
            (message, advice) = (error.description, nil)
        case let error as TransportError:
            (status, code, refusal) = (.notReached, "NOT_REACHED", nil)
            (message, advice) = ("no answer from the server: \(error)", nil)
        case is CancellationError:
            (status, code, refusal) = (.notReached, "CANCELLED", nil)
            (message, advice) = ("stopped before the answer came", nil)
        default:
            (status, code, refusal) = (.wrongUse, "WRONG_USE", nil)
            (message, advice) = (Usher.message(for: error), nil)
        }
    }

    /// One line for a refusal, with what is wrong with which field and what to do below it.
    var text: String {
        guard let refusal else { return "usher: \(message)" }
        let reason = refusal.reason.isEmpty ? "" : " \(refusal.reason)"
        let violations = refusal.violations.map { "  \($0.field): \($0.description)" }
        return (["\(code)\(reason): \(message)"] + violations + [advice].compactMap { $0.map { "  \($0)" } })
            .joined(separator: "\n")
    }

    /// One JSON object on a line, for those who gave --json.
    var json: String {
        var fields: [String: Any] = ["code": code, "message": message, "exitStatus": Int(status.rawValue)]
        if let refusal {
            fields["reason"] = refusal.reason
            if !refusal.metadata.isEmpty { fields["metadata"] = refusal.metadata }
            if !refusal.violations.isEmpty {
                fields["violations"] = refusal.violations.map { ["field": $0.field, "description": $0.description] }
            }
            if let wait = refusal.retryAfter { fields["retryAfterSeconds"] = wait / .seconds(1) }
        }
        if let advice { fields["advice"] = advice }
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? JSONSerialization.data(withJSONObject: ["error": fields], options: options)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}

/// What the person at the terminal can do about a refusal.
enum RefusalAdvice {
    static func text(for refusal: Refusal) -> String? {
        if refusal.reason == "ORGANISATION_REQUIRED" {
            return "Say which organisation: --organisation ID, or USHER_ORGANISATION=ID."
        }
        if let setting = settings[refusal.reason] {
            return "The setting '\(setting)' decides this: usher settings get; usher settings set \(setting) VALUE"
        }
        if refusal.reason == "FEATURE_DISABLED" {
            return "The operator switches features on: usher call usher.organisations.v1.OrganisationService/"
                + "UpdateOrganisation --template"
        }
        guard let wait = refusal.retryAfter else { return nil }
        return "Try again in \(max(1, Int((wait / .seconds(1)).rounded(.up)))) s."
    }

    /// The setting that each of these refusals comes from.
    private static let settings = [
        "SETTING_CONFLICT": "pointOfSales.allowTakeBackInjected",
        "TAKE_BACK_NOT_ALLOWED": "pointOfSales.takeBackDownloaded",
        "TAKE_BACK_LIMIT_REACHED": "pointOfSales.takeBacksPerDay",
        "TOO_MANY_SESSIONS": "concurrentSessionLimit",
    ]
}
