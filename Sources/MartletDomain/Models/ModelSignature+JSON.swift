import Foundation

extension ModelSignature.Schema {
    /// The JSON that MLflow's client writes for it, to the byte: keys in its order, `, ` and `: ` between, ASCII only.
    public var json: String {
        switch self {
        case .columns(let columns):
            let items = columns.map { column in
                let name = column.name.map { #""name": \#(mlflowJSON($0)), "# } ?? ""
                return #"{"type": "\#(column.type.rawValue)", \#(name)"required": \#(column.isRequired)}"#
            }
            return "[" + items.joined(separator: ", ") + "]"
        case .tensors(let tensors):
            let items = tensors.map { tensor in
                let name = tensor.name.map { #""name": \#(mlflowJSON($0)), "# } ?? ""
                let shape = tensor.shape.map(String.init).joined(separator: ", ")
                let kind = #""dtype": \#(mlflowJSON(tensor.elementType)), "shape": [\#(shape)]"#
                return #"{"type": "tensor", \#(name)"tensor-spec": {\#(kind)}}"#
            }
            return "[" + items.joined(separator: ", ") + "]"
        }
    }

    /// Reads MLflow's JSON.
    /// - Throws: ``InvalidRequest`` that names the column whose type is none of ``ModelSignature/ColumnType``.
    public init(json: String) throws(InvalidRequest) {
        let items: [Item]
        do {
            items = try JSONDecoder().decode([Item].self, from: Data(json.utf8))
        } catch {
            throw InvalidRequest("A model's signature is not the JSON that MLflow writes: \(json.prefix(200))")
        }
        let tensors = items.compactMap { item in
            item.tensor.map { ModelSignature.Tensor(item.name, elementType: $0.dtype, shape: $0.shape) }
        }
        if !items.isEmpty, tensors.count == items.count {
            self = .tensors(tensors)
            return
        }
        var columns: [ModelSignature.Column] = []
        var problems: [String] = []
        for item in items {
            if let type = ModelSignature.ColumnType(rawValue: item.type) {
                columns.append(.init(item.name, type, isRequired: item.required ?? !(item.optional ?? false)))
            } else {
                let name = item.name ?? "without a name"
                problems.append("The signature's column '\(name)' has the type '\(item.type)', which is not supported.")
            }
        }
        guard problems.isEmpty else { throw InvalidRequest(problems) }
        self = .columns(columns)
    }

    private struct Item: Decodable {
        struct TensorSpecification: Decodable {
            var dtype: String
            var shape: [Int]
        }
        var type: String
        var name: String?
        var required: Bool?
        /// What older clients wrote instead of `required`.
        var optional: Bool?
        var tensor: TensorSpecification?

        enum CodingKeys: String, CodingKey {
            case type, name, required, optional
            case tensor = "tensor-spec"
        }
    }
}

/// A JSON string with everything but ASCII escaped, as Python's `json.dumps` writes it.
private func mlflowJSON(_ text: String) -> String {
    var json = "\""
    for unit in text.utf16 {
        switch unit {
        case 0x22: json += "\\\""
        case 0x5C: json += "\\\\"
        case 0x0A: json += "\\n"
        case 0x0D: json += "\\r"
        case 0x09: json += "\\t"
        case 0x08: json += "\\b"
        case 0x0C: json += "\\f"
        case 0x20..<0x7F: json.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
        default:
            let digits = String(unit, radix: 16)
            json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
    return json + "\""
}
