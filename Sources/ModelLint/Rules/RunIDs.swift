/// Ids of runs: in `runs:/…` addresses, in paths of their artifacts, and where a run's id is asked for.
///
/// Other texts of 32 hexadecimal digits (digests, trace ids) are left alone.
func runIDMatches(in bytes: [UInt8]) -> [RuleMatch] {
    var matches: [RuleMatch] = []
    var reader = SourceReader(bytes)
    while !reader.isAtEnd {
        let start = reader.place
        let length = reader.skip { $0.isWord }
        if length == 0 { reader.place += 1 }
        let range = start..<start + length
        guard length == 32, bytes[range].allSatisfy(\.isHexDigit), !isPartOfWord(range, bytes) else { continue }
        let id = reader.text(range)
        if let address = addressStart(before: start, in: bytes) {
            matches.append(
                RuleMatch(
                    rule: .hardCodedRun, range: address..<range.upperBound,
                    message:
                        "\(reader.text(address..<range.upperBound)) names one run. Register its model and name the stage "
                        + "or alias"))
        } else if isFollowedByArtifacts(range.upperBound, bytes) || isRunID(at: start, in: bytes, after: matches.last) {
            matches.append(
                RuleMatch(
                    rule: .hardCodedRun, range: range,
                    message: "The run \(id) is named by its id. Read it from the registry, by stage or alias"))
        }
    }
    return matches
}

private func isPartOfWord(_ range: Range<Int>, _ bytes: [UInt8]) -> Bool {
    func isDash(_ place: Int) -> Bool { bytes.indices.contains(place) && bytes[place] == UInt8(ascii: "-") }
    return isDash(range.lowerBound - 1) || isDash(range.upperBound)
}

private func addressStart(before place: Int, in bytes: [UInt8]) -> Int? {
    let scheme = Array("runs:/".utf8)
    guard place >= scheme.count, bytes[place - scheme.count..<place].elementsEqual(scheme) else { return nil }
    return place - scheme.count
}

private func isFollowedByArtifacts(_ place: Int, _ bytes: [UInt8]) -> Bool {
    let word = Array("/artifacts".utf8)
    return bytes.count - place >= word.count && bytes[place..<place + word.count].elementsEqual(word)
}

/// Whether what stands before a text asks for a run's id: `run_id = "`, `"run_id": "`, `get_run("`, or it follows one
/// such id in a list.
private func isRunID(at place: Int, in bytes: [UInt8], after last: RuleMatch?) -> Bool {
    var index = place - 1
    func skip(_ isKind: (UInt8) -> Bool) { while index >= 0, isKind(bytes[index]) { index -= 1 } }
    skip { $0.isQuote }
    if index >= 0, "fFrRbBuU".utf8.contains(bytes[index]), index == 0 || !bytes[index - 1].isWord { index -= 1 }
    skip { $0.isSpace || $0 == .newline }
    if let last, last.rule == .hardCodedRun, index >= 0, bytes[index] == UInt8(ascii: ",") {
        let between = bytes[min(last.range.upperBound, index)..<index]
        if between.allSatisfy({ $0.isQuote || $0.isSpace || $0 == .newline }) { return true }
    }
    var opened = false
    skip { byte in
        if byte == UInt8(ascii: "(") { opened = true }
        return byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") || byte.isSpace || byte == UInt8(ascii: "-")
    }
    let isAssigned = index >= 0 && "=:".utf8.contains(bytes[index])
    skip { "=:!<>?".utf8.contains($0) || $0.isSpace || $0.isQuote || $0 == UInt8(ascii: "]") }
    var word = takeWord(before: &index, bytes)
    if word.lowercased() == "in" || word == "str" || word == "String" {
        skip { $0.isSpace || $0.isQuote || $0 == UInt8(ascii: ":") }
        word = takeWord(before: &index, bytes)
        return namesRun(word)
    }
    if isAssigned || word.contains("-") { return namesRun(word) }
    return opened && takesRun(word) || isAtCommandLine(word)
}

private func takeWord(before index: inout Int, _ bytes: [UInt8]) -> String {
    let end = index
    while index >= 0, bytes[index].isWord || bytes[index] == UInt8(ascii: "-") { index -= 1 }
    return end > index ? String(decoding: bytes[index + 1...end], as: UTF8.self) : ""
}

/// `run_id`, `RUN_ID`, `parentRunId`, `--run-id`, `run_ids`, `run_uuid`, `MLFLOW_RUN_ID`.
private func namesRun(_ word: String) -> Bool {
    let plain = word.lowercased().filter { $0 != "_" && $0 != "-" }
    return ["runid", "runids", "runuuid", "runuuids"].contains { plain.hasSuffix($0) }
}

/// Calls whose first argument is a run's id.
private func takesRun(_ word: String) -> Bool {
    let plain = word.lowercased().filter { $0 != "_" }
    return ["getrun", "deleterun", "restorerun", "setterminated", "getmetrichistory", "listartifacts", "startrun"]
        .contains(plain)
}

/// `--run-id 0123…` of a command.
private func isAtCommandLine(_ word: String) -> Bool { word.hasPrefix("-") && namesRun(word) }
