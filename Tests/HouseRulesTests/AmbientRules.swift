import Testing

/// The time of day and random numbers come from one place, so that a request sees one time and a test can replay it.
/// Monotonic clocks (deadlines, how long something took) are no times of day and may be read anywhere.
enum AmbientRules {
    private static let exceptions: [String: String] = [
        "Sources/UsherStorage/Ambient.swift": "the one place",
        "Sources/UsherClient/RequestIDs.swift": "clients are programs of their own, and their request ids are random",
    ]

    static func violations(in files: [SourceFile]) -> [String] {
        // `RequestIDs.random()` is how the second exception is used.
        let reading =
            #/
            \bDate\s*\(\s*\) | \bDate\.now\b | \bDate\s*\(\s*timeIntervalSinceNow | \bUUID\s*\(\s*\)
            | (?:\bRequestIDs)?\.random\s*\( | \.randomElement\s*\( | \.shuffled?\s*\( | \bSystemRandomNumberGenerator\b
            | \bclock_gettime\b | \bgettimeofday\b | \barc4random\w* | \bgetrandom\b | \bgetentropy\b
            /#
        return files.filter { exceptions[$0.path] == nil }.flatMap { file in
            lines(of: SwiftText(file.text).code).flatMap { number, line in
                line.matches(of: reading).map { String($0.0) }.filter { !$0.hasPrefix("RequestIDs") }
                    .map { "\(file.path):\(number): \($0)" }
            }
        }
    }
}

/// Numbered from 1.
func lines(of text: String) -> [(number: Int, line: Substring)] {
    text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0 + 1, $1) }
}

struct AmbientRulesTests {
    @Test func nobodyElseReadsThem() {
        #expect(AmbientRules.violations(in: SourceTree.sources) == [])
    }

    @Test(arguments: [
        "let now = Date()", "let now = Date.now", "let id = UUID()", "let one = Int.random(in: 1...6)",
        "var generator = SystemRandomNumberGenerator()", "clock_gettime(CLOCK_REALTIME, &time)",
        "arc4random_uniform(6)", "print(\"now \\(Date())\")", "list.shuffle()", "list.randomElement()",
        "Date( timeIntervalSinceNow: 1)",
    ])
    func aReadingIsFound(_ statement: String) {
        #expect(AmbientRules.violations(in: [SourceFile(path: "Sources/usher/A.swift", text: statement)]).count == 1)
    }

    @Test(arguments: [
        ("Sources/usher/A.swift", "let later = NIODeadline.now() + .seconds(1) // not Date()"),
        ("Sources/usher/A.swift", "let then = Date(timeIntervalSince1970: 0)"),
        ("Sources/usher/A.swift", "let id = RequestIDs.random()"),
        ("Sources/UsherStorage/Ambient.swift", "clock_gettime(CLOCK_REALTIME, &time)"),
        ("Sources/UsherClient/RequestIDs.swift", "UUID().uuidString"),
    ])
    func whatIsNoneIsNot(_ path: String, _ statement: String) {
        #expect(AmbientRules.violations(in: [SourceFile(path: path, text: statement)]) == [])
    }
}
