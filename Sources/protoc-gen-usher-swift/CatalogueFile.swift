import SwiftProtobufPluginLibrary

/// The file that names every service of the whole run.
struct CatalogueFile {
    let files: [FileDescriptor]

    var text: String {
        let services = files.flatMap { file in
            let names = SwiftNames(file: file)
            return file.services.map { (name: $0.fullName, type: names.service($0)) }
        }
        var text = GeneratedText.header(source: "every service in proto/")
        text += """
            /// All that `proto/` declares.
            public enum UsherAPI {
                /// The full names of all services, in the order of their files' names.
                public static let services: [String] = [

            """
        for service in services { text += "        \"\(service.name)\",\n" }
        text += """
                ]

                /// Every method of every service, in the same order.
                public static let methods: [any AnyMethod] = [

            """
        for service in services { text += "        \(service.type).methods,\n" }
        return text + "    ].flatMap { $0 }\n}\n"
    }
}
