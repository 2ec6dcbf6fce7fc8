package import Foundation

/// The report as SARIF 2.1.0 (OASIS), which code hosts and editors read.
///
/// What a comment allows is there too, as suppressed in the source, with its reason.
package struct SARIFLog: Sendable, Encodable {
    private let schema = "https://json.schemastore.org/sarif-2.1.0.json"
    private let version = "2.1.0"
    private let runs: [Run]

    /// - Parameter version: Of Martlet.
    package init(_ report: LintReport, version: String) {
        let rules = LintRule.allCases
        let results = (report.findings + report.allowed).map { finding in
            Result(
                ruleId: finding.rule.rawValue, ruleIndex: rules.firstIndex(of: finding.rule) ?? 0,
                level: finding.level.rawValue, message: Message(text: finding.message),
                locations: [Location(finding)],
                partialFingerprints: ["martletLint/v1": Self.fingerprint(finding)],
                suppressions: finding.allowance.map { [Suppression(kind: "inSource", justification: $0)] } ?? [])
        }
        let notifications = report.failures.map { failure in
            Notification(
                level: "error", message: Message(text: "could not be looked at: \(failure.reason)"),
                locations: [Location(path: failure.path)])
        }
        runs = [
            Run(
                tool: Tool(driver: Driver(version: version, rules: rules.map(Rule.init))), results: results,
                invocations: [
                    Invocation(
                        executionSuccessful: report.failures.isEmpty, exitCode: Int(report.exitCode),
                        toolExecutionNotifications: notifications)
                ])
        ]
    }

    /// JSON, keys sorted.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// The same for the same text of the same file, wherever in it the text stands: FNV-1a, 64 bits.
    private static func fingerprint(_ finding: LintFinding) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(finding.rule.rawValue)\u{0}\(finding.path)\u{0}\(finding.text)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        let text = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    enum CodingKeys: String, CodingKey {
        case version, runs
        case schema = "$schema"
    }
}

extension SARIFLog {
    fileprivate struct Run: Sendable, Encodable {
        var tool: Tool
        var results: [Result]
        var invocations: [Invocation]
        var columnKind = "unicodeCodePoints"
        var originalUriBaseIds = ["%SRCROOT%": UriBase()]
    }

    fileprivate struct UriBase: Sendable, Encodable {
        var description = Message(text: "The folder in which the command ran.")
    }

    fileprivate struct Tool: Sendable, Encodable { var driver: Driver }

    fileprivate struct Driver: Sendable, Encodable {
        var name = "martlet lint"
        var version: String
        var rules: [Rule]
    }

    fileprivate struct Rule: Sendable, Encodable {
        var id: String
        var name: String
        var shortDescription: Message
        var fullDescription: Message
        var help: Message
        var defaultConfiguration: [String: String]

        init(_ rule: LintRule) {
            id = rule.rawValue
            name = rule.rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
            shortDescription = Message(text: rule.summary + ".")
            (fullDescription, help) = (Message(text: rule.help), Message(text: rule.help))
            defaultConfiguration = ["level": rule.level.rawValue]
        }
    }

    fileprivate struct Message: Sendable, Encodable { var text: String }

    fileprivate struct Suppression: Sendable, Encodable {
        var kind: String
        var justification: String
    }

    fileprivate struct Result: Sendable, Encodable {
        var ruleId: String
        var ruleIndex: Int
        var level: String
        var message: Message
        var locations: [Location]
        var partialFingerprints: [String: String]
        var suppressions: [Suppression]
    }

    fileprivate struct Location: Sendable, Encodable {
        struct Physical: Sendable, Encodable {
            var artifactLocation: [String: String]
            var region: Region?
        }

        struct Region: Sendable, Encodable {
            var startLine: Int
            /// Of a notebook, columns are those of the cell's text, which are not the file's.
            var startColumn: Int?
            var endColumn: Int?
            var snippet: Message
        }

        struct Logical: Sendable, Encodable {
            var name: String
            var kind = "module"
        }

        var physicalLocation: Physical
        var logicalLocations: [Logical]?

        init(path: String) { physicalLocation = Physical(artifactLocation: Self.address(path), region: nil) }

        init(_ finding: LintFinding) {
            let isCell = finding.cell != nil
            physicalLocation = Physical(
                artifactLocation: Self.address(finding.path),
                region: Region(
                    startLine: finding.line, startColumn: isCell ? nil : finding.column,
                    endColumn: isCell ? nil : finding.endColumn, snippet: Message(text: finding.text)))
            if let cell = finding.cell, let line = finding.cellLine {
                logicalLocations = [Logical(name: "cell \(cell), line \(line)")]
            }
        }

        private static func address(_ path: String) -> [String: String] {
            let uri = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
            return path.hasPrefix("/") ? ["uri": "file://" + uri] : ["uri": uri, "uriBaseId": "%SRCROOT%"]
        }
    }

    fileprivate struct Invocation: Sendable, Encodable {
        var executionSuccessful: Bool
        var exitCode: Int
        var toolExecutionNotifications: [Notification]
    }

    fileprivate struct Notification: Sendable, Encodable {
        var level: String
        var message: Message
        var locations: [Location]
    }
}
