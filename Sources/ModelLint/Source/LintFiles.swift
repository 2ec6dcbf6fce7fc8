package import Foundation

/// Which files are looked at.
package struct LintFiles: Sendable {
    package struct File: Sendable, Hashable {
        package var url: URL
        /// As it was named, or below a folder that was; relative to the folder where the command runs where it can be.
        package var path: String
    }

    /// In order, each once.
    package private(set) var files: [File] = []
    package private(set) var failures: [LintReport.Failure] = []

    /// What programs put there, not people.
    private static let skipped: Set<String> = [
        "node_modules", "__pycache__", "site-packages", "DerivedData", "venv", "mlruns",
    ]

    /// Files are taken as they are named; folders with all files below them that end as a language does, but not hidden
    /// ones, what package managers fetched, and what links lead to.
    ///
    /// - Parameter excluding: Patterns with `*`, `**` and `?` on the path, or on its last part where they have no `/`.
    package init(_ paths: [String], from current: String, excluding patterns: [String] = []) {
        let excluded = patterns.map(PathPattern.init)
        var seen: Set<String> = []
        func add(_ url: URL, _ path: String) {
            guard seen.insert(url.standardizedFileURL.path).inserted, !excluded.contains(where: { $0.matches(path) })
            else { return }
            files.append(File(url: url, path: path))
        }
        for path in paths {
            let url = URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: current, isDirectory: true))
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
                failures.append(.init(path: path, reason: "there is no such file or folder"))
                continue
            }
            let shown = Self.shown(url.standardizedFileURL.path, from: current)
            guard isFolder.boolValue else {
                add(url, shown)
                continue
            }
            Self.walk(url.standardizedFileURL, shown == "." ? "" : shown + "/", depth: 0, add)
        }
    }

    private static func walk(_ folder: URL, _ prefix: String, depth: Int, _ add: (URL, String) -> Void) {
        guard depth < 100,
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        else { return }
        for name in names.sorted() where !skipped.contains(name) {
            let url = folder.appendingPathComponent(name)
            let kind = (try? FileManager.default.attributesOfItem(atPath: url.path))?[.type] as? FileAttributeType
            switch kind {
            case .typeDirectory:
                // Of hidden folders only the settings of build servers are people's work.
                guard !name.hasPrefix(".") || name == ".github" || name == ".gitlab" else { continue }
                walk(url, prefix + name + "/", depth: depth + 1, add)
            case .typeRegular:
                guard SourceLanguage(path: name) != nil else { continue }
                add(url, prefix + name)
            default: continue
            }
        }
    }

    private static func shown(_ path: String, from current: String) -> String {
        let folder = URL(fileURLWithPath: current, isDirectory: true).standardizedFileURL.path
        if path == folder { return "." }
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
}

/// `*` stands for anything within a part of a path, `**` for any parts, `?` for one character.
struct PathPattern {
    private let pattern: [Character]
    private let isName: Bool

    init(_ text: String) {
        (pattern, isName) = (Array(text.hasSuffix("/") ? text + "**" : text), !text.contains("/"))
    }

    func matches(_ path: String) -> Bool {
        if isName { return path.split(separator: "/").contains { matches(Array($0)) } }
        return matches(Array(path))
    }

    private func matches(_ path: [Character]) -> Bool {
        // Places in the pattern that can be reached after each character of the path.
        var reached = closure([0])
        for character in path {
            var next: Set<Int> = []
            for place in reached where place < pattern.count {
                switch pattern[place] {
                case "*":
                    let isDeep = place + 1 < pattern.count && pattern[place + 1] == "*"
                    if isDeep || character != "/" { next.insert(place) }
                case "?": if character != "/" { next.insert(place + 1) }
                default: if pattern[place] == character { next.insert(place + 1) }
                }
            }
            reached = closure(next)
        }
        return reached.contains(pattern.count)
    }

    /// Places that are reached without a character: behind `*`, behind `**` and its `/`.
    private func closure(_ places: Set<Int>) -> Set<Int> {
        var (all, waiting) = (places, Array(places))
        while let place = waiting.popLast() {
            guard place < pattern.count, pattern[place] == "*" else { continue }
            let isDeep = place + 1 < pattern.count && pattern[place + 1] == "*"
            var next = [place + (isDeep ? 2 : 1)]
            if isDeep, place + 2 < pattern.count, pattern[place + 2] == "/" { next.append(place + 3) }
            for next in next where all.insert(next).inserted { waiting.append(next) }
        }
        return all
    }
}
