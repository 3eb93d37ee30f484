/// One version of the reflection protocol: the same questions and answers in messages of its own.
protocol ReflectionDialect: Sendable {
    /// Reads an encoded request, has it answered, and encodes the response.
    ///
    /// - Returns: nil for bytes that are no request.
    static func answer(_ payload: [UInt8], _ answer: (Reflection.Question) -> Reflection.Answer) -> [UInt8]?
}
