import MartletDomain
import Platform
import TestKit
import Testing

/// Random searches over random runs, held against a plain evaluation of the same words in memory.
@Suite struct RunSearchPropertyTests {
    @Test func `A search finds the runs that a reading of all of them finds, in the same order, page by page`()
        async throws
    {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix(seed: seed)
        try await withWorkspace { platform in
            let runs = try await Self.logRuns(platform, &random)
            // Each of the ways to search: by the rarest condition, in the order of an index, and whichever is cheaper.
            let ways = [0, 12, 5_000].map { Tracking(store: platform.tracking.store, fewRuns: $0) }
            for _ in 0..<250 {
                let (filter, orders) = (RandomSearch.filter(&random), RandomSearch.orders(&random))
                let viewType = ViewType.allCases.randomElement(using: &random) ?? .all
                let experiments = [["1"], ["1"], ["1", "2"]].randomElement(using: &random) ?? ["1"]
                let size = Int.random(in: 1...40, using: &random)
                let expected = try PlainSearch(filter: filter, orders: orders).find(
                    in: runs.filter {
                        experiments.contains($0.info.experimentID) && viewType.stages.contains($0.info.lifecycleStage)
                    })
                for tracking in ways {
                    var (found, token): ([String], String?) = ([], nil)
                    repeat {
                        let page = try await tracking.searchRuns(
                            experimentIDs: experiments, filter: filter, viewType: viewType, orderBy: orders,
                            size: size, token: token)
                        #expect(page.elements.count <= size)
                        found += page.elements.map(\.info.id)
                        token = page.nextToken
                    } while token != nil && found.count <= runs.count
                    #expect(
                        found == expected.map(\.info.id),
                        "seed \(seed): \(filter) by \(orders), \(viewType), \(experiments), \(size) to a page")
                }
            }
        }
    }

    @Test func `A page goes on behind the last run that was shown, whatever was made or deleted meanwhile`()
        async throws
    {
        try await withWorkspace { platform in
            let tracking = platform.tracking
            let experiment = try await tracking.createExperiment(name: "pages", by: .anyone)
            var ids: [String] = []
            for index in 0..<10 {
                let run = try await tracking.createRun(in: experiment, startTime: Int64(index), by: .anyone)
                try await tracking.logMetric(Metric("m", Double(index), timestamp: 1), run: run.info.id, by: .anyone)
                ids.append(run.info.id)
            }
            for order in [[], ["metrics.m DESC"], ["attributes.start_time DESC"], ["params.none", "metrics.m DESC"]] {
                let first = try await tracking.searchRuns(experimentIDs: [experiment], orderBy: order, size: 4)
                let shown = first.elements.map(\.info.id)
                // One that comes before all of them, and one that was shown goes away.
                let newest = try await tracking.createRun(in: experiment, startTime: 1_000, by: .anyone)
                try await tracking.logMetric(Metric("m", 1_000, timestamp: 1), run: newest.info.id, by: .anyone)
                try await tracking.deleteRun(shown[1], by: .anyone)
                let rest = try await tracking.searchRuns(
                    experimentIDs: [experiment], orderBy: order, size: 100, token: first.nextToken)
                #expect(shown + rest.elements.map(\.info.id) == ids.reversed(), "\(order)")
                try await tracking.restoreRun(shown[1], by: .anyone)
                try await tracking.deleteRun(newest.info.id, by: .anyone)
            }
            let token = try await tracking.searchRuns(experimentIDs: [experiment], size: 2).nextToken
            await #expect(throws: InvalidRequest.self) {
                _ = try await tracking.searchRuns(
                    experimentIDs: [experiment], orderBy: ["metrics.m"], size: 2, token: token)
            }
        }
    }

    /// 120 runs in two experiments, with gaps, ties and NaN, some of them deleted.
    private static func logRuns(_ platform: Platform, _ random: inout SplitMix) async throws -> [Run] {
        let tracking = platform.tracking
        for name in ["one", "two"] { _ = try await tracking.createExperiment(name: name, by: .anyone) }
        var runs: [Run] = []
        for index in 0..<120 {
            let run = try await tracking.createRun(
                in: index % 4 == 0 ? "2" : "1", name: "run \(index % 9)",
                startTime: Int64.random(in: 0...20, using: &random), by: .anyone)
            var metrics: [Metric] = []
            for key in ["a", "b c"] where Int.random(in: 0..<4, using: &random) > 0 {
                let value = [0, 0.5, 1, -2, 1e9, .nan, .infinity].randomElement(using: &random) ?? 0
                metrics.append(Metric(key, value, timestamp: 1))
            }
            var params: [KeyedText] = []
            for key in ["x", "y.z"] where Int.random(in: 0..<4, using: &random) > 0 {
                params.append(KeyedText(key, RandomSearch.texts.randomElement(using: &random) ?? ""))
            }
            let tags =
                Bool.random(using: &random)
                ? [KeyedText("team", ["red", "Blue"].randomElement(using: &random) ?? "")] : []
            try await tracking.logBatch(run: run.info.id, metrics: metrics, params: params, tags: tags, by: .anyone)
            if index % 3 == 0 {
                try await tracking.updateRun(run.info.id, status: .finished, endTime: Int64(index % 5), by: .anyone)
            }
            if index % 7 == 0 { try await tracking.deleteRun(run.info.id, by: .anyone) }
            runs.append(try await tracking.run(run.info.id))
        }
        return runs
    }
}

private enum RandomSearch {
    static let texts = [
        "8", "10", "Ada", "ada", "a%b", "", String(repeating: "long", count: 20) + "1",
        String(repeating: "long", count: 20) + "2",
    ]

    static func filter(_ random: inout SplitMix) -> String {
        var parts: [String] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let numeric = [">", ">=", "<", "<=", "=", "!="].randomElement(using: &random) ?? "="
            let textual = ["=", "!=", "LIKE", "ILIKE"].randomElement(using: &random) ?? "="
            let number = ["0", "0.5", "1", "-2", "3"].randomElement(using: &random) ?? "0"
            let text = (texts + ["%a%", "_d%", "A%"]).randomElement(using: &random) ?? ""
            let choices = [
                "metrics.a \(numeric) \(number)", "metrics.`b c` \(numeric) \(number)", "metrics.none \(numeric) 1",
                "params.x \(textual) '\(text)'", "params.\"y.z\" \(textual) '\(text)'", "params.x IS NULL",
                "params.x IS NOT NULL", "tags.team \(textual) 'red'", "tags.team IS NULL",
                "attributes.status = 'FINISHED'", "start_time \(numeric) 10", "end_time \(numeric) 3",
                "run_name \(textual) 'run 3'",
            ]
            parts.append(choices.randomElement(using: &random) ?? "")
        }
        return parts.joined(separator: " AND ")
    }

    static func orders(_ random: inout SplitMix) -> [String] {
        let fields = [
            "metrics.a", "metrics.`b c`", "metrics.none", "params.x", "tags.team", "start_time", "end_time", "run_name",
            "status",
        ]
        return fields.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)).map {
            $0 + (["", " ASC", " DESC"].randomElement(using: &random) ?? "")
        }
    }
}
