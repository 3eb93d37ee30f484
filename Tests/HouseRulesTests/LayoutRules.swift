import Testing

/// What stands at the top of the tree, and nothing else does.
enum LayoutRules {
    private static let allowed: Set<String> = [
        ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "Package.swift", "README.md", "Sources", "Tests",
        "clients", "proto",
    ]

    static func violations(in paths: [String]) -> [String] {
        Set(paths.map { String($0.prefix { $0 != "/" }) }).subtracting(allowed).sorted()
    }
}

struct LayoutRulesTests {
    @Test func theTopIsTidy() {
        #expect(SourceTree.paths.contains("Package.swift"))
        #expect(LayoutRules.violations(in: SourceTree.paths) == [])
    }

    @Test func aStrayFileIsFound() {
        let paths = ["Package.swift", "notes.txt", "scripts/a", "Sources/notes.txt"]
        #expect(LayoutRules.violations(in: paths) == ["notes.txt", "scripts"])
    }
}
