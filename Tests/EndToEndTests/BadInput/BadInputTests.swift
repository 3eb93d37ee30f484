import Foundation
import Fuzzing
import Testing
import UsherAPI
import UsherClient
import UsherContract
import UsherRPC

/// Strangers' bytes, as the built server meets them: every kind while good calls are answered on other connections,
/// and with a bound on the memory that it ever takes.
@Suite(.serialized) struct BadInputTests {
    @Test func silentConnections() async throws {
        try await BadInputRun.with { run in
            RawSocket.allowMany(BadInputLimits.idleConnections)
            var sockets: [RawSocket] = []
            for number in 0..<BadInputLimits.idleConnections {
                let socket = try RawSocket(port: run.port)
                // Some never say a word, some stop within a header or a frame, some have been answered before.
                switch number % 4 {
                case 0: break
                case 1: socket.send([0, 0, 0])
                case 2: socket.send(Array(run.call.prefix(run.call.count - 1)))
                default:
                    socket.send(run.call)
                    #expect(try socket.frame()?.refusal == nil)
                }
                sockets.append(socket)
            }
            try await run.goodCalls()
            // Those that were in the middle are served when they go on.
            for number in stride(from: 2, to: sockets.count, by: 100) where number % 4 == 2 {
                sockets[number].send([run.call[run.call.count - 1]])
                #expect(sockets[number].frame()?.payload != nil)
            }
            for (number, socket) in sockets.enumerated() { number % 2 == 0 ? socket.close() : socket.reset() }
            print("silent: \(sockets.count) connections")
        }
    }

