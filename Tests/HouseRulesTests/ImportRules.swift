import Testing

/// Who may know whom. Dependencies point one way; storage, transport and messages never import one another.
enum ImportRules {
    /// The house's own modules that each target may import.
    static let house: [String: Set<String>] = [
        "UsherContract": [],
        "UsherRPC": ["UsherContract"],
        "UsherStorage": ["UsherContract"],
        "UsherAPI": ["UsherContract"],
        "UsherServices": ["UsherAPI", "UsherContract", "UsherStorage"],
        "UsherServer": ["UsherAPI", "UsherContract", "UsherRPC", "UsherServices", "UsherStorage"],
        "UsherClient": ["UsherAPI", "UsherContract", "UsherRPC"],
        "usher": [
            "UsherAPI", "UsherClient", "UsherContract", "UsherRPC", "UsherServer", "UsherServices", "UsherStorage",
        ],
        "protoc-gen-usher-swift": [],
    ]

    /// Libraries that few may know: the targets, tests apart, and the modules by the beginning of their names.
    private static let libraries: [(prefix: String, targets: Set<String>)] = [
        ("GRDB", ["UsherStorage"]),
        ("NIO", ["UsherRPC", "UsherServer", "UsherClient", "Bench", "Fuzzing"]),
    ]

    /// Storage keeps bytes, and the vocabulary is everybody's: neither knows messages.
    private static let withoutMessages: Set<String> = ["UsherContract", "UsherStorage"]

    static func violations(in files: [SourceFile]) -> [String] {
        files.flatMap { file in
            guard let target = file.target else { return [String]() }
            return imports(of: file).compactMap { module in
                isAllowed(module, in: target, isTest: file.path.hasPrefix("Tests/"))
                    ? nil : "\(file.path) imports \(module)"
            }
        }
    }

    private static func isAllowed(_ module: String, in target: String, isTest: Bool) -> Bool {
        // Nothing but the standard library, which a lock is a part of.
        if target == "UsherContract" { return module == "Synchronization" }
        for (prefix, targets) in libraries where module.hasPrefix(prefix) {
            // A target's own tests may use what it is made of.
            guard targets.contains(target) || isTest && targets.contains(String(target.dropLast("Tests".count))) else {
                return false
            }
        }
        if isTest { return true }
        if module.hasPrefix("SwiftProtobuf"), withoutMessages.contains(target) { return false }
        guard module.hasPrefix("Usher") else { return true }
        return house[target]?.contains(module) ?? false
    }

    private static func imports(of file: SourceFile) -> [String] {
        let statement =
            #/
            ^\s*(?:@\w+\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+
            (?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)
            /#.anchorsMatchLineEndings()
        return SwiftText(file.text).code.matches(of: statement).map { String($0.1) }
    }
}

struct ImportRulesTests {
    @Test func everyTargetKeepsThem() {
        #expect(ImportRules.violations(in: SourceTree.files.filter(\.isSwift)) == [])
    }

    @Test func everyTargetHasARow() {
        #expect(Set(SourceTree.sources.compactMap(\.target)) == Set(ImportRules.house.keys))
    }

    @Test(arguments: [
        ("Sources/UsherServices/A.swift", "internal import GRDB"),
        ("Sources/UsherServer/A.swift", "import GRDBSQLite"),
        ("Sources/UsherServices/A.swift", "public import NIOCore"),
        ("Sources/UsherStorage/A.swift", "@preconcurrency import NIOPosix"),
        ("Sources/usher/A.swift", "import struct NIOCore.ByteBuffer"),
        ("Sources/UsherContract/A.swift", "import Foundation"),
        ("Sources/UsherStorage/A.swift", "import SwiftProtobuf"),
        ("Sources/UsherStorage/A.swift", "import UsherRPC"),
        ("Sources/UsherRPC/Server/A.swift", "internal import UsherStorage"),
        ("Sources/UsherAPI/A.swift", "import UsherStorage"),
        ("Sources/UsherServices/A/B.swift", "import UsherRPC"),
        ("Sources/UsherNew/A.swift", "import UsherContract"),
        ("Tests/ServicesTests/A.swift", "@testable import GRDB"),
    ])
    func aForbiddenImportIsFound(_ path: String, _ statement: String) {
        #expect(ImportRules.violations(in: [SourceFile(path: path, text: "// why\n\(statement)\n")]).count == 1)
    }

    @Test(arguments: [
        ("Sources/UsherStorage/A.swift", "internal import GRDB"),
        ("Tests/UsherStorageTests/A.swift", "import GRDB"),
        ("Tests/UsherRPCTests/A.swift", "import NIOEmbedded"),
        ("Sources/UsherServices/A.swift", "// import NIOCore"),
        ("Sources/UsherServices/A.swift", "let text = \"\"\"\n    import NIOCore\n    \"\"\""),
    ])
    func anAllowedOneIsNot(_ path: String, _ text: String) {
        #expect(ImportRules.violations(in: [SourceFile(path: path, text: text)]) == [])
    }
}
