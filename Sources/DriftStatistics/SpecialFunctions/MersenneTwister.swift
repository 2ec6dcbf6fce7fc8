/// MT19937 (Matsumoto & Nishimura 1998) with Knuth's initialisation, so that permutation tests repeat exactly.
package struct MersenneTwister {
    private var state: [UInt32]
    private var index = 624

    package init(seed: UInt32) {
        state = [UInt32](repeating: seed, count: 624)
        for i in 1..<624 {
            let previous = state[i - 1]
            state[i] = 1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(i)
        }
    }

    package mutating func next() -> UInt32 {
        if index == 624 { refill() }
        var y = state[index]
        index += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9d2c_5680
        y ^= (y << 15) & 0xefc6_0000
        return y ^ (y >> 18)
    }

    /// Uniform in 0…bound by masked rejection.
    package mutating func next(upTo bound: UInt32) -> UInt32 {
        guard bound > 0 else { return 0 }
        let mask = UInt32.max >> UInt32(bound.leadingZeroBitCount)
        var value = next() & mask
        while value > bound { value = next() & mask }
        return value
    }

    private mutating func refill() {
        for i in 0..<624 {
            let y = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7fff_ffff)
            state[i] = state[(i + 397) % 624] ^ (y >> 1) ^ (y & 1 == 1 ? 0x9908_b0df : 0)
        }
        index = 0
    }
}