    @Test func slowConnections() async throws {
        try await BadInputRun.with { run in
            let sockets = try (0..<BadInputLimits.slowConnections).map { _ in try RawSocket(port: run.port) }
            for (position, byte) in run.call.enumerated() {
                for socket in sockets { #expect(socket.send([byte])) }
                if position == run.call.count / 2 { try await run.goodCalls() }
            }
            for socket in sockets { #expect(socket.frame()?.payload != nil) }
            print("slow: \(sockets.count) connections × \(run.call.count) bytes")
        }
    }

    /// A byte a second, by the clock, from many at once; beside them silent connections, and such whose clients are
    /// gone halfway.
    @Test func aByteASecond() async throws {
        try await BadInputRun.with { run in
            let (clocked, half) = (BadInputLimits.clockedConnections, BadInputLimits.halfOpenConnections)
            RawSocket.allowMany(BadInputLimits.idleConnections + clocked + half)
            let silent = try (0..<BadInputLimits.idleConnections).map { _ in try RawSocket(port: run.port) }
            let halfOpen = try (0..<half).map { number in
                let socket = try RawSocket(port: run.port)
                socket.send(Array(run.call.prefix(number % run.call.count)))
                socket.endSending()
                return socket
            }
            // Some come to the end of their call in this time, the others are at its beginning.
            let slow = try (0..<clocked).map { number in
                let socket = try RawSocket(port: run.port)
                let begun = number % 2 == 0 ? run.call.count - BadInputLimits.clockedSeconds : 0
                socket.send(Array(run.call.prefix(begun)))
                return (socket: socket, rest: Array(run.call.dropFirst(begun)))
            }
            for second in 0..<BadInputLimits.clockedSeconds {
                try await Task.sleep(for: .seconds(1))
                for client in slow { #expect(client.socket.send([client.rest[second]])) }
                try await run.goodCalls()
            }
            for (number, client) in slow.enumerated() where number % 2 == 0 {
                #expect(client.socket.frame()?.payload != nil)
            }
            for socket in halfOpen { #expect(socket.frame() == nil, "the server lets go of it") }
            print("a byte a second: \(clocked) beside \(silent.count) silent and \(half) half open")
        }
    }

    /// Closed, reset and half closed after every byte of a call.
    @Test func connectionsThatEndInTheMiddle() async throws {
        try await BadInputRun.with { run in
            for length in 0...run.call.count {
                let bytes = Array(run.call.prefix(length))
                let closed = try RawSocket(port: run.port)
                closed.send(bytes)
                closed.close()
                let reset = try RawSocket(port: run.port)
                reset.send(bytes)
                reset.reset()
                let half = try RawSocket(port: run.port)
                half.send(bytes)
                half.endSending()
                let answer = half.frame()
                if length < run.call.count { #expect(answer == nil, "an answer to \(length) bytes") }
                if length % 50 == 0 { try await run.goodCalls() }
            }
            print("ended in the middle: \(run.call.count + 1) lengths × 3 ways")
        }
    }

    @Test func framesThatLieAboutTheirLength() async throws {
        try await BadInputRun.with { run in
            // Announced, and never sent.
            let announced = RPCLimits.frameBytes
            let sockets = try (0..<BadInputLimits.lyingConnections).map { _ in try RawSocket(port: run.port) }
            for socket in sockets {
                socket.send(WireBytes.frame(Array(repeating: 0, count: 1_000), length: UInt32(announced)))
            }
            try await run.goodCalls()
            for socket in sockets { socket.reset() }

            // Too large, and sent whole: refused without being held, and the connection goes on.
            let socket = try RawSocket(port: run.port)
            let chunk = [UInt8](repeating: 0x5a, count: BadInputLimits.largestLength / 16)
            let header = WireBytes.frame([], length: UInt32(chunk.count * 16))
            for _ in 0..<BadInputLimits.oversizedFrames {
                #expect(socket.send(header))
                for _ in 0..<16 { #expect(socket.send(chunk)) }
                #expect(try socket.frame()?.refusal?.code == .resourceExhausted)
            }
            socket.send(run.call)
            #expect(socket.frame()?.payload != nil)

            // Shorter than its envelope: the rest is read as the next header, which begins with no 0.
            for cut in 1..<run.call.count - 10 {
                let short = try RawSocket(port: run.port)
                short.send(WireBytes.frame(Array(run.call.dropFirst(10)), length: UInt32(cut)))
                #expect(try short.frame()?.refusal != nil)
                #expect(short.frame() == nil)
            }
            try await run.goodCalls()
            print("lies: \(sockets.count) announced, \(BadInputLimits.oversizedFrames) too large, the rest short")
        }
    }

    /// The control: what a process takes is seen.
    @Test func memoryIsSeen() throws {
        let before = try ServerMemory.resident(of: getpid())
        let taken = [UInt8](repeating: 1, count: BadInputLimits.memory << 20)
        let after = try ServerMemory.resident(of: getpid())
        #expect(after - before > BadInputLimits.memory / 2 && taken.last == 1)
        #expect(try ServerMemory.peak(of: getpid()) >= after)
    }

    /// Bytes that begin like ttrpc and go on at random: answered with refusals, or closed.
    @Test func rubbish() async throws {
        try await BadInputRun.with { run in
            var random = SplitMix(seed: 7)
            for number in 0..<BadInputLimits.rubbishStreams {
                let socket = try RawSocket(port: run.port)
                socket.send([0, 0] + random.bytes(random.below(2_000)))
                socket.send(WireBytes.frame(random.bytes(random.below(200))) + random.bytes(50))
                socket.endSending()
                while let frame = socket.frame() { #expect(try frame.refusal != nil) }
                if number % 50 == 0 { try await run.goodCalls() }
            }
            print("rubbish: \(BadInputLimits.rubbishStreams) streams")
        }
    }

    /// Random and mutated requests to every method, with a credential that lets them in.
    @Test func payloads() async throws {
        try await BadInputRun.with { run in
            var answers: [String: Int] = [:]
            for (number, method) in UsherAPI.methods.enumerated() {
                let shape = try RequestShape(method)
                let empty = try shape.payload([:])
                let filled = try shape.payload(
                    Dictionary(uniqueKeysWithValues: shape.fields.map { ($0, "opening") }))
                let whole = try method.requestBytes(fromJSON: method.requestTemplate)
                var mutator = Mutator(seeds: [empty, filled, whole], seed: UInt64(number))
                let socket = try RawSocket(port: run.port)
                for _ in 0..<BadInputLimits.payloads {
                    let payload = mutator.next()
                    for metadata in [run.organisationMetadata, run.operatorMetadata] {
                        let frame = try #require(
                            socket.call(
                                method.descriptor, payload, metadata: metadata, streamTimeout: .milliseconds(100)))
                        let refusal = try frame.refusal
                        let isHonest = ![.internalError, .unknown, .dataLoss].contains(refusal?.code ?? .ok)
                        #expect(isHonest, "\(method.descriptor.fullName) \(refusal?.message ?? "") to \(payload)")
                        if refusal == nil { _ = try method.responseJSON(from: frame.payload ?? []) }
                        answers[refusal?.code.name ?? "OK", default: 0] += 1
                    }
                }
                if number % 4 == 0 { try await run.goodCalls() }
            }
            #expect(answers.count > 2)
            print("payloads: \(UsherAPI.methods.count) methods × \(BadInputLimits.payloads) × 2, \(answers)")
        }
    }
}
