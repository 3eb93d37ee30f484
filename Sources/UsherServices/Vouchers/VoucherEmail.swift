import UsherContract

/// The rules of a voucher's list of e-mail addresses.
enum VoucherEmail {
    /// Addresses in a list.
    static let limit = 100_000
    /// Addresses in a call, named one by one or as the rows of a file.
    static let counts = 1...10_000

    /// The columns of a file of addresses.
    enum Column: String, CSVColumn {
        case email

        static let required: Set<Self> = [.email]
    }

    /// Nil for what is no address.
    static func address(_ text: String) -> EmailAddress? {
        guard text.utf8.count <= Viewer.emailLengths.upperBound * 4, let address = EmailAddress(text),
            address.folded.unicodeScalars.count <= Viewer.emailLengths.upperBound
        else { return nil }
        return address
    }
}
