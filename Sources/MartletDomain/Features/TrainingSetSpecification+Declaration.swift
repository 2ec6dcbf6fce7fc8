extension TrainingSetSpecification {
    /// Most lookups, aggregates, views or derived features, and most columns of a declared schema.
    public static let countLimit = 5000

    /// Reads a training set as a file declares it.
    ///
    /// - Parameters:
    ///   - views: Those that the file may use by name: `vendor_performance`, or `vendor_performance@3`.
    ///   - isChecked: False to leave ``issues`` to be told with those of the tables. What does not read is told at once.
    /// - Throws: ``FeatureError/issues(_:)`` with everything that the file alone shows to be wrong; what columns there
    ///   are and of which types is not looked at.
    public init(
        in node: DeclarationNode, views: [FeatureView] = [], isChecked: Bool = true
    ) throws(FeatureError) {
        var reader = DeclarationReader(
            node, "The training set",
            keys: [
                "version", "kind", "name", "mode", "sources", "spine_schema", "lookups", "aggregates", "views",
                "derived",
                "label", "label_from", "exclude", "options", "steps",
            ])
        self.init(name: reader.required("name"))
        if !name.isEmpty { reader.checkName(name) }
        if reader.has("version"), let version = reader.long("version"), version != 1 {
            reader.report("is of version \(version); only version 1 is known")
        }
        if let kind = reader.text("kind"), kind != "training-set" {
            reader.report("is of kind '\(kind)', not 'training-set'")
        }
        mode = reader.word("mode") ?? .train
        sources = reader.entries("sources", atMost: Self.countLimit).map { Source($0.key, $0.value, &reader) }
        spineSchema = reader.schema("spine_schema")
        lookups = reader.elements("lookups", atMost: Self.countLimit).map { FeatureLookup($0, &reader) }
        aggregates = reader.elements("aggregates", atMost: Self.countLimit).compactMap { WindowFeature($0, &reader) }
        self.views = reader.elements("views", atMost: Self.countLimit).compactMap { ViewUse($0, views, &reader) }
        derived = reader.elements("derived", atMost: Self.countLimit).compactMap { DerivedFeature($0, &reader) }
        labels = reader.names("label")
        labelOrigin = node["label_from"].map { LabelOrigin($0, &reader) }
        excluded = reader.names("exclude")
        steps = reader.elements("steps", atMost: Self.countLimit).compactMap { ModelStep($0, &reader) }
        if let options = node["options"] {
            var own = DeclarationReader(options, "The options of the training set", keys: ["default_fills_nan"])
            defaultFillsNaN = own.flag("default_fills_nan")
            reader.adopt(own.issues)
        }
        let issues = isChecked || !reader.issues.isEmpty ? reader.issues + self.issues : []
        guard issues.isEmpty else { throw .issues(issues) }
    }
}

extension DeclarationReader {
    /// Columns by name, each with the word for its type. Nil if the key is missing.
    fileprivate mutating func schema(_ key: String) -> [ColumnDeclaration]? {
        guard has(key) else { return nil }
        return entries(key, atMost: TrainingSetSpecification.countLimit).map { entry in
            let type = entry.value.text ?? ""
            if !ColumnDeclaration.isType(type) {
                report("gives \(entry.key) the unknown type '\(type)' under '\(key)'")
            }
            return ColumnDeclaration(entry.key, type)
        }
    }

    /// Words that are there; an empty list is a problem.
    fileprivate mutating func someNames(_ key: String) -> [String] {
        let names = names(key)
        if names.isEmpty, !has(key) || node[key]?.elements?.isEmpty == true { report("lacks '\(key)'") }
        return names
    }
}

extension ColumnDeclaration {
    /// Whether a schema may say it.
    public static func isType(_ word: String) -> Bool {
        if word.hasPrefix("list<"), word.hasSuffix(">") { return isType(String(word.dropFirst(5).dropLast())) }
        if word.hasPrefix("decimal(") { return DataType(word) != nil }
        return [
            "string", "int8", "int16", "int32", "int64", "float32", "float64", "bool", "date", "timestamp",
            "timestamp_ntz", "timestamp_ns", "binary",
        ].contains(word)
    }
}

extension TrainingSetSpecification.Source {
    fileprivate init(_ name: String, _ node: DeclarationNode, _ file: inout DeclarationReader) {
        var reader = DeclarationReader(
            node, "Source \(name)",
            keys: ["path", "table", "version", "primary_keys", "time_key", "tie_break", "available_at", "schema"])
        reader.checkName(name)
        var location = Location.path("")
        if reader.has("path") == reader.has("table") {
            reader.report("needs either 'path' or 'table'")
        } else if let path = reader.text("path") {
            location = .path(path)
            if reader.has("version") { reader.report("has 'version' but no 'table'") }
        } else if let table = reader.text("table") {
            let version = reader.long("version")
            if let version, version < 0 { reader.report("needs a version of 0 or more") }
            do {
                location = .table(try TableName(table), version: version)
            } catch {
                reader.report("names no table: \(error.message)", as: .invalidName)
            }
        }
        let timeKey = reader.text("time_key")
        // A table of the workspace knows its own keys.
        let keys = reader.has("path") ? reader.someNames("primary_keys") : reader.names("primary_keys")
        self.init(
            name: name, location: location, primaryKeys: keys.filter { $0 != timeKey }, timeKey: timeKey,
            tieBreak: reader.text("tie_break"), availableAt: reader.text("available_at"),
            schema: reader.schema("schema"))
        file.adopt(reader.issues)
    }
}

