/// A name for what nobody named: `steady-martin-417`.
public enum RunName {
    /// Two words and a number.
    public static func random(using generator: inout some RandomNumberGenerator) -> String {
        let first = adjectives[Int.random(in: adjectives.indices, using: &generator)]
        let second = birds[Int.random(in: birds.indices, using: &generator)]
        return "\(first)-\(second)-\(Int.random(in: 0...999, using: &generator))"
    }

    /// Two words and a number, from the system's randomness.
    public static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    private static let adjectives = [
        "agile", "bold", "brisk", "calm", "clever", "crisp", "daring", "eager", "fair", "fleet", "gentle", "grand",
        "hardy", "honest", "keen", "kind", "lively", "lucky", "merry", "nimble", "patient", "polite", "proud", "quick",
        "quiet", "rapid", "ready", "sharp", "silent", "sleek", "smart", "spry", "steady", "stout", "swift", "tidy",
        "upbeat", "vivid", "warm", "wise",
    ]
    private static let birds = [
        "avocet", "bittern", "bunting", "chough", "crane", "curlew", "dipper", "dunlin", "egret", "finch", "godwit",
        "grebe", "heron", "hoopoe", "ibis", "jackdaw", "kestrel", "kite", "knot", "lark", "linnet", "martin", "merlin",
        "osprey", "owl", "petrel", "pipit", "plover", "rail", "raven", "robin", "shrike", "siskin", "snipe", "stork",
        "swallow", "tern", "thrush", "wagtail", "wren",
    ]
}
