import MartletDomain
import NIOCore
import Platform

/// What `POST /get-online-features` and our own request bring.
struct OnlineBody {
    var features: [String]?
    var featureService: String?
    var columns: [PushedFrame.Column]?
    /// Rows one by one were asked for, and are answered so.
    var isByRow = false
    var fullFeatureNames = false
    var time: Int64?
}

extension OnlineBody: JSONReadable {
    /// The usual case; nil for any other.
    init?(prompt bytes: ByteBuffer) {
        let body = bytes.withUnsafeReadableBytes { bytes -> OnlineBody? in
            var reader = JSONReader(bytes.assumingMemoryBound(to: UInt8.self))
            guard let body = OnlineBody.read(&reader), reader.isAtEnd else { return nil }
            return body
        }
        guard let body else { return nil }
        self = body
    }

    /// The usual case: one pass over the bytes.
    static func read(_ reader: inout JSONReader) -> OnlineBody? {
        var body = OnlineBody()
        let isRead = reader.object { reader, name in
            switch name {
            case "features":
                var names: [String] = []
                let isList = reader.list { reader in
                    guard let name = reader.string() else { return false }
                    names.append(name)
                    return true
                }
                body.features = names
                return isList
            case "feature_service":
                body.featureService = reader.string()
                return body.featureService != nil
            case "full_feature_names":
                guard let value = reader.boolean() else { return false }
                body.fullFeatureNames = value
                return true
            case "entities", "columns":
                guard body.columns == nil else { return false }
                body.columns = Self.columns(&reader)
                return body.columns != nil
            case "at":
                body.time = reader.string().flatMap { Instant.microseconds(of: $0) }
                return body.time != nil
            default: return false
            }
        }
        return isRead ? body : nil
    }

    private static func columns(_ reader: inout JSONReader) -> [PushedFrame.Column]? {
        var columns: [PushedFrame.Column] = []
        let isRead = reader.object { reader, name in
            guard !columns.contains(where: { $0.name == name }) else { return false }
            var cells: [JSONCell] = []
            let isList = reader.list { reader in
                guard cells.count <= OnlineRequest.mostRows, let cell = reader.cell() else { return false }
                cells.append(cell)
                return true
            }
            columns.append(.init(name, cells))
            return isList
        }
        return isRead ? columns : nil
    }
}

extension OnlineBody {
    /// Everything else, with words for what is wrong.
    init(_ json: AnyJSON) throws {
        guard case .object(let fields) = json else { throw InvalidRequest("The body is not a JSON object.") }
        if let value = fields["features"], value != .null {
            guard case .list(let names) = value else { throw InvalidRequest("'features' must be a list of names.") }
            features = try names.map {
                guard case .text(let name) = $0 else { throw InvalidRequest("'features' must be a list of names.") }
                return name
            }
        }
        if let value = fields["feature_service"], value != .null {
            guard case .text(let name) = value else { throw InvalidRequest("'feature_service' must be a name.") }
            featureService = name
        }
        if case .bool(let value)? = fields["full_feature_names"] { fullFeatureNames = value }
        if let value = fields["at"], value != .null {
            guard case .text(let text) = value, let time = Instant.microseconds(of: text) else {
                throw InvalidRequest("'at' must be a time such as 2024-05-01T12:00:00Z.")
            }
            self.time = time
        }
        if case .list(let rows)? = fields["rows"] {
            isByRow = true
            columns = try Self.columns(rows: rows)
        } else if let value = fields["columns"] ?? fields["entities"] {
            columns = try PushedFrame(value, named: fields["columns"] == nil ? "entities" : "columns").columns
        }
    }

    private static func columns(rows: [AnyJSON]) throws -> [PushedFrame.Column] {
        guard rows.count <= OnlineRequest.mostRows else {
            throw InvalidRequest("A request asks for \(OnlineRequest.mostRows) rows at most, not \(rows.count).")
        }
        var places: [String: Int] = [:]
        var columns: [PushedFrame.Column] = []
        for (index, row) in rows.enumerated() {
            guard case .object(let fields) = row else { throw InvalidRequest("Row \(index + 1) is not a JSON object.") }
            for (name, value) in fields {
                guard let cell = JSONCell(value) else {
                    throw InvalidRequest("'\(name)' of row \(index + 1) is neither a word nor a number.")
                }
                let place = places[name] ?? columns.count
                if place == columns.count {
                    guard places.count < 1_000 else { throw InvalidRequest("The rows have over 1000 columns.") }
                    places[name] = place
                    columns.append(.init(name, Array(repeating: .null, count: rows.count)))
                }
                columns[place].cells[index] = cell
            }
        }
        return columns
    }
}

extension PushedFrame {
    /// `{"column": [values]}`.
    /// - Throws: ``InvalidRequest``.
    init(_ json: AnyJSON?, named name: String) throws {
        guard case .object(let fields)? = json else {
            throw InvalidRequest("'\(name)' must be an object of columns, each a list of values.")
        }
        self.init(
            columns: try fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { key, value in
                guard case .list(let elements) = value else {
                    throw InvalidRequest("'\(key)' in '\(name)' must be a list of values.")
                }
                let cells = elements.compactMap { JSONCell($0) }
                guard cells.count == elements.count else {
                    throw InvalidRequest("'\(key)' in '\(name)' holds a list or an object; values are plain.")
                }
                return Column(key, cells)
            })
    }
}

extension JSONCell {
    /// Nil for a list or an object.
    init?(_ json: AnyJSON) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .boolean(value)
        case .whole(let value): self = .long(value)
        case .number(let value): self = .double(value)
        case .text(let value): self = .string(value)
        case .list, .object: return nil
        }
    }
}
