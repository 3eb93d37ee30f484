import Foundation
import SwiftProtobufPluginLibrary

/// The Swift names of what a proto file declares; those of messages are swift-protobuf's own.
struct SwiftNames {
    private let file: FileDescriptor
    private let namer: SwiftProtobufNamer

    init(file: FileDescriptor) {
        self.file = file
        namer = SwiftProtobufNamer(currentFile: file, protoFileToModuleMappings: ProtoFileToModuleMappings())
    }

    /// Flat, because two files of one module must not have the same name: `usher_vouchers_v1_vouchers.usher.swift`.
    var outputFileName: String {
        let path = file.name.hasSuffix(".proto") ? String(file.name.dropLast(6)) : file.name
        return path.replacingOccurrences(of: "/", with: "_") + ".usher.swift"
    }

    /// `Usher_Vouchers_V1_RedeemVoucherRequest`; well-known types are qualified, `SwiftProtobuf.Google_Protobuf_Empty`.
    func message(_ message: Descriptor) -> String { namer.fullName(message: message) }

    /// `Usher_Vouchers_V1_VoucherService`.
    func service(_ service: ServiceDescriptor) -> String { namer.typePrefix(forFile: service.file) + service.name }

    /// `redeemVoucher`, in backticks where that is a keyword.
    func method(_ method: MethodDescriptor) -> String {
        let name = NamingUtils.toLowerCamelCase(method.name)
        if Self.taken.contains(name) { return name + "_" }
        return Self.keywords.contains(name) ? "`\(name)`" : name
    }

    /// Names that backticks do not help, or that the generated types use themselves.
    private static let taken: Set<String> = ["init", "self", "methods", "transport"]

    /// The reserved words of the Swift grammar that start in lower case.
    private static let keywords: Set<String> = [
        "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do",
        "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import",
        "in", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public",
        "repeat", "rethrows", "return", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true",
        "try", "typealias", "var", "where", "while",
    ]
}