extension FeatureLookup {
    fileprivate init(_ node: DeclarationNode, _ file: inout DeclarationReader) {
        let table = node["table"]?.text ?? "?"
        var reader = DeclarationReader(
            node, "The lookup in \(table)",
            keys: ["table", "key", "at", "features", "rename", "defaults", "lookback"])
        self.init(
            table: reader.required("table"), key: reader.someNames("key"), at: reader.text("at"),
            lookback: reader.lookback())
        if node["features"]?.text == "*" || node["features"] == nil || node["features"] == .null {
            features = nil
        } else {
            features = reader.someNames("features")
        }
        for entry in reader.entries("rename", atMost: TrainingSetSpecification.countLimit) {
            if let output = entry.value.text, !output.isEmpty {
                rename[entry.key] = output
            } else {
                reader.report("needs a word as the new name of \(entry.key)")
            }
        }
        for entry in reader.entries("defaults", atMost: TrainingSetSpecification.countLimit) {
            if let value = FeatureValue(entry.value) {
                defaults[entry.key] = value
            } else {
                reader.report("needs one word or number as the default of \(entry.key)")
            }
        }
        file.adopt(reader.issues)
    }
}

extension WindowFeature {
    fileprivate init?(_ node: DeclarationNode, _ file: inout DeclarationReader) {
        var reader = DeclarationReader(
            node, "Aggregate \(node["name"]?.text ?? "?")",
            keys: [
                "name", "source", "entity", "key", "event_time", "at", "function", "quantile", "input", "window",
                "delay",
                "bounds", "where",
            ])
        defer { file.adopt(reader.issues) }
        let (name, source) = (reader.required("name"), reader.required("source"))
        reader.checkName(name)
        let (entity, key) = (reader.someNames("entity"), reader.someNames("key"))
        let (eventTime, at) = (reader.required("event_time"), reader.required("at"))
        let word = reader.required("function")
        let aggregate = word.isEmpty ? nil : reader.aggregate(word)
        let input = reader.text("input").flatMap { $0 == "*" ? nil : $0 }
        if input == nil, let aggregate, aggregate != .count { reader.report("needs 'input'; only count takes none") }
        let window = reader.window()
        let filter = reader.filter("where")
        guard let aggregate, let window else { return nil }
        self.init(
            name: name, source: source, entity: entity, key: key, eventTime: eventTime, at: at, aggregate: aggregate,
            input: input, window: window, filter: filter)
    }
}

extension DerivedFeature {
    private static let kinds = ["sum", "ratio", "coalesce", "expression"]

    fileprivate init?(_ node: DeclarationNode, _ file: inout DeclarationReader) {
        var reader = DeclarationReader(
            node, "Derived feature \(node["name"]?.text ?? "?")", keys: Set(Self.kinds + ["name", "type"]))
        defer { file.adopt(reader.issues) }
        let (name, type) = (reader.required("name"), reader.text("type"))
        reader.checkName(name)
        if let type, !ColumnDeclaration.isType(type) { reader.report("has the unknown type '\(type)'") }
        let found = Self.kinds.filter(reader.has)
        guard found.count == 1 else {
            reader.report("needs exactly one of \(Self.kinds.joined(separator: ", "))")
            return nil
        }
        let definition: Definition? =
            switch found[0] {
            case "sum": reader.operands("sum").map { .sum($0) }
            case "ratio": reader.operands("ratio", 2...2).map { .ratio($0[0], $0[1]) }
            case "coalesce": reader.operands("coalesce").map { .coalesce($0) }
            default: reader.expression("expression").map { .expression($0) }
            }
        guard let definition else { return nil }
        self.init(name, definition, type: type)
    }
}

extension LabelOrigin {
    fileprivate init(_ node: DeclarationNode, _ file: inout DeclarationReader) {
        var reader = DeclarationReader(node, "The origin of the label", keys: ["source", "column", "known_at"])
        self.init(
            source: reader.required("source"), column: reader.text("column"), knownAt: reader.text("known_at"))
        file.adopt(reader.issues)
    }
}

extension TrainingSetSpecification.ViewUse {
    fileprivate init?(_ node: DeclarationNode, _ known: [FeatureView], _ file: inout DeclarationReader) {
        var reader = DeclarationReader(node, "The view of the training set", keys: ["view", "at"])
        defer { file.adopt(reader.issues) }
        let at = reader.required("at")
        guard let declared = node["view"] else {
            reader.report("lacks 'view'")
            return nil
        }
        if let name = declared.text {
            if let view = known.last(where: { $0.name == name || "\($0.name)@\($0.version)" == name }) {
                self.init(view, at: at)
                return
            }
            reader.report("names \(name), which is not known", as: .unknownFeature)
            return nil
        }
        do {
            let views = try FeatureView.views(in: declared)
            if views.count == 1 {
                self.init(views[0], at: at)
                return
            }
            reader.report("needs one view under 'view', not \(views.count)")
        } catch {
            reader.adopt(error.problems.map { FeatureIssue(.invalidDeclaration, $0) })
        }
        return nil
    }
}
