import MartletDomain
import Testing

struct PackedFeaturesTests {
    private func packed(isOnRecord: Bool = true) throws -> PackedFeatures {
        let view = FeatureView(
            name: "spending", version: 3,
            source: FeatureSource(table: "risk.awards", entity: ["vendor"], eventTime: "ended"),
            join: ["uei"],
            features: [
                Feature("awards", .aggregate(.count, column: nil, window: FeatureWindow(.lifetime), filter: nil))
            ])
        return PackedFeatures(
            name: "risk", planHash: "h", plan: .null, declaration: "{}",
            views: [.init(view, hash: "aa", isOnRecord: isOnRecord)],
            sources: [
                .init(
                    name: "risk.vendors", table: try TableReference("risk.vendors@4"), id: "t1", primaryKeys: ["uei"],
                    timeKey: "as_of", tieBreak: nil, availableAt: nil,
                    columns: ["uei": .string, "as_of": .timestamp, "rating": .double],
                    columnOrder: ["uei", "as_of", "rating"])
            ],
            columns: [
                .init("size", .long, .row, isInput: true), .init("uei", .string, .row, isInput: false),
                .init("at", .timestamp, .row, isInput: false), .init("on", .double, .feature, isInput: true),
                .init("awards", .long, .feature, isInput: true), .init("share", .double, .derived, isInput: true),
            ],
            steps: FittedSteps([FittedStep("size", .oneHot([.long(1), .null], unknown: .ignore))]), labels: ["late"],
            trainingSet: try TableReference("risk.training@0"), contentHash: nil)
    }

    @Test func `A view drifts when the newest of its name has another hash or is gone, and an inline one never`() throws
    {
        let same = TrainingSetRecord.View(name: "spending", version: 9, hash: "aa")
        let other = TrainingSetRecord.View(name: "spending", version: 4, hash: "bb")
        let packed = try packed()
        #expect(packed.drift(from: ["spending": same]).isEmpty)
        #expect(packed.drift(from: ["spending": other]).map(\.current) == [other])
        let gone = packed.drift(from: ["others": other])
        #expect(gone.map(\.current) == [nil] && gone[0].sentence.contains("not on record"))
        #expect(try self.packed(isOnRecord: false).drift(from: [:]).isEmpty)
    }

    @Test func `A table made anew, a column gone and another type are told, and new columns are not`() throws {
        let source = try packed().sources[0]
        let columns = source.columns
        #expect(PackedFeatures.changes(of: source, now: "t1", columns: columns.merging(["x": .long]) { $1 }).isEmpty)
        #expect(PackedFeatures.changes(of: source, now: "t2", columns: columns).count == 1)
        let changed = PackedFeatures.changes(of: source, now: nil, columns: ["uei": .string, "rating": .float])
        #expect(changed.count == 3 && changed.contains { $0.contains("rating as float") })
    }

    @Test func `What the model takes is what the steps make of its inputs`() throws {
        let packed = try packed()
        #expect(packed.inputs == ["size", "on", "awards", "share"])
        #expect(packed.modelInputs == ["size=1", "size=null", "on", "awards", "share"])
        let types = packed.steps.outputTypes(of: [("size", .long), ("on", .double)])
        #expect(types.map(\.name) == ["size=1", "size=null", "on"] && types.allSatisfy { $0.type == .double })
        let filled = FittedSteps([FittedStep("a", .fill(.double(0.5)))]).outputTypes(of: [("a", .long), ("b", .long)])
        #expect(filled.map(\.type) == [.double, .long])
    }

    @Test func `The other store's file names tables, keys, defaults, depths and what is excluded`() throws {
        let specification = TrainingSetSpecification(
            name: "risk",
            sources: [
                .init(
                    name: "risk.vendors", location: .table(try TableName("risk.vendors"), version: nil),
                    primaryKeys: ["uei"],
                    timeKey: "as_of")
            ],
            lookups: [
                FeatureLookup(
                    table: "risk.vendors", key: ["uei"], at: "at", features: ["rating"], rename: ["rating": "on"],
                    defaults: ["on": .double(0.5)], lookback: 604_800_000_000)
            ],
            views: [.init(try packed().views[0].view, at: "at")],
            derived: [DerivedFeature("share", .ratio("on", "awards"))])
        #expect(
            try packed().featureSpec(of: specification) == """
                input_columns:
                - size:
                    data_type: bigint
                    topological_ordering: 0
                    source: training_data
                - uei:
                    data_type: string
                    include: false
                    topological_ordering: 0
                    source: training_data
                - at:
                    data_type: timestamp
                    include: false
                    topological_ordering: 0
                    source: training_data
                - "on":
                    table_name: main.risk.vendors
                    feature_name: rating
                    lookup_key: [uei]
                    timestamp_lookup_key: [at]
                    default_value: "0.5"
                    data_type: double
                    topological_ordering: 1
                    source: feature_store
                - awards:
                    feature_name: awards
                    lookup_key: [uei]
                    timestamp_lookup_key: [at]
                    martlet_view: spending
                    data_type: bigint
                    topological_ordering: 1
                    source: feature_store
                - share:
                    martlet_inputs: ["on", awards]
                    data_type: double
                    topological_ordering: 2
                    source: on_demand_feature
                input_tables:
                - main.risk.vendors: {table_id: t1, martlet_version: 4, lookback_window: 604800.0}
                martlet_views:
                - spending: {version: 3, hash: aa}
                martlet_plan_hash: h
                serialization_version: 9

                """)
    }
}
