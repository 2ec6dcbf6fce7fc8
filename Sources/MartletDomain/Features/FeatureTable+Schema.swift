/// What the columns of feature tables may be, and how those of rows that are written must fit them.
extension FeatureTableKeys {
    /// What a column is for.
    enum Role: Sendable, CaseIterable {
        case primaryKey, timeKey, tieBreak, availableAt, partition

        var words: String {
            switch self {
            case .primaryKey: "primary key"
            case .timeKey: "time key"
            case .tieBreak: "tie break"
            case .availableAt: "time of availability"
            case .partition: "partition column"
            }
        }

        /// What the column should be instead; nil when its type will do.
        func refusal(of type: DataType) -> String? {
            switch (self, type) {
            case (.timeKey, .timestamp), (.timeKey, .date), (.availableAt, .timestamp): nil
            case (.timeKey, _): "a timestamp or a date"
            case (.availableAt, _): "a timestamp"
            case (.partition, .timestamp), (.partition, .binary), (.partition, .float), (.partition, .double):
                "of few different values: a date, a string, an integer"
            case (.primaryKey, _), (.tieBreak, _), (.partition, _): nil
            }
        }
    }

    var roles: [(Role, [String])] {
        [
            (.primaryKey, primaryKeys), (.timeKey, [timeKey].compactMap { $0 }),
            (.tieBreak, [tieBreak].compactMap { $0 }), (.availableAt, [availableAt].compactMap { $0 }),
            (.partition, partitionColumns),
        ]
    }

    /// Columns without which no row can be written.
    var needed: [String] {
        var columns = rowKey + [availableAt].compactMap { $0 }
        columns += partitionColumns.filter { !columns.contains($0) }
        return columns
    }
}

extension TableSchema {
    /// Says what no table can have: names that are empty or differ by case only, types that feature tables have not.
    /// - Returns: Itself.
    func reporting(_ issues: inout [FeatureIssue]) -> TableSchema {
        var seen: [String: String] = [:]
        for field in fields {
            if field.name.isEmpty || field.name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
                issues.append(
                    FeatureIssue(.invalidName, "A column's name is empty or has control characters: rename it"))
            }
            if let other = seen.updateValue(field.name, forKey: field.name.lowercased()) {
                let how = other == field.name ? "is there twice" : "differs from '\(other)' by case only"
                issues.append(FeatureIssue(.duplicateName, "Column '\(field.name)' \(how): rename one"))
            }
            if field.type == .byte {
                issues.append(
                    FeatureIssue(
                        .typeMismatch,
                        "Column '\(field.name)' is an integer of 8 bits, which feature tables do not have: make it a short"
                    ))
            }
        }
        return self
    }
}

extension FeatureTable {
    /// How the columns of rows differ from those that were declared beside them; their order does not matter.
    static func differences(between declared: TableSchema, and frame: TableSchema) -> [FeatureIssue] {
        var issues: [FeatureIssue] = []
        for field in declared.fields {
            guard let given = frame[field.name] else {
                issues.append(FeatureIssue(.missingColumn, "The rows lack the declared column '\(field.name)'"))
                continue
            }
            if given.type != field.type { issues.append(.type(given, wanted: field.type)) }
        }
        for field in frame.fields where declared[field.name] == nil {
            issues.append(
                FeatureIssue(.missingColumn, "The rows have the column '\(field.name)', which is not declared"))
        }
        return issues
    }

    /// Every way in which a table that is there differs from one that is asked for; empty when it is that one.
    public func differences(from definition: FeatureTableDefinition, schema: TableSchema) -> [FeatureIssue] {
        var issues: [FeatureIssue] = []
        func compare(_ what: String, _ own: [String], _ asked: [String]) {
            guard own != asked else { return }
            func words(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
            issues.append(
                FeatureIssue(
                    .invalidDeclaration, "\(name) is there with another \(what): \(words(own)), not \(words(asked))"))
        }
        compare("primary key", keys.primaryKeys, definition.keys.primaryKeys)
        compare("time key", [keys.timeKey].compactMap { $0 }, [definition.keys.timeKey].compactMap { $0 })
        compare("tie break", [keys.tieBreak].compactMap { $0 }, [definition.keys.tieBreak].compactMap { $0 })
        compare(
            "time of availability", [keys.availableAt].compactMap { $0 },
            [definition.keys.availableAt].compactMap { $0 })
        compare("partitioning", keys.partitionColumns, definition.keys.partitionColumns)
        for field in definition.schema.fields {
            if let own = schema[field.name] {
                guard own.type != field.type else { continue }
                issues.append(
                    FeatureIssue(
                        .typeMismatch, "\(name) is there with column '\(field.name)' as \(own.type), not \(field.type)")
                )
            } else {
                issues.append(FeatureIssue(.missingColumn, "\(name) is there without the column '\(field.name)'"))
            }
        }
        for field in schema.fields where definition.schema[field.name] == nil {
            issues.append(
                FeatureIssue(
                    .missingColumn, "\(name) is there with the column '\(field.name)', which was not asked for"))
        }
        return issues
    }

    /// What is wrong with tags.
    public static func issues(inTags tags: [String: String]) -> [FeatureIssue] {
        tags.sorted { $0.key < $1.key }.compactMap { key, value in
            let isPlain = !key.isEmpty && key.utf8.count <= 250 && !key.unicodeScalars.contains { $0.value < 32 }
            if isPlain, value.utf8.count <= FeatureTableDeclaration.textLimit { return nil }
            return FeatureIssue(
                .invalidDeclaration,
                "The tag '\(key.prefix(250))' was refused: a key has 1 to 250 bytes, a value at most "
                    + "\(FeatureTableDeclaration.textLimit)")
        }
    }
}

extension FeatureIssue {
    static func type(_ given: TableSchema.Field, wanted: DataType) -> Self {
        Self(
            .typeMismatch,
            "Column '\(given.name)' is \(given.type) in the rows and \(wanted) in the table: "
                + "cast it; the type of a feature does not change")
    }
}
