extension FeatureView {
    /// Most views in one file, and most features in one view.
    public static let countLimit = 500

    /// Reads what a file declares: one view, or `feature_views:` with a list of views.
    ///
    /// - Throws: ``FeatureError/invalidDeclaration(_:)`` with every problem in the file.
    public static func views(in node: DeclarationNode) throws(FeatureError) -> [FeatureView] {
        var problems: [String] = []
        var views: [FeatureView] = []
        if node["feature_views"] != nil {
            let file = DeclarationReader(node, "The file", keys: ["feature_views"])
            problems += file.problems
            let elements = node["feature_views"]?.elements ?? []
            if elements.isEmpty { problems.append("The file needs a list of views under 'feature_views'") }
            for element in elements.prefix(countLimit) { views.append(view(element, &problems)) }
            if elements.count > countLimit { problems.append("The file has more than \(countLimit) views") }
        } else {
            views.append(view(node, &problems))
        }
        problems += conflicts(among: views)
        guard problems.isEmpty else { throw .invalidDeclaration(problems) }
        return views
    }

    private static func view(_ node: DeclarationNode, _ problems: inout [String]) -> FeatureView {
        let name = node["feature_view"]?.text ?? "?"
        var reader = DeclarationReader(
            node, "View \(name)", keys: ["feature_view", "version", "source", "join", "features"])
        var view = FeatureView(name: reader.required("feature_view"), version: 1, source: nil, join: [], features: [])
        if !view.name.isEmpty {
            reader.checkName(view.name)
            // Requests name `view:feature`, and what is kept of a view is a file.
            if view.name.contains(where: { $0 == "/" || $0 == ":" }) {
                reader.report("needs a name without '/' and ':'", as: .invalidName)
            }
        }
        if let version = reader.long("version") {
            if !(1...1_000_000).contains(version) { reader.report("needs a version from 1 to 1000000") }
            view.version = Int(clamping: version)
        } else if !reader.has("version") {
            reader.report("lacks 'version'")
        }
        if let source = node["source"] { view.source = Self.source(source, &reader) }
        view.join = reader.names("join")
        if let source = view.source {
            if view.join.isEmpty, !reader.has("join") { view.join = source.entity }
            if view.join.count != source.entity.count {
                reader.report("joins \(view.join.count) columns to an entity of \(source.entity.count)")
            }
        } else if reader.has("join") {
            reader.report("has 'join' without 'source'")
        }
        let features = declaredFeatures(node["features"], &reader)
        for (feature, node) in features {
            if let feature = Self.feature(feature, node, of: view, &reader) { view.features.append(feature) }
        }
        problems += reader.problems
        return view
    }

    private static func source(_ node: DeclarationNode, _ view: inout DeclarationReader) -> FeatureSource {
        var reader = DeclarationReader(
            node, "The source of \(view.place.lowercasedFirst)",
            keys: ["table", "entity", "event_time", "available_at", "tie_break"])
        let source = FeatureSource(
            table: reader.required("table"), entity: reader.names("entity"), eventTime: reader.text("event_time"),
            availableAt: reader.text("available_at"), tieBreak: reader.text("tie_break"))
        if source.entity.isEmpty { reader.report("lacks 'entity', the columns that say what a row is about") }
        if source.eventTime == nil {
            if source.availableAt != nil { reader.report("has 'available_at' without 'event_time'") }
            if source.tieBreak != nil { reader.report("has 'tie_break' without 'event_time'") }
        }
        view.adopt(reader.issues)
        return source
    }

    /// The features in order: of a mapping by name, or of a list of objects that hold their `name`.
    private static func declaredFeatures(
        _ node: DeclarationNode?, _ view: inout DeclarationReader
    ) -> [(String, DeclarationNode)] {
        var features: [(String, DeclarationNode)] = []
        if let entries = node?.entries {
            features = entries.map { ($0.key, $0.value) }
        } else if let elements = node?.elements {
            for element in elements {
                guard let name = element["name"]?.text, let entries = element.entries else {
                    view.report("has a feature without 'name'")
                    continue
                }
                features.append((name, .mapping(entries.filter { $0.key != "name" })))
            }
        }
        if features.isEmpty { view.report("lacks 'features'") }
        if features.count > countLimit { view.report("has more than \(countLimit) features") }
        return Array(features.prefix(countLimit))
    }

    /// Names used twice, and features computed from each other in a circle.
    private static func conflicts(among views: [FeatureView]) -> [String] {
        var problems: [String] = []
        let names = Dictionary(grouping: views, by: \.name).filter { $0.value.count > 1 && !$0.key.isEmpty }
        problems += names.keys.sorted().map { "View \($0) is declared more than once" }
        let features = views.flatMap { view in view.features.map { ($0, view.name) } }
        for (name, uses) in Dictionary(grouping: features, by: { $0.0.name }).sorted(by: { $0.key < $1.key })
        where uses.count > 1 {
            problems.append("Feature \(name) is declared more than once: in \(uses.map(\.1).joined(separator: ", "))")
        }
        if problems.isEmpty, case .failure(let error) = Result(catching: { try computationOrder(of: views) }) {
            problems += (error as? FeatureError)?.problems ?? []
        }
        return problems
    }

    /// Features computed from other features, each after those that it needs.
    /// - Throws: ``FeatureError/invalidDeclaration(_:)`` if some need each other.
    public static func computationOrder(of views: [FeatureView]) throws(FeatureError) -> [Feature] {
        var waiting = views.flatMap(\.features).filter { !$0.definition.inputs.isEmpty }
        var ordered: [Feature] = []
        while !waiting.isEmpty {
            let names = Set(waiting.map(\.name))
            let ready = waiting.filter { names.isDisjoint(with: $0.definition.inputs) }
            guard !ready.isEmpty else {
                let circle = waiting.map(\.name).joined(separator: ", ")
                throw .invalidDeclaration(["Features \(circle) are computed from each other in a circle"])
            }
            ordered += ready
            waiting.removeAll { feature in ready.contains { $0.name == feature.name } }
        }
        // A constant expression needs nothing.
        return views.flatMap(\.features).filter { feature in
            if case .expression(let expression) = feature.definition { expression.columns.isEmpty } else { false }
        } + ordered
    }
}

extension FeatureError {
    var problems: [String] {
        switch self {
        case .invalidDeclaration(let problems): problems
        default: [message]
        }
    }
}

extension String {
    var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
