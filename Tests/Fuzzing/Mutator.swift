/// Makes inputs: some of nothing but random bytes, most by changing good ones a little.
public struct Mutator {
    private var random: SplitMix
    private var corpus: [[UInt8]]
    private let seedCount: Int

    public init(seeds: [[UInt8]], seed: UInt64) {
        random = SplitMix(seed: seed)
        corpus = seeds
        seedCount = seeds.count
    }

    public mutating func next() -> [UInt8] {
        if corpus.isEmpty || random.below(8) == 0 { return random.bytes(random.below(96)) }
        var input = corpus[random.below(corpus.count)]
        for _ in 0...random.below(4) { mutate(&input) }
        return Array(input.prefix(FuzzLimits.inputBytes))
    }

    /// Keeps an input that a parser accepted, to be mutated further; the seeds stay.
    public mutating func keep(_ input: [UInt8]) {
        guard random.below(16) == 0 else { return }
        if corpus.count < FuzzLimits.corpus {
            corpus.append(input)
        } else {
            corpus[seedCount + random.below(corpus.count - seedCount)] = input
        }
    }

    private mutating func mutate(_ input: inout [UInt8]) {
        guard !input.isEmpty else {
            input = random.bytes(1 + random.below(16))
            return
        }
        let position = random.below(input.count)
        switch random.below(9) {
        case 0: input[position] ^= 1 << UInt8(random.below(8))
        case 1: input[position] = random.byte()
        case 2: input[position] = Self.edges[random.below(Self.edges.count)]
        case 3: input.insert(random.byte(), at: position)
        case 4: input.remove(at: position)
        case 5: input.removeSubrange(position...)
        case 6: input.removeSubrange(position..<min(input.count, position + 1 + random.below(8)))
        case 7: input.insert(contentsOf: random.bytes(1 + random.below(12)), at: position)
        default:
            let other = corpus.isEmpty ? input : corpus[random.below(corpus.count)]
            input.insert(contentsOf: other.suffix(random.below(other.count + 1)), at: position)
        }
    }

    /// Bytes at which lengths, tags, UTF-8 and numbers turn.
    private static let edges: [UInt8] = [0, 1, 2, 5, 0x0a, 0x0b, 0x12, 0x2a, 0x5f, 0x7f, 0x80, 0xc0, 0xf4, 0xfe, 0xff]
}
