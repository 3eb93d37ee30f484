/// The same throws for the same seed. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators".
struct Dice: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }

    /// Nil of nothing.
    mutating func pick<Elements: Collection>(_ elements: Elements) -> Elements.Element? {
        guard !elements.isEmpty else { return nil }
        return elements[elements.index(elements.startIndex, offsetBy: int(0...elements.count - 1))]
    }

    mutating func one<Element>(_ first: Element, _ others: Element...) -> Element {
        let number = int(0...others.count)
        return number == 0 ? first : others[number - 1]
    }

    /// Each with an even chance, in their order.
    mutating func some<Element>(_ elements: [Element], percent: Int = 50) -> [Element] {
        elements.filter { _ in chance(percent) }
    }
}
