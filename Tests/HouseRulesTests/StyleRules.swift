import Testing

/// Lines, functions, and nothing left for later.
enum StyleRules {
    static let maximumColumns = 120
    static let maximumFunctionLines = 80

    static func longLines(in files: [SourceFile]) -> [String] {
        files.flatMap { file in
            lines(of: file.text).filter { $0.line.count > maximumColumns }
                .map { "\(file.path):\($0.number): \($0.line.count) columns" }
        }
    }

    static func longFunctions(in files: [SourceFile]) -> [String] {
        files.flatMap { file in
            FunctionLengths(code: SwiftText(file.text).code).functions.filter { $0.length > maximumFunctionLines }
                .map { "\(file.path):\($0.line): \($0.length) lines" }
        }
    }

    static func unfinished(in files: [SourceFile]) -> [String] {
        // The brackets keep this file from finding itself.
        let mark =
            #/
            \bTOD[O]\b | \bFIXM[E]\b | \bXX[X]\b
            | \b(?:fatalError|preconditionFailure)\s*\(\s*\x22(?i:not\s(?:yet\s)?implemented|un[i]mplemented)
            /#
        return files.flatMap { file in
            lines(of: file.text).filter { $0.line.contains(mark) }.map { "\(file.path):\($0.number): \($0.line)" }
        }
    }
}

struct StyleRulesTests {
    @Test func linesAreShort() {
        #expect(StyleRules.longLines(in: SourceTree.handWritten) == [])
    }

    @Test func functionsAreShort() {
        #expect(StyleRules.longFunctions(in: SourceTree.handWritten) == [])
    }

    @Test func nothingIsLeftForLater() {
        #expect(StyleRules.unfinished(in: SourceTree.files.filter { !$0.isGenerated }) == [])
    }

    @Test func aLongLineIsFound() {
        let longest = String(repeating: "ä", count: StyleRules.maximumColumns)
        #expect(StyleRules.longLines(in: [sample("\(longest)\n")]) == [])
        #expect(StyleRules.longLines(in: [sample("a\n\(longest)b\n")]) == ["Sources/usher/A.swift:2: 121 columns"])
    }

    @Test func aLongFunctionIsFound() {
        func type(_ functionLines: Int) -> SourceFile {
            let body = String(repeating: "        call(\"}\") // }\n", count: functionLines - 2)
            return sample("struct A {\n    func b() {\n\(body)    }\n\n    func c() {}\n}\n")
        }
        #expect(StyleRules.longFunctions(in: [type(StyleRules.maximumFunctionLines)]) == [])
        #expect(
            StyleRules.longFunctions(in: [type(StyleRules.maximumFunctionLines + 1)])
                == ["Sources/usher/A.swift:2: 81 lines"])
    }

    @Test(arguments: ["// TO\("DO"): later", "/// FIX\("ME")", "fatal\("Error")(\"unimplemented\")"])
    func whatIsUnfinishedIsFound(_ line: String) {
        #expect(StyleRules.unfinished(in: [sample("a\n\(line)\n")]).count == 1)
    }

    private func sample(_ text: String) -> SourceFile { SourceFile(path: "Sources/usher/A.swift", text: text) }
}
