/// Addresses that begin with `models:/`: numbers and stages in them.
///
/// A name may be put together when the program runs (`{name}`, `\(name)`, `${NAME}`); an end that is says nothing, and
/// is left alone, as are words that stand for something in a text about addresses (`models:/NAME/STAGE`).
func modelAddressMatches(in bytes: [UInt8], _ stages: StageWords) -> [RuleMatch] {
    SourceReader.occurrences(of: "models:/", in: bytes).compactMap { start in
        if start > 0, bytes[start - 1].isWord { return nil }
        var reader = SourceReader(bytes, at: start + 8)
        // `models://PROFILE@databricks/NAME/7`
        if reader.take("/") {
            reader.skip { $0.isWord || "@.-:".utf8.contains($0) }
            guard reader.take("/") else { return nil }
        }
        let name = reader.takeAddressPart()
        guard !name.text.isEmpty else { return nil }
        guard reader.take("/") else {
            guard isLoggedModel(name.text) else { return nil }
            return RuleMatch(
                rule: .pinnedVersion, range: start..<name.range.upperBound,
                message: "\(reader.text(start..<name.range.upperBound)) names one logged model for ever. "
                    + "Register it and name its stage or alias")
        }
        let end = reader.takeAddressPart()
        guard !end.isComposed, !end.text.isEmpty else { return nil }
        let address = reader.text(start..<end.range.upperBound)
        if end.text.utf8.allSatisfy(\.isDigit) {
            let plain = name.isComposed ? "models:/…" : "models:/\(name.text)"
            return RuleMatch(
                rule: .pinnedVersion, range: start..<end.range.upperBound,
                message: "\(address) pins a version. Name a stage or an alias: \(plain)/Production, \(plain)@ALIAS")
        }
        guard end.text.lowercased() != "latest", !stages.contains(end.text), !isPlaceholder(end.text) else {
            return nil
        }
        return RuleMatch(rule: .misspeltStage, range: end.range, message: "\(address): \(stages.message(end.text))")
    }
}

/// `m-` and 32 hexadecimal digits.
private func isLoggedModel(_ text: String) -> Bool {
    text.hasPrefix("m-") && text.utf8.count == 34 && text.utf8.dropFirst(2).allSatisfy(\.isHexDigit)
}

/// A word for what belongs there.
func isPlaceholder(_ word: String) -> Bool {
    let isLoud = word.utf8.allSatisfy { (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "_") }
    return isLoud
        && !["PRODUCTION", "STAGING", "ARCHIVED", "NONE"].contains { editDistance(Array($0), Array(word)) <= 2 }
        || ["stage", "version", "alias", "..."].contains(word.lowercased())
}

extension SourceReader {
    /// What stands between two slashes of an address.
    fileprivate mutating func takeAddressPart() -> (text: String, range: Range<Int>, isComposed: Bool) {
        let start = place
        var isComposed = false
        while let byte = next {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "<"):
                isComposed = true
                skipNested(byte, byte == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: ">"))
            case UInt8(ascii: "\\"), UInt8(ascii: "$"), UInt8(ascii: "%"):
                // `\(name)`, `$NAME`, `${NAME}`, `$(name)`, `%s`, `%(name)s`
                isComposed = true
                place += 1
                if next == UInt8(ascii: "(") { skipNested(UInt8(ascii: "("), UInt8(ascii: ")")) }
            case _ where byte.isWord || "-~+".utf8.contains(byte) || byte == UInt8(ascii: ".") && isWithinWord:
                place += 1
            default: return (text(start..<place), start..<place, isComposed)
            }
        }
        return (text(start..<place), start..<place, isComposed)
    }

    /// A point at the end of a sentence is not part of an address.
    private var isWithinWord: Bool { place + 1 < bytes.count && bytes[place + 1].isWord }

    private mutating func skipNested(_ open: UInt8, _ close: UInt8) {
        var depth = 0
        while let byte = next, byte != .newline {
            if byte == open { depth += 1 }
            if byte == close { depth -= 1 }
            place += 1
            if depth == 0 { return }
        }
    }
}
