/// What somebody asks for when a feature table is to be made or registered, not yet known to make sense.
public struct FeatureTableDeclaration: Sendable, Equatable, Codable {
    /// `catalog.schema.table`; `schema.table` is completed with the catalog `main`.
    public var name: String
    /// The time key may be among them.
    public var primaryKeys: [String]
    /// None or one.
    public var timeKeys: [String]
    public var tieBreak: String?
    public var availableAt: String?
    public var partitionColumns: [String]
    /// Nil to take those of the first rows, or of the table that is registered.
    public var columns: [ColumnDeclaration]?
    public var description: String?
    public var tags: [String: String]?

    public init(
        name: String, primaryKeys: [String], timeKeys: [String] = [], tieBreak: String? = nil,
        availableAt: String? = nil, partitionColumns: [String] = [], columns: [ColumnDeclaration]? = nil,
        description: String? = nil, tags: [String: String]? = nil
    ) {
        (self.name, self.primaryKeys, self.timeKeys, self.tieBreak) = (name, primaryKeys, timeKeys, tieBreak)
        (self.availableAt, self.partitionColumns, self.columns) = (availableAt, partitionColumns, columns)
        (self.description, self.tags) = (description, tags)
    }

    enum CodingKeys: String, CodingKey {
        case name, columns, description, tags
        case primaryKeys = "primary_keys"
        case timeKeys = "time_keys"
        case tieBreak = "tie_break"
        case availableAt = "available_at"
        case partitionColumns = "partition_columns"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        primaryKeys = try values.decodeIfPresent([String].self, forKey: .primaryKeys) ?? []
        timeKeys = try values.decodeIfPresent([String].self, forKey: .timeKeys) ?? []
        tieBreak = try values.decodeIfPresent(String.self, forKey: .tieBreak)
        availableAt = try values.decodeIfPresent(String.self, forKey: .availableAt)
        partitionColumns = try values.decodeIfPresent([String].self, forKey: .partitionColumns) ?? []
        columns = try values.decodeIfPresent([ColumnDeclaration].self, forKey: .columns)
        description = try values.decodeIfPresent(String.self, forKey: .description)
        tags = try values.decodeIfPresent([String: String].self, forKey: .tags)
    }
}

/// A feature table as it was asked for, once that makes sense.
public struct FeatureTableDefinition: Sendable, Hashable, Codable {
    public var name: TableName
    public var keys: FeatureTableKeys
    /// The columns of ``FeatureTableKeys/rowKey`` allow no nulls.
    public var schema: TableSchema
    public var description: String
    public var tags: [String: String]
}

extension FeatureTableDeclaration {
    /// Longest description and longest value of a tag, in bytes.
    public static let textLimit = 8_192

    /// What the declaration comes to.
    ///
    /// - Parameter frame: The columns of the first rows, or of the table that is registered.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem.
    public func definition(withColumnsOf frame: TableSchema? = nil) throws(FeatureError) -> FeatureTableDefinition {
        var issues: [FeatureIssue] = []
        let name = completedName(&issues)
        let schema = schema(withColumnsOf: frame, &issues)
        let keys = keys(&issues)
        for (role, columns) in keys.roles {
            for column in columns { check(column, as: role, in: schema, &issues) }
        }
        checkTexts(&issues)
        guard issues.isEmpty, let name else { throw .issues(issues) }
        let rowKey = Set(keys.rowKey)
        let fields = schema.fields.map {
            TableSchema.Field($0.name, $0.type, nullable: !rowKey.contains($0.name))
        }
        return FeatureTableDefinition(
            name: name, keys: keys, schema: TableSchema(fields), description: description ?? "", tags: tags ?? [:])
    }

    private func completedName(_ issues: inout [FeatureIssue]) -> TableName? {
        do {
            let name = try TableName(name)
            if name.branch != nil {
                issues.append(
                    FeatureIssue(.invalidName, "'\(name)' names a branch, and a feature table is a table's main"))
            }
            return name.main.completed
        } catch {
            issues.append(FeatureIssue(.invalidName, String(error.message.dropLast())))
            return nil
        }
    }

