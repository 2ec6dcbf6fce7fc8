/// Reads one mapping of a declaration, and gathers what is wrong with it under the place where it stands.
struct DeclarationReader {
    let node: DeclarationNode
    /// What messages call this place: `view carriers`, `feature rate_30d of view carriers`.
    let place: String
    private(set) var problems: [String] = []

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

    mutating func report(_ problem: String) { problems.append("\(place) \(problem)") }

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

    mutating func adopt(_ more: [String]) { problems += more }
}
