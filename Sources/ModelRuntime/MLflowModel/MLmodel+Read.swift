internal import Foundation
internal import MartletDomain
internal import Yams

extension MLmodel {
    /// Reads the file's text, from any client of MLflow.
    ///
    /// - Throws: ``ModelError/damaged(what:reason:)`` for text that is no YAML, is nested absurdly, or has no flavors.
    package init(yaml text: String) throws(ModelError) {
        try Self.checkNesting(text)
        let root: Node?
        do {
            root = try Yams.compose(yaml: text, Resolver.default)
        } catch {
            throw Self.damaged("its YAML cannot be read: \(String(describing: error).prefix(300))")
        }
        guard let root, case .group(let members) = try Self.setting(root, depth: 0) else {
            throw Self.damaged("it is no list of names and values")
        }
        guard case .group(let flavors)? = members["flavors"], !flavors.isEmpty else {
            throw Self.damaged("it has no flavors")
        }
        self.init(flavors: flavors)
        modelUUID = members["model_uuid"]?.text
        modelID = members["model_id"]?.text
        runID = members["run_id"]?.text
        artifactPath = members["artifact_path"]?.text
        modelSizeInBytes = members["model_size_bytes"]?.text.flatMap { Int($0) }
        mlflowVersion = members["mlflow_version"]?.text
        utcTimeCreated = members["utc_time_created"]?.text
        if let example = members["saved_input_example_info"], let path = example["artifact_path"]?.text {
            inputExample = InputExample(
                artifactPath: path, servingInputPath: example["serving_input_path"]?.text,
                type: example["type"]?.text ?? "dataframe")
        }
        if let block = members["signature"], block != .null {
            do {
                signature = ModelSignature(
                    inputs: try block["inputs"]?.text.map { try ModelSignature.Schema(json: $0) },
                    outputs: try block["outputs"]?.text.map { try ModelSignature.Schema(json: $0) },
                    parameters: block["params"]?.text)
            } catch {
                throw Self.damaged("\(error)")
            }
        }
    }

    private static func damaged(_ reason: String) -> ModelError { .damaged(what: "The file MLmodel", reason: reason) }

    /// The parser recurses once a level, so a text that nests deeper than any real one is refused unparsed.
    private static func checkNesting(_ text: String) throws(ModelError) {
        var (depth, isAtStart, indent) = (0, true, 0)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): (isAtStart, indent) = (true, 0)
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: "\t"):
                if isAtStart { indent += 1 }
            default: isAtStart = false
            }
            if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { depth += 1 }
            if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { depth = max(0, depth - 1) }
            guard depth <= 64, indent <= 128 else { throw damaged("it is nested too deeply") }
        }
    }

    private static func setting(_ node: Node, depth: Int) throws(ModelError) -> Setting {
        guard depth < 16 else { throw damaged("it is nested too deeply") }
        switch node {
        case .scalar(let scalar):
            let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return isNull ? .null : .text(scalar.string)
        case .mapping(let mapping):
            var members: [String: Setting] = [:]
            for (key, value) in mapping {
                guard let name = key.scalar?.string else { throw damaged("a name is no text") }
                members[name] = try setting(value, depth: depth + 1)
            }
            return .group(members)
        // Lists (of code paths, of resources) and aliases say nothing that is needed to open a model.
        case .sequence, .alias: return .null
        }
    }
}
