import SwiftProtobuf
import Testing
import UsherAPI
import UsherContract
import UsherStorage

@testable import UsherServices

/// A way from a request to one of its repeated fields.
struct FieldPath: Sendable, CustomTestStringConvertible {
    let method: String
    let request: String
    /// From the request inwards; all but the last are messages.
    let steps: [(number: Int, field: MessageOutline.Field)]

    var last: MessageOutline.Field { steps[steps.count - 1].field }
    var limit: ItemLimit { last.limit ?? ItemLimits.standard }
    var testDescription: String { "\(method) \(steps.map(\.field.name).joined(separator: "."))" }

    /// What a violation names: the first of each repeated message on the way.
    var name: String {
        var names = steps.dropLast().map { $0.field.limit == nil ? $0.field.name : "\($0.field.name)[0]" }
        if last.name != "paths" { names.append(last.name) }
        return names.joined(separator: ".")
    }

    /// Every one of every unary method and every stream's.
    static let all: [FieldPath] = UsherAPI.methods.flatMap { method in
        paths(in: MessageOutline.of(method.descriptor.requestType)).map {
            FieldPath(method: method.descriptor.fullName, request: method.descriptor.requestType, steps: $0)
        }
    }

    private static func paths(in outline: MessageOutline) -> [[(number: Int, field: MessageOutline.Field)]] {
        outline.all.flatMap { step -> [[(number: Int, field: MessageOutline.Field)]] in
            let own = step.field.limit == nil ? [] : [[step]]
            guard case .message(let inner) = step.field.kind else { return own }
            return own + paths(in: inner).map { [step] + $0 }
        }
    }

    /// A request with so many items in the field.
    func payload(_ count: Int, item: [UInt8]? = nil) -> [UInt8] {
        let number = steps[steps.count - 1].number
        switch last.kind {
        case .message, .text:
            return wrapped((0..<count).flatMap { _ in Wire.field(number, item ?? []) })
        case .number(let width):
            return wrapped(Wire.field(number, Array(repeating: item?.first ?? 1, count: count * (width ?? 1))))
        }
    }

    /// The same where the messages around the field come once for each item, to be merged; nil where they would not.
    func payloadInPieces(_ count: Int) -> [UInt8]? {
        guard steps.count > 1, steps.dropLast().allSatisfy({ $0.field.limit == nil }) else { return nil }
        return (0..<count).flatMap { _ in payload(1) }
    }

    private func wrapped(_ content: [UInt8]) -> [UInt8] {
        steps.dropLast().reversed().reduce(content) { Wire.field($1.number, $0) }
    }
}

/// Bytes of messages.
private enum Wire {
    static func varint(_ value: Int) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(content.count) + content
    }
}

@Suite struct ItemLimitTests {
    private func refusal(_ work: () throws -> Void) -> Refusal? {
        do {
            try work()
            return nil
        } catch let refusal as Refusal { return refusal } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    private func scan(_ payload: [UInt8], _ type: String) -> Refusal? {
        refusal { _ = try PayloadScan.size(of: payload, MessageOutline.of(type), enforcesLimits: true) }
    }

    @Test func everyFieldOfEveryRequestHasALimit() {
        var found: Set<String> = []
        func walk(_ outline: MessageOutline) {
            for (_, field) in outline.all {
                if field.limit != nil { found.insert("\(outline.name).\(field.name)") }
                if case .message(let inner) = field.kind { walk(inner) }
            }
        }
        for method in UsherAPI.methods { walk(MessageOutline.of(method.descriptor.requestType)) }
        #expect(found == Set(ItemLimits.table.keys))
        #expect(FieldPath.all.count > 60)
    }

    /// No request's type is inside itself: everything in a request is counted.
    @Test func everyMessageInARequestIsOutlined() throws {
        for method in UsherAPI.methods {
            var names: [String] = []
            func walk(_ outline: MessageOutline) {
                names.append(outline.name)
                #expect(names.count < 1_000)
                for (_, field) in outline.all { if case .message(let inner) = field.kind { walk(inner) } }
            }
            walk(MessageOutline.of(method.descriptor.requestType))
            #expect(names[0] == method.descriptor.requestType)
        }
    }

    @Test(arguments: FieldPath.all) func oneMoreThanTheLimitIsRefused(path: FieldPath) {
        let limit = path.limit
        #expect(scan(path.payload(limit.count), path.request) == nil)
        for payload in [path.payload(limit.count + 1), path.payloadInPieces(limit.count + 1)] {
            guard let payload else { continue }
            let refusal = scan(payload, path.request)
            #expect(refusal?.code == .invalidArgument && refusal?.reason == "FIELD_INVALID")
            #expect(refusal?.violations == [FieldViolation(field: path.name, description: limit.rule)])
        }
    }

    /// What has too many is never decoded: these items are no text, which decoding would say.
    @Test(arguments: FieldPath.all.filter { if case .text = $0.last.kind { true } else { false } })
    func whatHasTooManyIsNotDecoded(path: FieldPath) throws {
        let methods = Services(storage: try Harness().storage, credentials: CredentialTable()).methods
        guard let row = methods.first(where: { $0.descriptor.fullName == path.method }) else { return }
        let many = max(path.limit.count + 1, RequestDecoding.enforcedBytes)
        #expect(refusal { _ = try row.decode(path.payload(many, item: [0xFF])) }?.reason == "FIELD_INVALID")
        #expect(refusal { _ = try row.decode(path.payload(1, item: [0xFF])) }?.reason == "REQUEST_MALFORMED")
    }

    /// The scan speaks as the services do, which count what is small enough to be decoded uncounted. Left out are the
    /// fields whose number the services know more exactly, maps, and what is judged only once other things are right.
    @Test func theServicesSayTheSame() async throws {
        let harness = try await Harness.withOpening()
        var compared = 0
        for path in FieldPath.all {
            let payload = path.payload(path.limit.count + 1)
            guard payload.count < RequestDecoding.enforcedBytes,
                let row = harness.services.methods.first(where: { $0.descriptor.fullName == path.method }),
                !["paths", "scopes", "payment_types", "custom"].contains(path.last.name)
            else { continue }
            let caller = Caller(
                role: .platformOperator, principal: "key_test", organisationID: "nordfilm", scopes: .all)
            let isPlatform = row.database == .platform
            let database = isPlatform ? harness.storage.platform : harness.storage.organisation("nordfilm")
            let found = try await database.write(as: caller) { tx -> [FieldViolation] in
                do {
                    _ = try row.decode(payload).run(tx)
                    return []
                } catch let refusal as Refusal { return refusal.violations }
            }
            let own = found.filter { $0.field == path.name }.map(\.description)
            guard !own.isEmpty else { continue }
            compared += 1
            #expect(own.contains(path.limit.rule), "\(path.testDescription): \(own)")
        }
        #expect(compared > 20)
    }

    @Test func messagesAreCountedHoweverTheyComeIn() throws {
        let type = "usher.vouchers.v1.CreateVoucherRequest"
        // The same singular message again and again is merged into one, but each is read.
        let voucher = try #require(MessageOutline.of(type).all.first { $0.field.name == "voucher" }).number
        let limit = ItemLimits.messages.count
        let payload = (0...limit).flatMap { _ in Wire.field(voucher, []) }
        #expect(
            scan(payload, type)?.violations == [
                FieldViolation(field: "voucher", description: ItemLimits.messages.rule)
            ])
        let size = try PayloadScan.size(
            of: Array(payload.prefix(4_000)), MessageOutline.of(type), enforcesLimits: false)
        #expect(size == .init(bytes: 4_000, messages: 2_000))
    }