    private func schema(withColumnsOf frame: TableSchema?, _ issues: inout [FeatureIssue]) -> TableSchema {
        let declared = columns.map { columns in
            TableSchema(
                columns.compactMap { column in
                    guard let type = DataType(declared: column.type) else {
                        issues.append(.typeless(column))
                        return nil
                    }
                    return TableSchema.Field(column.name, type)
                })
        }
        if let declared, let frame { issues += FeatureTable.differences(between: declared, and: frame) }
        guard let schema = declared ?? frame else {
            issues.append(
                FeatureIssue(.invalidDeclaration, "Say which columns the table has, or give it its first rows"))
            return TableSchema([])
        }
        if schema.fields.isEmpty, columns?.isEmpty ?? true {
            issues.append(FeatureIssue(.invalidDeclaration, "A feature table needs columns"))
        }
        return schema.reporting(&issues)
    }

    private func keys(_ issues: inout [FeatureIssue]) -> FeatureTableKeys {
        for (role, names) in [("primary key", primaryKeys), ("partition column", partitionColumns)] {
            for name in names.repeated {
                issues.append(FeatureIssue(.duplicateName, "'\(name)' is named twice as a \(role): name it once"))
            }
        }
        let times = timeKeys.distinct
        if times.count > 1 {
            issues.append(
                FeatureIssue(
                    .invalidDeclaration,
                    "A feature table has one time key or none, not \(times.joined(separator: ", "))"))
        }
        let keys = FeatureTableKeys(
            primaryKeys: primaryKeys.distinct.filter { !times.contains($0) },
            timeKey: times.first, tieBreak: tieBreak, availableAt: availableAt, partitionColumns: partitionColumns)
        if keys.primaryKeys.isEmpty {
            issues.append(
                FeatureIssue(
                    .invalidDeclaration,
                    "A feature table needs a primary key that is not its time key: what is a row about?"))
        }
        if let tieBreak, keys.timeKey == nil {
            issues.append(
                FeatureIssue(
                    .invalidDeclaration,
                    "'\(tieBreak)' would break ties between rows of one key and time, and there is no time key"))
        }
        for (role, name) in [("tie break", tieBreak), ("time of availability", availableAt)] {
            guard let name, keys.primaryKeys.contains(name) || (role == "tie break" && name == keys.timeKey) else {
                continue
            }
            issues.append(FeatureIssue(.invalidDeclaration, "'\(name)' cannot be a key and the \(role) at once"))
        }
        return keys
    }

    private func check(
        _ column: String, as role: FeatureTableKeys.Role, in schema: TableSchema, _ issues: inout [FeatureIssue]
    ) {
        guard let field = schema[column] else {
            // A type that nobody knows was said already.
            if columns?.contains(where: { $0.name == column }) == true { return }
            let near = schema.fields.first { $0.name.lowercased() == column.lowercased() }
            let hint = near.map { " There is '\($0.name)': case matters." } ?? ""
            return issues.append(
                FeatureIssue(.missingColumn, "The \(role.words) '\(column)' is not among the columns.\(hint)"))
        }
        if let wanted = role.refusal(of: field.type) {
            issues.append(
                FeatureIssue(.typeMismatch, "The \(role.words) '\(column)' is \(field.type), and must be \(wanted)"))
        }
    }

    private func checkTexts(_ issues: inout [FeatureIssue]) {
        if (description ?? "").utf8.count > Self.textLimit {
            issues.append(
                FeatureIssue(.invalidDeclaration, "A description has at most \(Self.textLimit) bytes"))
        }
        issues += FeatureTable.issues(inTags: tags ?? [:])
    }
}

extension FeatureIssue {
    fileprivate static func typeless(_ column: ColumnDeclaration) -> Self {
        Self(
            .typeMismatch,
            "Column '\(column.name)' is '\(column.type)', which no feature table can have: write short, integer, long, "
                + "float, double, string, boolean, date, timestamp, binary or decimal(precision,scale)")
    }
}

extension [String] {
    /// Those that come more than once, in order of their second coming.
    fileprivate var repeated: [String] {
        var seen: Set<String> = []
        return filter { !seen.insert($0).inserted }.distinct
    }

    /// Each once, in order.
    fileprivate var distinct: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

extension DataType {
    /// A type by any of the words that people use for it; nil for what feature tables do not have (8-bit integers, too).
    public init?(declared word: String) {
        let word = word.lowercased().filter { $0 != " " }
        switch word {
        case "smallint", "int16": self = .short
        case "int", "int32": self = .integer
        case "bigint", "int64": self = .long
        case "real", "float32": self = .float
        case "float64": self = .double
        case "text", "varchar": self = .string
        case "bool": self = .boolean
        case "byte", "tinyint", "int8": return nil
        default:
            guard let type = DataType(word) else { return nil }
            self = type
        }
    }
}
