import SwiftProtobuf
import UsherContract

/// From a call's bytes to its request, in the two steps that all methods share: counting, then decoding.
enum RequestDecoding {
    /// Smaller payloads are not scanned: what they can become is small as well.
    static let scannedBytes = 256
    /// In smaller payloads too many items do no harm, and the service finds them together with all else that is wrong.
    static let enforcedBytes = 4_096
    /// What one byte can become at most, in bytes: two make an empty message of the largest kind.
    private static let bytesPerByte = 128

    /// - Returns: the request, and roughly the memory that it takes in bytes.
    /// - Throws: INVALID_ARGUMENT `FIELD_INVALID` where a field has more items than it may have; `REQUEST_MALFORMED`.
    static func request<Request: Message>(
        _ type: Request.Type, from payload: [UInt8], _ outline: MessageOutline
    ) throws -> (request: Request, memory: Int) {
        var memory = payload.count * bytesPerByte
        if payload.count >= scannedBytes {
            memory = try PayloadScan.size(
                of: payload, outline, enforcesLimits: payload.count >= enforcedBytes
            ).memory
        }
        // What we do not know is nothing to keep, field for field.
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        do {
            return (try Request(serializedBytes: payload, options: options), memory)
        } catch {
            throw malformed(Request.protoMessageName)
        }
    }

    static func malformed(_ type: String) -> Refusal {
        Refusal(.invalidArgument, "REQUEST_MALFORMED", "The payload is not a \(type).")
    }
}
