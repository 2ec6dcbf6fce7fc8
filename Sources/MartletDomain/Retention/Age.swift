/// How long ago something happened, as people write it: `30d`, `8h`, `2d8h5m20s`.
public enum Age {
    private static let units: [Character: Double] = ["d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000]

    /// Milliseconds. Units come in the order `d`, `h`, `m`, `s`, each once at most; numbers may have fractions.
    ///
    /// Source of the form: MLflow's `gc --older-than`.
    /// - Throws: ``InvalidRequest`` when it cannot be read.
    public static func milliseconds(of text: String) throws(InvalidRequest) -> Int64 {
        var (total, number, left) = (0.0, "", Array("dhms")[...])
        for character in text {
            if character.isASCII, character.isNumber || character == "." {
                number.append(character)
                continue
            }
            guard let place = left.firstIndex(of: character), let unit = units[character], let count = Double(number)
            else { throw unreadable(text) }
            total += count * unit
            (number, left) = ("", left[(place + 1)...])
        }
        guard !text.isEmpty, number.isEmpty, let whole = Int64(exactly: total.rounded()) else { throw unreadable(text) }
        return whole
    }

    private static func unreadable(_ text: String) -> InvalidRequest {
        InvalidRequest(
            "Could not parse any time information from '\(text.prefix(100))'. "
                + "Examples of valid strings: '8h', '2d8h5m20s', '2m4s'")
    }
}
