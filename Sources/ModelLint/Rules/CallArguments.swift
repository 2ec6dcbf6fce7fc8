/// Versions and stages that are named by arguments, keys and columns: `model_version = 7`,
/// `get_model_version(name, "7")`, `stage="Prodction"`.
func argumentMatches(in bytes: [UInt8], _ language: SourceLanguage, _ stages: StageWords) -> [RuleMatch] {
    var matches: [RuleMatch] = []
    for (range, word) in SourceReader.identifiers(in: bytes) {
        switch word {
        case "modelversion": matches += assignedVersion(range, bytes)
        case "getmodelversion", "getmodelversiondownloaduri": matches += calledVersion(range, bytes)
        case "stage", "stages", "tostage", "targetstage": matches += assignedStages(range, bytes, language, stages)
        case "transitionmodelversionstage", "transitionstage":
            matches += calledStage(range, bytes, place: 2, stages)
        default: break
        }
    }
    return matches
}

/// A whole number, in quotes or not.
private func takeNumber(_ reader: inout SourceReader) -> Range<Int>? {
    let start = reader.place
    let quote = reader.takeQuote()
    let digits = reader.place
    guard reader.skip(while: \.isDigit) > 0 else {
        reader.place = start
        return nil
    }
    let range = digits..<reader.place
    if let quote {
        guard reader.next == quote else { return nil }
        reader.place += 1
    } else if let next = reader.next, next.isWord || next == UInt8(ascii: ".") {
        return nil
    }
    return range
}

/// Goes behind the `=` or `:` after a name, with a type between them or not.
private func takeAssignment(_ reader: inout SourceReader) -> Bool {
    _ = reader.takeQuote()
    reader.skipSpace(andLines: false)
    if reader.take("=") {
        _ = reader.take("=")
    } else if reader.take(":") {
        let behind = reader
        reader.skipSpace(andLines: false)
        // `model_version: int = 7`
        if reader.skip(while: { $0.isWord && !$0.isDigit }) > 0 {
            reader.skipSpace(andLines: false)
            if !reader.take("=") { reader = behind }
        } else {
            reader = behind
        }
    } else {
        return false
    }
    reader.skipSpace(andLines: false)
    return true
}

private func assignedVersion(_ name: Range<Int>, _ bytes: [UInt8]) -> [RuleMatch] {
    var reader = SourceReader(bytes, at: name.upperBound)
    guard takeAssignment(&reader), let number = takeNumber(&reader) else { return [] }
    return [pinned(name.lowerBound..<number.upperBound, number, bytes)]
}

private func pinned(_ range: Range<Int>, _ number: Range<Int>, _ bytes: [UInt8]) -> RuleMatch {
    RuleMatch(
        rule: .pinnedVersion, range: range,
        message: "Version \(String(decoding: bytes[number], as: UTF8.self)) is pinned. Name a stage or an alias")
}

/// The arguments of a call: where each begins, behind its label.
private func arguments(_ name: Range<Int>, _ bytes: [UInt8]) -> [(label: String, start: Int)] {
    var reader = SourceReader(bytes, at: name.upperBound)
    guard reader.take("(") else { return [] }
    var found: [(String, Int)] = []
    var depth = 1
    var isStart = true
    while let byte = reader.next, depth > 0, found.count < 32 {
        if isStart {
            reader.skipSpace()
            isStart = false
            let start = reader.place
            let length = reader.skip(while: \.isWord)
            let label = reader.text(start..<start + length)
            reader.skipSpace(andLines: false)
            let isLabelled = length > 0 && (reader.take("=") || reader.take(":"))
            if isLabelled { reader.skipSpace(andLines: false) } else { reader.place = start }
            found.append((isLabelled ? label : "", reader.place))
            continue
        }
        if reader.takeQuoted() != nil { continue }
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        case UInt8(ascii: ","): isStart = depth == 1
        default: break
        }
        reader.place += 1
    }
    return found
}

private func calledVersion(_ name: Range<Int>, _ bytes: [UInt8]) -> [RuleMatch] {
    let found = arguments(name, bytes)
    let second = found.count > 1 && found[1].label.isEmpty ? found[1] : nil
    guard let argument = found.first(where: { $0.label == "version" }) ?? second else { return [] }
    var reader = SourceReader(bytes, at: argument.start)
    guard let number = takeNumber(&reader) else { return [] }
    return [pinned(name.lowerBound..<number.upperBound, number, bytes)]
}

/// The stage among a call's arguments, which must be one whatever it looks like.
private func calledStage(_ name: Range<Int>, _ bytes: [UInt8], place: Int, _ stages: StageWords) -> [RuleMatch] {
    let found = arguments(name, bytes)
    // Labelled ones are found by their label.
    guard found.count > place, found[place].label.isEmpty else { return [] }
    var reader = SourceReader(bytes, at: found[place].start)
    guard let word = reader.takeQuoted(), isWord(word.text), !stages.contains(word.text) else { return [] }
    return [RuleMatch(rule: .misspeltStage, range: word.range, message: stages.message(word.text))]
}

/// `stage="Prodction"`, `stages=["Staging", "Prod"]`. Other programs have stages too, so a word counts that is near
/// one.
private func assignedStages(
    _ name: Range<Int>, _ bytes: [UInt8], _ language: SourceLanguage, _ stages: StageWords
) -> [RuleMatch] {
    var reader = SourceReader(bytes, at: name.upperBound)
    guard takeAssignment(&reader) else { return [] }
    let isList = reader.take("[")
    var matches: [RuleMatch] = []
    repeat {
        reader.skipSpace(andLines: isList)
        let word: (text: String, range: Range<Int>)
        if let quoted = reader.takeQuoted() {
            word = quoted
        } else if language == .hash {
            let start = reader.place
            reader.skip { $0.isWord || $0 == UInt8(ascii: "-") }
            word = (reader.text(start..<reader.place), start..<reader.place)
        } else {
            break
        }
        if isWord(word.text), !stages.contains(word.text), !isPlaceholder(word.text),
            isSlip(word.text, stages, language)
        {
            matches.append(RuleMatch(rule: .misspeltStage, range: word.range, message: stages.message(word.text)))
        }
        reader.skipSpace(andLines: isList)
    } while isList && reader.take(",")
    return matches
}

private func isWord(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(\.isWord) }

/// Whether a word is a stage with a slip in it, rather than another program's word.
private func isSlip(_ word: String, _ stages: StageWords, _ language: SourceLanguage) -> Bool {
    // Pipelines of build servers are full of `stage: archive`.
    if language == .hash, ["archive", "stage", "product"].contains(word.lowercased()) { return false }
    return word.utf8.count >= 4 && stages.nearest(to: word) != nil
}
