import SwiftProtobuf

/// Server reflection in the messages of `grpc.reflection.v1`.
enum ReflectionV1: ReflectionDialect {
    static func answer(_ payload: [UInt8], _ answer: (Reflection.Question) -> Reflection.Answer) -> [UInt8]? {
        typealias Request = Grpc_Reflection_V1_ServerReflectionRequest
        guard let request = try? Request(serializedBytes: payload) else { return nil }
        let question: Reflection.Question =
            switch request.messageRequest {
            case .fileByFilename(let name): .file(name)
            case .fileContainingSymbol(let name): .symbol(name)
            case .fileContainingExtension: .fileOfExtension
            case .allExtensionNumbersOfType(let type): .extensionNumbers(type)
            case .listServices: .services
            case nil: .nothing
            }
        let response = Grpc_Reflection_V1_ServerReflectionResponse.with { response in
            response.validHost = request.host
            response.originalRequest = request
            switch answer(question) {
            case .files(let files):
                response.fileDescriptorResponse.fileDescriptorProto = files.map { .init($0) }
            case .noExtensions(let type): response.allExtensionNumbersResponse.baseTypeName = type
            case .services(let names):
                response.listServicesResponse.service = names.map { name in .with { $0.name = name } }
            case .refused(let refusal):
                response.errorResponse.errorCode = refusal.code.rawValue
                response.errorResponse.errorMessage = refusal.message
            }
        }
        return try? response.serializedBytes()
    }
}
