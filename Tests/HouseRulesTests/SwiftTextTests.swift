import Testing

/// The readers that the rules stand on.
struct SwiftTextTests {
    @Test(arguments: [
        ("a // b", "a     ", "a     "),
        ("a /* b /* c */ d */ e", "a                   e", "a                   e"),
        (#"x("// no {")"#, #"x("// no {")"#, #"x("       ")"#),
        (#"x("a\"{") // b"#, #"x("a\"{")     "#, #"x("    ")     "#),
        (#"x("\(f("{", (1))) {") y"#, #"x("\(f("{", (1))) {") y"#, #"x("\(f(" ", (1)))  ") y"#),
        (##"x(#"a" \n \#(b) {"#) y"##, ##"x(#"a" \n \#(b) {"#) y"##, ##"x(#"      \#(b)  "#) y"##),
        ("\"\"\"\n{ \"\" // }\n\"\"\" // c", "\"\"\"\n{ \"\" // }\n\"\"\"     ", "\"\"\"\n         \n\"\"\"     "),
        ("#if DEBUG // b\n#endif", "#if DEBUG     \n#endif", "#if DEBUG     \n#endif"),
    ])
    func readings(_ source: String, _ withoutComments: String, _ code: String) {
        let text = SwiftText(source)
        #expect(text.withoutComments == withoutComments)
        #expect(text.code == code)
    }

    @Test(arguments: [
        ("func a() {\n}", [1: 2]),
        ("struct A {\n    func b(\n        c: Int\n    ) {\n    }\n}", [2: 4]),
        ("struct A {\n    enum B {\n        init() {\n        }\n        var c: Int { 1 }\n    }\n}", [3: 2, 5: 1]),
        ("class func a() {\n    struct B { func c() {} }\n}", [1: 3]),
        ("struct A {\n    let b = B(\n        c: {\n        },\n        d: { })\n    var e = 1\n}", [2: 3, 5: 1]),
        ("struct A {\n    init(protocol: Int) {\n    }\n}", [2: 2]),
        ("extension A where B: C {\n    subscript(d: Int) -> Int {\n        get { 1 }\n    }\n}", [2: 3]),
    ])
    func functionLengths(_ source: String, _ expected: [Int: Int]) {
        let found = FunctionLengths(code: SwiftText(source).code).functions
        #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.line, $0.length) }) == expected)
    }

    @Test func theTreeIsRead() {
        for target in ImportRules.house.keys {
            #expect(SourceTree.sources.contains { $0.target == target }, "no file of \(target) was read")
        }
        #expect(SourceTree.handWritten.contains { $0.path == "Package.swift" })
        #expect(!SourceTree.handWritten.contains { $0.path.contains("/Generated/") })
    }
}
