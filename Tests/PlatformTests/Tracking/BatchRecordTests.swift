import AuditLog
import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

@Suite struct BatchRecordTests {
    @Test func `The entry of a batch holds what was logged, as canonical JSON`() async throws {
        try await withWorkspace { platform in
            let run = try await platform.tracking.createRun(by: .setup).info.id
            try await platform.tracking.logBatch(
                run: run,
                metrics: [
                    Metric("loss/train", 0.25, timestamp: 1_700_000_000_000, step: -3),
                    Metric("nan", .nan, timestamp: 1), Metric("big", -.infinity, timestamp: 9_007_199_254_740_993),
                    Metric("e", 1e21, timestamp: 1),
                ], params: [KeyedText("p", "a\"\\\n\u{1}é")], by: .setup)
            let entry = try #require(try await platform.auditEntries().last)
            #expect(entry.actionName == "log_batch" && entry.requestParams["metrics"] == "4")
            // As Python's json.dumps(batch, sort_keys=True, separators=(",", ":"), ensure_ascii=False) writes it.
            #expect(
                entry.requestParams["batch"]
                    == #"{"metrics":[{"key":"loss/train","step":-3,"timestamp":1700000000000,"value":0.25},"#
                    + #"{"key":"nan","step":0,"timestamp":1,"value":"NaN"},"#
                    + #"{"key":"big","step":0,"timestamp":"9007199254740993","value":"-Infinity"},"#
                    + #"{"key":"e","step":0,"timestamp":1,"value":1e+21}],"#
                    + #""params":[{"key":"p","value":"a\"\\\n\u0001é"}],"tags":[]}"#)
        }
    }

    @Test func `Of a long batch the entry has the digest of that JSON`() async throws {
        try await withWorkspace { platform in
            let run = try await platform.tracking.createRun(by: .setup).info.id
            let params = (0..<100).map { KeyedText("p\($0)", "value \($0) of a hundred that are logged at once") }
            try await platform.tracking.logBatch(run: run, params: params, by: .setup)
            let members = params.map { #"{"key":"\#($0.key)","value":"\#($0.value)"}"# }
            let json = #"{"metrics":[],"params":[\#(members.joined(separator: ","))],"tags":[]}"#
            let entry = try #require(try await platform.auditEntries().last)
            #expect(
                entry.requestParams["batch"]
                    == "sha256:\(CanonicalJSON.sha256Hex(json));bytes=\(json.utf8.count)")
        }
    }
}
