import MartletDomain
import Testing

@Suite struct TrackingRulesTests {
    @Test func `The latest measurement has the greatest step, then time, then value`() {
        let metrics = [
            Metric("a", 5, timestamp: 1, step: 1), Metric("a", 1, timestamp: 9, step: 0),
            Metric("a", 2, timestamp: 1, step: 1), Metric("b", -1, timestamp: 1), Metric("b", .nan, timestamp: 1),
            Metric("c", .infinity, timestamp: 1), Metric("c", -.infinity, timestamp: 1),
            Metric("d", 1, timestamp: 2, step: -3),
            Metric("d", 2, timestamp: 1, step: -3),
        ]
        let latest = Metric.latest(of: metrics)
        #expect(latest.map(\.key) == ["a", "b", "c", "d"])
        #expect(latest.map(\.storedValue) == [5, 0, Double.greatestFiniteMagnitude, 1])
        #expect(latest[1].isNaN)
    }

    @Test func `All that is wrong with a batch is said at once`() {
        let long = String(repeating: "k", count: 251)
        let problems = TrackingLimits.problems(
            metrics: [Metric("../a", 1, timestamp: 1), Metric("ok", 1, timestamp: -1)],
            params: [KeyedText(long, "v"), KeyedText("p", "1"), KeyedText("p", "1")], tags: [KeyedText("a*b", "v")],
            isBatch: true)
        #expect(problems.count == 5)
        #expect(problems.contains { $0.contains("'metrics[0].name'") && $0.contains("resolve to '../a'") })
        #expect(problems.contains { $0.contains("'metrics[1].timestamp'") })
        #expect(problems.contains("'Param key' exceeds the maximum length of 250 characters"))
        #expect(problems.contains { $0.hasPrefix("Duplicate parameter keys have been submitted: ['p']") })
        #expect(problems.contains { $0.contains("'tags[0].key'") })
    }

    @Test func `Batches over each limit are refused and those at it are not`() {
        func problems(_ metrics: Int, _ params: Int, _ tags: Int) -> Int {
            TrackingLimits.problems(
                metrics: (0..<metrics).map { Metric("m", 0, timestamp: Int64($0)) },
                params: (0..<params).map { KeyedText("p\($0)", "") }, tags: (0..<tags).map { KeyedText("t\($0)", "") },
                isBatch: true
            ).count
        }
        #expect(problems(1_000, 0, 0) == 0)
        #expect(problems(800, 100, 100) == 0)
        #expect(problems(1_001, 0, 0) == 2)
        #expect(problems(0, 101, 0) == 1)
        #expect(problems(0, 0, 101) == 1)
        #expect(problems(801, 100, 100) == 1)
    }

    @Test func `Names that are other paths are refused`() {
        for name in ["", ".", "..", "a//b", "/a", "a/", "a/./b", "a/../b", "..a", "./a"] {
            #expect(TrackingLimits.problems(params: [KeyedText(name, "")], isBatch: false).count == 1, "\(name)")
        }
        for name in ["a", "a.b", "a b", "a/b", "é", "x:y", "a..b", "_-."] {
            #expect(TrackingLimits.problems(params: [KeyedText(name, "")], isBatch: false).isEmpty, "\(name)")
        }
    }

    @Test func `No path leads out of the artifact store, however it is written`() {
        let refused = [
            "", "/", "/etc/passwd", "..", "../x", "a/../b", "a/..", "\\windows", "a\\..\\b",
            "a\u{0}b", "a\nb", "%2e%2e/x", "%2E%2E%2Fx", "..%2fx", "a/%2e%2e/b", "%252e%252e/x",
            "%25252e%25252e%25252fx",
            "%5c..%5cx", "%2fetc/passwd", "a%00b", ".%2e/x", "a/%2e/b", "\u{2F}\u{301}etc", "a/\u{2F}\u{301}b",
            String(repeating: "x", count: 256), String(repeating: "a/", count: 2_000) + "b", ".martlet-incoming/x",
            "%" + String(repeating: "25", count: 20) + "2e%" + String(repeating: "25", count: 20) + "2e",
        ]
        for path in refused {
            #expect(throws: ArtifactError.self, "\(path.prefix(60))") { try ArtifactPath(path) }
        }
        let taken = ["a", "1/2/artifacts/model/MLmodel", "a b", "a..b", "...", "100%.txt", "a%20b", "é/ü", "a:b", "%"]
        for path in taken { #expect((try? ArtifactPath(path))?.description == path, "\(path)") }
        #expect(throws: ArtifactError.self) { try ArtifactPath.inStore(uri: "mlflow-artifacts:/../x") }
        #expect((try? ArtifactPath.inStore(uri: "s3://bucket/x")) == .some(nil))
        #expect((try? ArtifactPath.inStore(uri: "mlflow-artifacts:/1/a"))??.description == "1/a")
    }
}
