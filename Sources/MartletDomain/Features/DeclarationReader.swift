/// Reads one mapping of a declaration, and gathers what is wrong with it under the place where it stands.
struct DeclarationReader {
    let node: DeclarationNode
    /// What messages call this place: `view carriers`, `feature rate_30d of view carriers`.
    let place: String
    private(set) var issues: [FeatureIssue] = []

    var problems: [String] { issues.map(\.message) }

    init(_ node: DeclarationNode, _ place: String, keys: Set<String>) {
        (self.node, self.place) = (node, place)
        guard let entries = node.entries else {
            report("must be a mapping")
            return
        }
        var seen: Set<String> = []
        for entry in entries {
            if !keys.contains(entry.key) {
                report("has the unknown key '\(entry.key)'; known are \(keys.sorted().joined(separator: ", "))")
            }
            if !seen.insert(entry.key).inserted { report("has '\(entry.key)' twice") }
        }
    }

    mutating func report(_ problem: String, as code: FeatureIssue.Code = .invalidDeclaration) {
        issues.append(FeatureIssue(code, "\(place) \(problem)"))
    }

    func has(_ key: String) -> Bool { node[key] != nil }

    /// Text that is there and not empty.
    mutating func text(_ key: String) -> String? {
        guard let value = node[key] else { return nil }
        guard let text = value.text, !text.isEmpty else {
            report("needs a word under '\(key)'")
            return nil
        }
        return text
    }

    mutating func required(_ key: String) -> String {
        if let text = text(key) { return text }
        if !has(key) { report("lacks '\(key)'") }
        return ""
    }

    /// One word, or a list of different words.
    mutating func names(_ key: String) -> [String] {
        guard let value = node[key] else { return [] }
        guard let names = value.names, !names.contains(where: \.isEmpty) else {
            report("needs a list of words under '\(key)'")
            return []
        }
        if Set(names).count < names.count { report("names one column twice under '\(key)'") }
        return names
    }

    mutating func flag(_ key: String) -> Bool {
        guard let value = node[key] else { return false }
        guard let flag = value.boolean else {
            report("needs true or false under '\(key)'")
            return false
        }
        return flag
    }

    mutating func long(_ key: String) -> Int64? {
        guard let value = node[key] else { return nil }
        if value.long == nil { report("needs a whole number under '\(key)'") }
        return value.long
    }

    mutating func expression(_ key: String) -> RowExpression? {
        guard let text = text(key) else { return nil }
        do {
            return try RowExpression(text)
        } catch {
            report("has a faulty expression under '\(key)': it \(error)")
            return nil
        }
    }

    /// One of the words of an enum.
    mutating func word<Word: RawRepresentable & CaseIterable>(_ key: String) -> Word? where Word.RawValue == String {
        guard let text = text(key) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let known = Word.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        report("needs one of \(known) under '\(key)', not '\(text)'")
        return nil
    }

    /// The elements of a list; none if it is missing or no list.
    mutating func elements(_ key: String, atMost limit: Int) -> [DeclarationNode] {
        guard let value = node[key], value != .null else { return [] }
        guard let elements = value.elements else {
            report("needs a list under '\(key)'")
            return []
        }
        if elements.count > limit { report("has more than \(limit) elements under '\(key)'") }
        return Array(elements.prefix(limit))
    }

    /// The entries of a mapping in the order of the file; none if it is missing or no mapping.
    mutating func entries(_ key: String, atMost limit: Int) -> [DeclarationNode.Entry] {
        guard let value = node[key], value != .null else { return [] }
        guard let entries = value.entries else {
            report("needs a mapping under '\(key)'")
            return []
        }
        if entries.count > limit { report("has more than \(limit) entries under '\(key)'") }
        var seen: Set<String> = []
        for entry in entries where !seen.insert(entry.key).inserted {
            report("has '\(entry.key)' twice under '\(key)'")
        }
        return Array(entries.prefix(limit))
    }

    /// A name that a column or a feature may have.
    mutating func checkName(_ name: String) {
        let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        if !(1...200).contains(name.utf8.count) || !isPlain {
            report("needs a name of 1 to 200 bytes without control characters", as: .invalidName)
        }
    }

    mutating func adopt(_ more: [FeatureIssue]) { issues += more }
}
