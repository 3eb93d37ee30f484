import SwiftProtobufPluginLibrary

/// `Emit=stubs`: for each service a client with one function per RPC.
struct StubsFile {
    let file: FileDescriptor
    let names: SwiftNames

    var text: String {
        var text = GeneratedText.header(source: file.name)
        text += GeneratedText.wellKnownTypesImport(file.services.flatMap(\.methods))
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
        for method in service.methods { text += "\n" + function(for: method) }
        return text + "}\n"
    }

    private func function(for method: MethodDescriptor) -> String {
        let (name, request) = (names.method(method), names.message(method.inputType))
        let (response, reference) = (names.message(method.outputType), "\(names.service(method.service)).\(name)")
        let (parameter, result, call): (String, String, String) =
            switch (method.clientStreaming, method.serverStreaming) {
            case (false, false):
                ("_ request: \(request), ", response, "unary(\(reference), request, ")
            case (false, true):
                (
                    "_ request: \(request), ", "ResponseStream<\(response)>",
                    "streams.serverStream(\(reference), request, "
                )
            case (true, false):
                ("", "RequestStream<\(request), \(response)>", "streams.clientStream(\(reference), ")
            case (true, true):
                ("", "MessageExchange<\(request), \(response)>", "streams.bidirectional(\(reference), ")
            }
        return GeneratedText.comment(method, indent: "    ") + """
                public func \(name)(
                    \(parameter)options: CallOptions = CallOptions()
                ) async throws -> \(result) {
                    try await transport.\(call)options: options)
                }

            """
    }
}
