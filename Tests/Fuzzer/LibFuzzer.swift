#if LIBFUZZER
    import Foundation
    import Fuzzing

    /// What libFuzzer's main calls, which takes the place of the program's own: inputs are chosen by what they reach.
    /// USHER_FUZZ_TARGET says which target.
    @c(LLVMFuzzerTestOneInput)
    public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
        do {
            _ = try LibFuzzer.target.check(Array(UnsafeBufferPointer(start: data, count: size)))
            return 0
        } catch {
            // A crash is what libFuzzer looks for; it keeps the input.
            fatalError("\(error)")
        }
    }

    private enum LibFuzzer {
        static let target: any FuzzTarget = {
            let name = ProcessInfo.processInfo.environment["USHER_FUZZ_TARGET"] ?? ""
            guard let target = try? Fuzzer.allTargets().first(where: { $0.name == name }) else {
                fatalError("USHER_FUZZ_TARGET must name a target, and is '\(name)'")
            }
            return target
        }()
    }
#endif
