import Foundation
import MartletDomain
import Testing

import ModelRuntime

@Suite struct DamagedModelTests {
    @Test(arguments: ["small.ubj", "small.json"])
    func `A model cut at any byte is refused with a reason`(file: String) throws {
        let whole = try Golden.bytes(file)
        let end = file.hasSuffix("json") ? whole.lastIndex(of: UInt8(ascii: "}")) ?? 0 : whole.count - 1
        for length in 0...end {
            let error = #expect(throws: ModelError.self, "cut to \(length) bytes") {
                try XGBoostModel(serialized: Array(whole.prefix(length)))
            }
            guard case .damaged = error else {
                Issue.record("cut to \(length) bytes: \(String(describing: error))")
                return
            }
        }
    }

    @Test(arguments: ["small.ubj", "small.json"])
    func `A model with changed bytes is refused or predicts, and never crashes`(file: String) throws {
        let whole = try Golden.bytes(file)
        let data = try Golden.forest().matrix().prefix(20)
        let base = UInt64.random(in: 1...UInt64(UInt32.max))
        var read = 0
        for round in 0..<1500 {
            let seed = base &+ UInt64(round)
            var generator = SeededGenerator(seed: seed)
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            do {
                let model = try XGBoostModel(serialized: bytes)
                read += 1
                if model.featureNames == data.columnNames { #expect(try model.predict(data).count == 20) }
                _ = try model.importance(.gain)
            } catch is ModelError {
                continue
            } catch {
                Issue.record("seed \(seed): \(error)")
            }
        }
        #expect(read > 0, "seed \(base)")
    }

    @Test func `Rubbish and other formats are refused`() throws {
        var generator = SeededGenerator(seed: 5)
        for count in [0, 1, 2, 10, 1000] {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(throws: ModelError.self) { try XGBoostModel(serialized: bytes) }
        }
        for text in ["{}", "[]", "null", "{\"learner\":{}}", "binf model", "{\"a\":1,\"a\":2}"] {
            #expect(throws: ModelError.self) { try XGBoostModel(serialized: Array(text.utf8)) }
        }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: ModelError.self) { try XGBoostModel(serialized: deep) }
        #expect(throws: ModelError.self) { try XGBoostModel(serialized: Array("{L".utf8) + deep) }
    }

    @Test func `A length that promises more than there is allocates nothing`() throws {
        var bytes = try Golden.bytes("small.ubj")
        let text = Array("[$d#L".utf8)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: text) })
        bytes.replaceSubrange(place + 5..<place + 13, with: [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: ModelError.self) { try XGBoostModel(serialized: bytes) }
    }

    @Test(arguments: [
        ("\"left_children\":[1,", "\"left_children\":[999999,"), ("\"left_children\":[1,", "\"left_children\":[0,"),
        ("\"left_children\":[1,", "\"left_children\":[-7,"), ("\"num_feature\":\"4\"", "\"num_feature\":\"1\""),
        ("\"num_class\":\"0\"", "\"num_class\":\"7\""), ("\"num_trees\":\"3\"", "\"num_trees\":\"30\""),
        ("\"tree_info\":[0,", "\"tree_info\":[5,"), ("\"gbtree\"", "\"dart\""),
        ("binary:logistic", "multi:softprob"), ("\"iteration_indptr\":[0,3]", "\"iteration_indptr\":[0,4]"),
    ])
    func `A model whose parts contradict each other is refused before the library sees it`(
        change: (String, String)
    ) throws {
        let text = String(decoding: try Golden.bytes("small.json"), as: UTF8.self)
        let place = try #require(text.range(of: change.0))
        let changed = text.replacingCharacters(in: place, with: change.1)
        #expect(throws: ModelError.self) { try XGBoostModel(serialized: Array(changed.utf8)) }
    }

    @Test func `A file that is missing, a folder or too large is refused`() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("model.ubj")
            #expect(throws: ModelError.self) { try XGBoostModel.load(from: file) }
            #expect(throws: ModelError.self) { try XGBoostModel.load(from: folder) }
            try Data(try Golden.bytes("small.ubj")).write(to: file)
            #expect(throws: ModelError.self) { try XGBoostModel.load(from: file, limit: 100) }
            #expect(throws: ModelError.self) {
                try XGBoostModel.load(from: file).save(to: folder.appendingPathComponent("no/such/model.ubj"))
            }
        }
    }
}
