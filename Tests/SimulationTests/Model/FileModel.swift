/// A CSV file, and what its reader must find in it. Source: RFC 4180.
struct ModelFile {
    struct Row {
        /// As a spreadsheet counts: the header is 1, and blank lines count.
        var number: Int
        /// By the names of the columns.
        var fields: [String: String] = [:]
        /// Why it cannot be read; nil where it can.
        var problem: String?
    }

    var text: String
    var rows: [Row] = []
    /// Why its header cannot be taken; nil where it can.
    var problem: String?
}

extension Simulation {
    /// A file with these columns, of which one is needed, written in one of the ways in which people do.
    func file(_ columns: [String], needed: String, _ records: [[String]]) -> ModelFile {
        let lineBreak = dice.one("\n", "\r\n")
        let isWide = dice.chance(25)
        var header = (columns + (isWide ? ["note"] : [])).map { dice.chance(20) ? " \($0.uppercased())" : $0 }
        var file = ModelFile(text: dice.chance(20) ? "\u{feff}" : "")
        switch dice.int(1...40) {
        case 1: (header[columns.firstIndex(of: needed) ?? 0], file.problem) = ("other", "CSV_COLUMN_MISSING")
        case 2: (header, file.problem) = (header + [header[0]], "CSV_COLUMN_REPEATED")
        default: break
        }
        file.text += header.map(quoted).joined(separator: ",")
        var number = 1
        for record in records {
            (file.text, number) = (file.text + lineBreak, number + 1)
            if dice.chance(8) { (file.text, number) = (file.text + lineBreak, number + 1) }
            var row = ModelFile.Row(number: number)
            var fields = record.map(quoted) + (isWide ? ["x"] : [])
            switch dice.int(1...40) {
            case 1 where fields.count > 1: (fields, row.problem) = (fields.dropLast(), "CSV_FIELDS_MISSING")
            case 2: (fields, row.problem) = (fields + ["more"], "CSV_FIELDS_EXTRA")
            // A row that cannot be read costs its first line only.
            case 3 where !record.joined().contains("\n"): (fields[0], row.problem) = ("a\"b", "CSV_QUOTE_INVALID")
            // What spreadsheets leave behind the last column is no field.
            case 4: fields.append("")
            default: break
            }
            if row.problem == nil {
                row.fields = Dictionary(zip(columns, record), uniquingKeysWith: { first, _ in first })
            }
            file.text += fields.joined(separator: ",")
            file.rows.append(row)
        }
        if dice.chance(70) { file.text += lineBreak }
        return file
    }

    private func quoted(_ field: String) -> String {
        let isSpecial = field.isEmpty || field.contains { ",\"\r\n ".contains($0) }
        return isSpecial || dice.chance(25) ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }
}
