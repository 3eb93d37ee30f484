import SwiftProtobufPluginLibrary

/// What protoc's `--usher-swift_opt` asks for.
struct GeneratorOptions {
    enum Emit: String {
        /// Method descriptors, for the module that holds the messages.
        case descriptors
        /// Client stubs, for a module that imports that one.
        case stubs
    }

    let emit: Emit

    init(_ parameter: any CodeGeneratorParameter) throws {
        var emit: Emit?
        for (key, value) in parameter.parsedPairs {
            guard key == "Emit", let known = Emit(rawValue: value) else {
                throw GeneratorError("unknown option \(key)=\(value); use Emit=descriptors or Emit=stubs")
            }
            emit = known
        }
        guard let emit else { throw GeneratorError("the option Emit=descriptors or Emit=stubs is missing") }
        self.emit = emit
    }
}

/// Why nothing was generated; protoc prints the description.
struct GeneratorError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
