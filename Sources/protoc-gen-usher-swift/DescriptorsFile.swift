import SwiftProtobufPluginLibrary

/// `Emit=descriptors`: for each service an enum with one `TypedMethod` per RPC.
struct DescriptorsFile {
    let file: FileDescriptor
    let names: SwiftNames

    var text: String {
        var text = GeneratedText.header(source: file.name)
        text += GeneratedText.wellKnownTypesImport(file.services.flatMap(\.methods))
        text += "import UsherContract\n"
        for service in file.services { text += "\n" + enumeration(of: service) }
        for request in requestsWithID { text += "\nextension \(names.message(request)): RequestWithID {}\n" }
        return text
    }

    private func enumeration(of service: ServiceDescriptor) -> String {
        var text = GeneratedText.comment(service)
        text += "public enum \(names.service(service)) {\n"
        for method in service.methods { text += declaration(of: method) + "\n" }
        text += "    /// Every method of the service, in the order of the proto.\n"
        text += "    public static let methods: [any AnyMethod] = [\n"
        for method in service.methods { text += "        \(names.method(method)),\n" }
        return text + "    ]\n}\n"
    }

    private func declaration(of method: MethodDescriptor) -> String {
        let request = names.message(method.inputType)
        let response = names.message(method.outputType)
        return GeneratedText.comment(method, indent: "    ") + """
                public static let \(names.method(method)) = TypedMethod<
                    \(request),
                    \(response)
                >(
                    MethodDescriptor(
                        service: "\(method.service.fullName)", name: "\(method.name)",
                        requestType: "\(method.inputType.fullName)",
                        responseType: "\(method.outputType.fullName)",
                        streaming: .\(method.streamingName), idempotency: .\(method.idempotencyName),
                        hasRequestID: \(method.inputType.hasRequestID), \
            requestContainsMap: \(method.inputType.containsMap)
                    ),
                    requestTemplate: \(RequestTemplate.swiftLiteral(of: method.inputType))
                )

            """
    }

    /// The requests declared in this file that carry a request id, each once.
    private var requestsWithID: [Descriptor] {
        let inputs = Set(file.services.flatMap(\.methods).map { $0.inputType.fullName })
        return file.messages.filter { inputs.contains($0.fullName) && $0.hasRequestID }
    }
}

extension MethodDescriptor {
    fileprivate var streamingName: String {
        switch (clientStreaming, serverStreaming) {
        case (false, false): "unary"
        case (false, true): "serverStreaming"
        case (true, false): "clientStreaming"
        case (true, true): "bidirectional"
        }
    }

    fileprivate var idempotencyName: String {
        switch options.idempotencyLevel {
        case .idempotencyUnknown: "unknown"
        case .noSideEffects: "noSideEffects"
        case .idempotent: "idempotent"
        }
    }
}
