import SwiftProtobuf
import SwiftProtobufPluginLibrary
import Testing

@testable import protoc_gen_usher_swift

@Suite struct GeneratorTests {
    private func response(
        parameter: String, files: [String] = [emptyProto, sample], generate: [String] = ["golden/v1/kinds.proto"]
    ) throws -> Google_Protobuf_Compiler_CodeGeneratorResponse {
        var request = Google_Protobuf_Compiler_CodeGeneratorRequest()
        request.protoFile = try files.map { try Google_Protobuf_FileDescriptorProto(textFormatString: $0) }
        request.fileToGenerate = generate
        request.parameter = parameter
        return generateCode(request: request, generator: UsherGenerator())
    }

    private func files(_ response: Google_Protobuf_Compiler_CodeGeneratorResponse) -> [String: String] {
        Dictionary(uniqueKeysWithValues: response.file.map { ($0.name, $0.content) })
    }

    @Test func descriptors() throws {
        let files = try files(response(parameter: "Emit=descriptors"))
        #expect(files.keys.sorted() == ["UsherAPI.swift", "golden_v1_kinds.usher.swift"])
        #expect(files["golden_v1_kinds.usher.swift"] == goldenDescriptors)
        #expect(files["UsherAPI.swift"] == goldenCatalogue)
    }

    @Test func stubs() throws {
        let files = try files(response(parameter: "Emit=stubs"))
        #expect(files == ["golden_v1_kinds.usher.swift": goldenStubs])
    }

    /// Protoc passes files in the order of its command line, which must not show.
    @Test func catalogueIsSortedByFile() throws {
        func proto(_ name: String, service: String) -> String {
            "name: \"\(name)\" package: \"a.v1\" syntax: \"proto3\" service { name: \"\(service)\" }"
        }
        let files = [proto("b.proto", service: "First"), proto("a.proto", service: "Second")]
        let one = try response(parameter: "Emit=descriptors", files: files, generate: ["a.proto", "b.proto"])
        let other = try response(parameter: "Emit=descriptors", files: files, generate: ["b.proto", "a.proto"])
        #expect(one == other)
        let catalogue = try #require(self.files(one)["UsherAPI.swift"])
        let second = try #require(catalogue.firstRange(of: "a.v1.Second"))
        let first = try #require(catalogue.firstRange(of: "a.v1.First"))
        #expect(second.lowerBound < first.lowerBound)
    }

    @Test func filesWithoutServicesGiveNothing() throws {
        let response = try response(parameter: "Emit=stubs", generate: ["google/protobuf/empty.proto"])
        #expect(response.file.isEmpty && !response.hasError)
    }

    @Test(arguments: ["", "Emit=messages", "Emit=stubs,Visibility=Public"])
    func optionsThatAreNotUnderstoodAreRefused(parameter: String) throws {
        let response = try response(parameter: parameter)
        #expect(response.error.contains("Emit=descriptors"))
        #expect(response.file.isEmpty)
    }

    @Test(arguments: [
        ("TYPE_STRING", "", "\"\""), ("TYPE_BYTES", "", "\"\""), ("TYPE_BOOL", "", "false"), ("TYPE_INT32", "", "0"),
        ("TYPE_DOUBLE", "", "0"), ("TYPE_UINT64", "", "\"0\""), ("TYPE_ENUM", ".t.Kind", "\"KIND_UNSPECIFIED\""),
        ("TYPE_MESSAGE", ".t.M", "{}"), ("TYPE_MESSAGE", ".google.protobuf.Timestamp", "\"1970-01-01T00:00:00Z\""),
        ("TYPE_MESSAGE", ".google.protobuf.Duration", "\"0s\""), ("TYPE_MESSAGE", ".google.protobuf.FieldMask", "\"\""),
        ("TYPE_MESSAGE", ".google.protobuf.Int32Value", "null"),
    ])
    func templateOfAField(type: String, typeName: String, json: String) throws {
        let wellKnown = """
            name: "w.proto" package: "google.protobuf" syntax: "proto3" message_type { name: "Timestamp" }
            message_type { name: "Duration" } message_type { name: "FieldMask" } message_type { name: "Int32Value" }
            """
        let reference = typeName.isEmpty ? "" : "type_name: \"\(typeName)\""
        let file = """
            name: "t.proto" package: "t" syntax: "proto3" dependency: "w.proto"
            enum_type { name: "Kind" value { name: "KIND_UNSPECIFIED" number: 0 } }
            message_type {
              name: "M"
              field { name: "a_field" json_name: "aField" number: 1 label: LABEL_OPTIONAL type: \(type) \(reference) }
            }
            """
        let protos = try [wellKnown, file].map { try Google_Protobuf_FileDescriptorProto(textFormatString: $0) }
        let set = DescriptorSet(protos: protos)
        let message = try #require(set.descriptor(named: "t.M"))
        #expect(RequestTemplate.swiftLiteral(of: message) == "#\"{\"aField\": \(json)}\"#")
    }
}
