/// Why a file of expectations was refused.
public enum QualityError: MartletError, Equatable {
    /// Every problem found, not just the first.
    case invalidSuite([String])

    public var code: ErrorCode { .invalidParameterValue }
    public var message: String {
        switch self {
        case .invalidSuite(let problems):
            "The expectations were refused:\n" + problems.map { "  - " + $0 }.joined(separator: "\n")
        }
    }
}

extension ExpectationSuite {
    /// Most expectations in one suite.
    public static let countLimit = 1000

    /// Reads one suite, or several under `expectation_suites`. An expectation is either
    /// `{expectation_type: NAME, kwargs: {…}, severity: warn}` or the shorter `{NAME: {…}, severity: warn}`.
    ///
    /// - Throws: ``QualityError/invalidSuite(_:)`` with every problem in the file.
    public static func suites(in node: DeclarationNode) throws(QualityError) -> [ExpectationSuite] {
        var problems: [String] = []
        var suites: [ExpectationSuite] = []
        if node["expectation_suites"] != nil {
            let file = DeclarationReader(node, "The file", keys: ["expectation_suites"])
            problems += file.problems
            let elements = node["expectation_suites"]?.elements ?? []
            if elements.isEmpty { problems.append("The file needs a list under 'expectation_suites'") }
            for element in elements.prefix(countLimit) { suites.append(suite(element, &problems)) }
        } else {
            suites.append(suite(node, &problems))
        }
        for (name, uses) in Dictionary(grouping: suites, by: \.name).sorted(by: { $0.key < $1.key })
        where uses.count > 1 && !name.isEmpty {
            problems.append("Suite \(name) is declared more than once")
        }
        guard problems.isEmpty else { throw .invalidSuite(problems) }
        return suites
    }

    private static func suite(_ node: DeclarationNode, _ problems: inout [String]) -> ExpectationSuite {
        let name = node["expectation_suite_name"]?.text ?? node["name"]?.text ?? "?"
        var reader = DeclarationReader(
            node, "Suite \(name)", keys: ["expectation_suite_name", "name", "table", "expectations", "meta"])
        let key = reader.has("name") ? "name" : "expectation_suite_name"
        var suite = ExpectationSuite(name: reader.required(key), table: reader.text("table"), expectations: [])
        let elements = node["expectations"]?.elements ?? []
        if elements.isEmpty { reader.report("lacks a list under 'expectations'") }
        if elements.count > countLimit { reader.report("has more than \(countLimit) expectations") }
        for (index, element) in elements.prefix(countLimit).enumerated() {
            let place = "Expectation \(index + 1) of suite \(name)"
            if let expectation = expectation(element, place, &reader) { suite.expectations.append(expectation) }
        }
        problems += reader.problems
        return suite
    }

    private static func expectation(
        _ node: DeclarationNode, _ place: String, _ suite: inout DeclarationReader
    ) -> Expectation? {
        let isLong = node["expectation_type"] != nil
        let type =
            (isLong ? node["expectation_type"]?.text : node.entries?.first { $0.key.hasPrefix("expect_") }?.key) ?? ""
        var reader = DeclarationReader(
            node, place + (type.isEmpty ? "" : " (\(type))"),
            keys: Set(["severity", "meta"] + (isLong ? ["expectation_type", "kwargs"] : type.isEmpty ? [] : [type])))
        let settings = (isLong ? node["kwargs"] : node[type]) ?? .mapping([])
        var severity = Expectation.Severity.error
        if let word = reader.text("severity") {
            if let known = Expectation.Severity(rawValue: word == "warning" ? "warn" : word) {
                severity = known
            } else {
                reader.report("needs error or warn under 'severity', not '\(word)'")
            }
        }
        defer { suite.adopt(reader.issues) }
        guard !type.isEmpty else {
            reader.report("names no expectation")
            return nil
        }
        guard let keys = ExpectationReader.keys[type] else {
            reader.report("is unknown; known are \(ExpectationReader.keys.keys.sorted().joined(separator: ", "))")
            return nil
        }
        var expected = ExpectationReader(DeclarationReader(settings, reader.place, keys: keys))
        let check = expected.check(type)
        reader.adopt(expected.reader.issues)
        return check.map { Expectation(type: type, check: $0, severity: severity, settings: settings) }
    }
}

