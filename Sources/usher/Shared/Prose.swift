extension String {
    /// A help text whose paragraphs are one line each, so that only the terminal's width wraps them. Lines that are
    /// indented, such as examples, stay as they are.
    var prose: String {
        var lines: [String] = []
        var isOpen = false
        for line in split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let isText = !line.isEmpty && !line.hasPrefix(" ") && !line.hasSuffix(":")
            if isOpen, !line.isEmpty, !line.hasPrefix(" ") {
                lines[lines.count - 1] += " \(line)"
            } else {
                lines.append(line)
            }
            isOpen = isText
        }
        return lines.joined(separator: "\n")
    }
}
