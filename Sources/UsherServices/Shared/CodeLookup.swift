import SwiftProtobuf
import UsherAPI

/// A request that names a voucher by its code, which can be guessed. Where `code` is empty it guesses nothing.
protocol CodeLookup: Message {
    var code: String { get }
}

extension Usher_Vouchers_V1_LookupVoucherRequest: CodeLookup {}
extension Usher_Vouchers_V1_ValidateVoucherRequest: CodeLookup {}
extension Usher_Vouchers_V1_ReserveVoucherRequest: CodeLookup {}
extension Usher_Vouchers_V1_RedeemVoucherRequest: CodeLookup {}
extension Usher_Access_V1_CheckAccessRequest: CodeLookup {}
extension Usher_Access_V1_StartPlaybackRequest: CodeLookup {}
extension Usher_Access_V1_RecordPurchaseRequest: CodeLookup {}

extension Usher_Access_V1_BatchCheckAccessRequest: CodeLookup {
    /// Any one of them.
    var code: String { checks.first { !$0.code.isEmpty }?.code ?? "" }
}
