import SwiftProtobufPluginLibrary

/// `Emit=stubs`: for each service a client with one function per unary RPC.
struct StubsFile {
    let file: FileDescriptor
    let names: SwiftNames

    var text: String {
        var text = GeneratedText.header(source: file.name)
        text += GeneratedText.wellKnownTypesImport(file.services.flatMap(\.unaryMethods))
        text += "public import UsherAPI\n"
        for service in file.services { text += "\n" + client(of: service) }
        return text
    }

    private func client(of service: ServiceDescriptor) -> String {
        var text = GeneratedText.comment(service)
        text += """
            public struct \(names.service(service))Client: Sendable {
                private let transport: any UnaryTransport

                public init(transport: any UnaryTransport) { self.transport = transport }

            """
        for method in service.unaryMethods { text += "\n" + function(for: method) }
        return text + "}\n"
    }

    private func function(for method: MethodDescriptor) -> String {
        let name = names.method(method)
        return GeneratedText.comment(method, indent: "    ") + """
                public func \(name)(
                    _ request: \(names.message(method.inputType)), options: CallOptions = CallOptions()
                ) async throws -> \(names.message(method.outputType)) {
                    try await transport.unary(\(names.service(method.service)).\(name), request, options: options)
                }

            """
    }
}

extension ServiceDescriptor {
    /// The methods that the stubs cover.
    fileprivate var unaryMethods: [MethodDescriptor] {
        methods.filter { !$0.clientStreaming && !$0.serverStreaming }
    }
}
