import Foundation
import MartletDomain
import Yams

/// What a model says that it needs: Python packages, conda packages, Python itself.
struct Requirement: Sendable, Hashable {
    enum Source: String, Sendable { case pypi, conda }

    var source: Source
    /// As package registries spell it: lower case, `-`.
    var name: String
    /// Nil when it is not pinned to one.
    var version: String?
    /// As it was written: `>=2,<3`; nil when nothing was said.
    var constraint: String?
    /// The file that says so.
    var file: String

    /// `pkg:pypi/xgboost@3.2.0` (package-url).
    var purl: String {
        let name = name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? name
        let version = version.map { "@" + ($0.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? $0) }
        return "pkg:\(source.rawValue)/\(name)\(version ?? "")"
    }
}

extension Requirement {
    /// The lines of a `requirements.txt` (pip's requirements file format): comments, continued lines, options, markers
    /// and hashes are passed over.
    static func pip(_ text: String, file: String) -> [Requirement] {
        text.replacing("\\\n", with: " ").split(whereSeparator: \.isNewline).compactMap { pip(line: String($0), file) }
    }

    static func pip(line: String, _ file: String) -> Requirement? {
        var text = line.firstRange(of: " #").map { String(line[..<$0.lowerBound]) } ?? line
        text = text.trimmingCharacters(in: .whitespaces)
        guard let first = text.unicodeScalars.first, first != "#", first != "-" else { return nil }
        if let marker = text.firstIndex(of: ";") { text = String(text[..<marker]) }
        if let option = text.firstRange(of: " --") { text = String(text[..<option.lowerBound]) }
        let name = text.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        guard !name.isEmpty else { return nil }
        var rest = text[name.endIndex...].trimmingCharacters(in: .whitespaces)
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            rest = rest[rest.index(after: end)...].trimmingCharacters(in: .whitespaces)
        }
        return Requirement(
            source: .pypi, name: normalized(String(name)), version: pinned(rest, by: ["===", "=="]),
            constraint: rest.isEmpty ? nil : rest, file: file)
    }

    /// The dependencies of a `conda.yaml`, with those of pip in it.
    static func conda(_ text: String, file: String) -> [Requirement] {
        guard let root = try? Yams.load(yaml: text) as? [String: Any],
            let dependencies = root["dependencies"] as? [Any]
        else { return [] }
        return dependencies.flatMap { one -> [Requirement] in
            if let group = one as? [String: Any] {
                return (group["pip"] as? [Any] ?? []).compactMap { pip(line: "\($0)", file) }
            }
            guard let line = one as? String else { return [] }
            let name = line.prefix { !"=<>! ".contains($0) }
            guard !name.isEmpty else { return [] }
            let rest = line[name.endIndex...].trimmingCharacters(in: .whitespaces)
            return [
                Requirement(
                    source: .conda, name: name.lowercased(), version: pinned(rest, by: ["==", "="]),
                    constraint: rest.isEmpty ? nil : rest, file: file)
            ]
        }
    }

    /// The interpreter and build tools of a `python_env.yaml`.
    static func pythonEnvironment(_ text: String, file: String) -> [Requirement] {
        guard let root = try? Yams.load(yaml: text) as? [String: Any] else { return [] }
        var found: [Requirement] = []
        if let version = root["python"].map({ "\($0)" }) {
            found.append(
                Requirement(source: .conda, name: "python", version: version, constraint: "==\(version)", file: file))
        }
        for key in ["build_dependencies", "dependencies"] {
            found += (root[key] as? [Any] ?? []).compactMap { pip(line: "\($0)", file) }
        }
        return found
    }

    private static func pinned(_ constraint: String, by signs: [String]) -> String? {
        guard let sign = signs.first(where: { constraint.hasPrefix($0) }), !constraint.contains(",") else { return nil }
        let version = constraint.dropFirst(sign.count).trimmingCharacters(in: .whitespaces)
        // `=1.2=py311_0` names a build, too.
        let plain = version.prefix { $0 != "=" }
        return plain.isEmpty || plain.contains("*") ? nil : String(plain)
    }

    /// PEP 503.
    private static func normalized(_ name: String) -> String {
        name.lowercased().split { "-_.".contains($0) }.joined(separator: "-")
    }
}

/// A software bill of materials as CycloneDX 1.6 (ECMA-424), JSON.
struct SoftwareBill: Sendable, Encodable {
    let bomFormat = "CycloneDX"
    let specVersion = "1.6"
    let serialNumber: String
    let version = 1
    let metadata: Metadata
    let components: [Component]

    /// - Parameters:
    ///   - digest: Of the model's files: the same model has the same serial number.
    ///   - time: RFC 3339, UTC.
    init(model: String, version: String, digest: String, time: String, requirements: [Requirement]) {
        let digits = Array(digest)
        func part(_ range: Range<Int>) -> String {
            range.upperBound <= digits.count ? String(digits[range]) : String(repeating: "0", count: range.count)
        }
        // A UUID of version 8 (RFC 9562): its bits are ours.
        serialNumber = "urn:uuid:\(part(0..<8))-\(part(8..<12))-8\(part(13..<16))-8\(part(17..<20))-\(part(20..<32))"
        metadata = Metadata(
            timestamp: time,
            component: Component(
                type: "machine-learning-model", bomRef: "model", name: model, version: version,
                hashes: [["alg": "SHA-256", "content": digest]]))
        var seen: Set<String> = []
        components = requirements.sorted { ($0.purl, $0.file) < ($1.purl, $1.file) }.compactMap { one in
            guard seen.insert(one.purl).inserted else { return nil }
            var properties = [["name": "martlet:file", "value": one.file]]
            if let constraint = one.constraint {
                properties.append(["name": "martlet:constraint", "value": constraint])
            }
            return Component(
                type: one.name == "python" ? "platform" : "library", bomRef: one.purl, name: one.name,
                version: one.version, purl: one.purl, properties: properties)
        }
    }

    struct Metadata: Sendable, Encodable {
        var timestamp: String
        var component: Component
    }

    struct Component: Sendable, Encodable {
        var type: String
        var bomRef: String
        var name: String
        var version: String?
        var purl: String?
        var hashes: [[String: String]]?
        var properties: [[String: String]]?

        enum CodingKeys: String, CodingKey {
            case type, name, version, purl, hashes, properties
            case bomRef = "bom-ref"
        }
    }
}
