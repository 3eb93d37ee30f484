import UsherContract

/// An address on a voucher's list, as compared: NFC, lower case, without outer blanks.
struct VoucherEmail: Hashable, Sendable {
    let folded: String

    /// In a list.
    static let limit = 100_000
    /// Addresses in one call.
    static let counts = 1...10_000

    /// Nil for what is no address.
    init?(_ text: String) {
        guard let folded = VoucherCode(text)?.folded, folded.unicodeScalars.count <= Viewer.emailLengths.upperBound,
            Viewer.isEmail(folded)
        else { return nil }
        self.folded = folded
    }
}
