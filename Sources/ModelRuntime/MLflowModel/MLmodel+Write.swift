internal import Foundation
internal import MartletDomain

extension MLmodel {
    /// The file's text: keys sorted as MLflow's client sorts them.
    package func yaml() -> String {
        var root: [String: Setting] = [
            "flavors": .group(flavors), "is_signature_from_type_hint": .text("false"), "prompts": .null,
            "type_hint_from_example": .text("false"), "model_id": modelID.map(Setting.text) ?? .null,
        ]
        root["artifact_path"] = artifactPath.map(Setting.text)
        root["mlflow_version"] = mlflowVersion.map(Setting.text)
        root["model_uuid"] = modelUUID.map(Setting.text)
        root["model_size_bytes"] = modelSizeInBytes.map { .text("\($0)") }
        root["run_id"] = runID.map(Setting.text)
        root["utc_time_created"] = utcTimeCreated.map(Setting.text)
        if let inputExample {
            var example: [String: Setting] = [
                "artifact_path": .text(inputExample.artifactPath), "type": .text(inputExample.type),
            ]
            if inputExample.type == "dataframe" { example["pandas_orient"] = .text("split") }
            example["serving_input_path"] = inputExample.servingInputPath.map(Setting.text)
            root["saved_input_example_info"] = .group(example)
        }
        if let signature {
            root["signature"] = .group([
                "inputs": signature.inputs.map { .text($0.json) } ?? .null,
                "outputs": signature.outputs.map { .text($0.json) } ?? .null,
                "params": signature.parameters.map(Setting.text) ?? .null,
            ])
        }
        return Self.lines(.group(root), indent: "")
    }

    /// Names at the root whose values are numbers or truth values, and so stay unquoted.
    private static let bare: Set<String> = [
        "is_signature_from_type_hint", "model_size_bytes", "type_hint_from_example",
    ]

    private static func lines(_ setting: Setting, indent: String) -> String {
        guard case .group(let members) = setting else { return "" }
        return members.sorted { $0.key < $1.key }.map { key, value in
            switch value {
            case .null: "\(indent)\(quoted(key)): null\n"
            case .text(let text) where indent.isEmpty && bare.contains(key): "\(key): \(text)\n"
            case .text(let text): "\(indent)\(quoted(key)): \(quoted(text))\n"
            case .group(let inner) where inner.isEmpty: "\(indent)\(quoted(key)): {}\n"
            case .group: "\(indent)\(quoted(key)):\n" + lines(value, indent: indent + "  ")
            }
        }.joined()
    }

    /// A text that every YAML reader takes for that text and for no number, date, truth value or null.
    static func quoted(_ text: String) -> String {
        let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"]
        let isPlain =
            text.first?.isLetter == true && text.last != " " && !words.contains(text.lowercased())
            && text.utf8.allSatisfy { $0 < 0x7F && ($0 == 0x20 || isWordByte($0)) }
        if isPlain { return text }
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
            return "'" + text.replacingOccurrences(of: "'", with: "''") + "'"
        }
        // JSON's strings are YAML's double-quoted ones.
        let data = try? JSONEncoder().encode(text)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "''"
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/")].contains(byte)
        }
    }
}