    @Test(
        arguments: [
            ("a group that is unknown", [0x9B, 0x06, 0x08, 0x01, 0x9C, 0x06], true),
            ("groups in a group", [0x9B, 0x06, 0xA3, 0x06, 0xA4, 0x06, 0x9C, 0x06], true),
            ("a group without an end", [0x9B, 0x06, 0x08, 0x01], false),
            ("an end without a group", [0x9C, 0x06], false),
            ("another type than the field's", [0x08, 0x05], true),
            ("a length beyond the end", [0x0A, 0x05, 0x01], false),
            ("a length beyond all", [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], false),
            ("field 0", [0x02, 0x00], false), ("a type that is none", [0x0E], false), ("a cut varint", [0x80], false),
            ("a cut number", [0x0D, 0x00], false), ("a varint too long", Array(repeating: 0xFF, count: 11), false),
        ] as [(String, [UInt8], Bool)])
    func whatIsNoMessage(what: String, bytes: [UInt8], isMessage: Bool) {
        let type = "usher.catalog.v1.BatchUpsertAssetsRequest"
        #expect(scan(bytes, type)?.reason == (isMessage ? nil : "REQUEST_MALFORMED"), "\(what)")
        let decoded = try? Usher_Catalog_V1_BatchUpsertAssetsRequest(serializedBytes: bytes)
        #expect((decoded != nil) == isMessage, "\(what)")
        // Behind it nothing goes uncounted.
        let assets = (0..<1_100).flatMap { _ in Wire.field(1, []) }
        #expect(scan(bytes + assets, type) != nil, "\(what)")
    }

    /// What decoding takes, the scan takes too, and counts no less than is decoded.
    @Test func theScanReadsAsDecodingDoes() throws {
        var state: UInt64 = 0x5EED
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let outline = MessageOutline.of("usher.catalog.v1.BatchUpsertAssetsRequest")
        let (tags, lengths) = ([0x0A, 0x12, 0x3A, 0x32, 0x08, 0x0D, 0x09, 0x0B, 0x0C, 0x1A], 6)
        var decoded = 0
        for _ in 0..<20_000 {
            let bytes = (0..<random(24)).map { position -> UInt8 in
                position % 2 == 0 ? UInt8(tags[random(tags.count)]) : UInt8(random(lengths))
            }
            guard let message = try? Usher_Catalog_V1_BatchUpsertAssetsRequest(serializedBytes: bytes) else { continue }
            decoded += 1
            let size = try PayloadScan.size(of: bytes, outline, enforcesLimits: true)
            let inside = message.assets.reduce(message.assets.count) {
                $0 + $1.relatedContent.count + $1.memberAssetIds.count
            }
            #expect(size.items >= inside && size.messages >= message.assets.count, "\(bytes)")
        }
        #expect(decoded > 1_000)
    }
}