/// Reads the settings of one expectation.
private struct ExpectationReader {
    static let keys: [String: Set<String>] = [
        "expect_column_to_exist": ["column"],
        "expect_table_columns_to_match_set": ["column_set", "exact_match"],
        "expect_column_values_to_be_of_type": ["column", "type_"],
        "expect_column_values_to_not_be_null": ["column", "mostly"],
        "expect_column_values_to_be_between": [
            "column", "min_value", "max_value", "strict_min", "strict_max", "mostly",
        ],
        "expect_column_values_to_be_in_set": ["column", "value_set", "mostly"],
        "expect_column_values_to_match_regex": ["column", "regex", "mostly"],
        "expect_column_values_to_be_unique": ["column"],
        "expect_compound_columns_to_be_unique": ["column_list"],
        "expect_table_row_count_to_be_between": ["min_value", "max_value"],
        "expect_column_newest_value_to_be_recent": ["column", "max_age"],
        "expect_column_values_to_exist_in_table": ["column", "other_table", "other_column", "mostly"],
    ]

    var reader: DeclarationReader

    init(_ reader: DeclarationReader) { self.reader = reader }

    /// Nil if a setting is faulty, with the reasons in `reader`.
    mutating func check(_ type: String) -> Expectation.Check? {
        let check = read(type)
        return reader.problems.isEmpty ? check : nil
    }

    private mutating func read(_ type: String) -> Expectation.Check? {
        switch type {
        case "expect_column_to_exist": return .columnExists(reader.required("column"))
        case "expect_table_columns_to_match_set":
            let names = names("column_set")
            return .columns(names, exact: reader.has("exact_match") ? reader.flag("exact_match") : true)
        case "expect_column_values_to_be_of_type":
            let column = reader.required("column")
            let word = reader.required("type_")
            guard let type = DataType(word) else {
                reader.report("needs a type as Delta spells it under 'type_', not '\(word)'")
                return nil
            }
            return .type(column, type)
        case "expect_column_values_to_not_be_null": return .notNull(reader.required("column"), mostly: mostly())
        case "expect_column_values_to_be_between":
            if !reader.has("min_value"), !reader.has("max_value") { reader.report("needs min_value or max_value") }
            return .between(
                reader.required("column"), scalar("min_value"), scalar("max_value"),
                strictMinimum: reader.flag("strict_min"), strictMaximum: reader.flag("strict_max"), mostly: mostly())
        case "expect_column_values_to_be_in_set":
            let values = reader.node["value_set"]?.elements ?? []
            let scalars = values.compactMap { if case .scalar(let scalar) = $0 { scalar } else { nil } }
            if values.isEmpty || values.count != scalars.count { reader.report("needs a list under 'value_set'") }
            return .inSet(reader.required("column"), scalars, mostly: mostly())
        case "expect_column_values_to_match_regex":
            return .regex(reader.required("column"), reader.required("regex"), mostly: mostly())
        case "expect_column_values_to_be_unique": return .unique([reader.required("column")])
        case "expect_compound_columns_to_be_unique": return .unique(names("column_list"))
        case "expect_table_row_count_to_be_between":
            let bounds = (reader.long("min_value"), reader.long("max_value"))
            if bounds == (nil, nil) { reader.report("needs min_value or max_value") }
            return .rowCount(minimum: bounds.0, maximum: bounds.1)
        case "expect_column_newest_value_to_be_recent":
            let column = reader.required("column")
            let text = reader.required("max_age")
            guard case .microseconds(let age) = CalendarDuration(text) else {
                reader.report("needs a duration without months under 'max_age', like P2D, not '\(text)'")
                return nil
            }
            return .fresh(column, maximumAge: age)
        default:
            return .exists(
                reader.required("column"), table: reader.required("other_table"),
                column: reader.required("other_column"), mostly: mostly())
        }
    }

    private mutating func mostly() -> Double {
        guard let node = reader.node["mostly"] else { return 1 }
        guard let share = node.double, (0...1).contains(share) else {
            reader.report("needs a share from 0 to 1 under 'mostly'")
            return 1
        }
        return share
    }

    private mutating func names(_ key: String) -> [String] {
        let names = reader.names(key)
        if names.isEmpty { reader.report("needs a list of columns under '\(key)'") }
        return names
    }

    private mutating func scalar(_ key: String) -> DeclarationNode.Scalar? {
        switch reader.node[key] {
        case nil, .null?: return nil
        case .scalar(let scalar)?: return scalar
        default:
            reader.report("needs one value under '\(key)'")
            return nil
        }
    }
}
