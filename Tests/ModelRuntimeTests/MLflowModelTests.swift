import Foundation
import MartletDomain
import Testing

import ModelRuntime

@Suite struct MLflowModelTests {
    private func small() throws -> XGBoostModel { try XGBoostModel(serialized: Golden.bytes("small.ubj")) }

    @Test func `A folder that MLflow's client wrote opens and predicts what Python predicts`() throws {
        let opened = try MLflowModelDirectory.read(Golden.folder.appendingPathComponent("mlflow_booster"))
        let model = try opened.xgboostModel()
        #expect(opened.manifest.signature?.inputColumns.map(\.name) == model.featureNames)
        #expect(opened.manifest.signature?.outputs == .tensors([.init(elementType: "float32", shape: [-1])]))
        #expect(opened.manifest.inputExample?.servingInputPath == "serving_input_example.json")
        #expect(opened.manifest.flavorNames == ["python_function", "xgboost"])
        #expect(opened.manifest.modelID == nil)
        struct Example: Decodable {
            var columns: [String]
            var data: [[Float]]
        }
        let file = try opened.file(at: "input_example.json")
        let example = try JSONDecoder().decode(Example.self, from: Data(contentsOf: file))
        let rows = try FeatureMatrix(
            rowCount: example.data.count, columnNames: example.columns, values: example.data.flatMap(\.self))
        let golden = Golden.folder.appendingPathComponent("mlflow_booster.json")
        let expected = try JSONDecoder().decode([Float].self, from: Data(contentsOf: golden))
        #expect(zip(try model.predict(rows), expected).allSatisfy { abs($0 - $1) <= 1e-6 })
    }

    @Test func `The signature's JSON is MLflow's to the byte`() throws {
        let folder = Golden.folder.appendingPathComponent("mlflow_booster")
        let signature = try #require(try MLflowModelDirectory.read(folder).manifest.signature)
        let model = try XGBoostModel.load(from: folder.appendingPathComponent("model.ubj"))
        #expect(signature == MLflowModelDirectory.defaultSignature(of: model))
        let json = #"[{"type": "double", "name": "a", "required": true}, "#
        #expect(signature.inputs?.json.hasPrefix(json) == true)
    }

    @Test func `What is written is read back equal`() throws {
        let (model, data) = (try small(), try Golden.forest().matrix())
        try withFolder { folder in
            let place = folder.appendingPathComponent("deeper/model")
            let identity = ModelIdentity(
                modelID: "m-0123", runID: "12345678", artifactPath: "it's a: #model",
                timeCreated: Date(timeIntervalSince1970: 1_700_000_000.25))
            let written = try MLflowModelDirectory.write(model, to: place, example: data, identity: identity)
            let opened = try MLflowModelDirectory.read(place)
            #expect(opened.manifest == written.manifest)
            #expect(opened.manifest.utcTimeCreated == "2023-11-14 22:13:20.250000")
            #expect(opened.manifest.runID == "12345678")
            #expect(try opened.xgboostModel().serialized() == model.serialized())
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: place.path).sorted() == [
                    "MLmodel", "conda.yaml", "input_example.json", "model.ubj", "python_env.yaml", "requirements.txt",
                    "serving_input_example.json",
                ])
            let around = folder.appendingPathComponent("deeper").path
            #expect(try FileManager.default.contentsOfDirectory(atPath: around) == ["model"])
            #expect(throws: ModelError.self) { try MLflowModelDirectory.write(model, to: place) }
            #expect(throws: ModelError.self) {
                let other = ModelSignature(inputs: [.init("age", .double)], outputs: [])
                _ = try MLflowModelDirectory.write(model, to: folder.appendingPathComponent("other"), signature: other)
            }
        }
    }

    @Test(arguments: ["../model.ubj", "/etc/passwd", "a/../../model.ubj", "", ".", "link.ubj", "a//b"])
    func `A manifest that points out of its folder is refused`(path: String) throws {
        try withFolder { folder in
            let place = folder.appendingPathComponent("model")
            _ = try MLflowModelDirectory.write(try small(), to: place)
            try Data(try Golden.bytes("small.ubj")).write(to: folder.appendingPathComponent("model.ubj"))
            try FileManager.default.createSymbolicLink(
                at: place.appendingPathComponent("link.ubj"),
                withDestinationURL: folder.appendingPathComponent("model.ubj"))
            let manifest = place.appendingPathComponent("MLmodel")
            let text = try String(contentsOf: manifest, encoding: .utf8)
            try text.replacingOccurrences(of: "data: model.ubj", with: "data: '\(path)'")
                .write(to: manifest, atomically: true, encoding: .utf8)
            let error = #expect(throws: ModelError.self) { try MLflowModelDirectory.read(place).xgboostModel() }
            #expect(error?.message.contains("points outside") == true)
        }
    }

    @Test func `A manifest that is cut, nested absurdly or of another kind never crashes`() throws {
        let whole = String(decoding: try Golden.bytes("mlflow_booster/MLmodel"), as: UTF8.self)
        for length in 0..<whole.utf8.count { _ = try? MLmodel(yaml: String(whole.prefix(length))) }
        let rubbish = [
            "", "[]", "- a", "flavors: 3", "flavors: {}", String(repeating: "[", count: 100_000),
            String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000), "a: *b", "a: &a [*a]",
            "flavors: {xgboost: {data: [}}", "flavors:\n  xgboost:\n    data: x\nsignature:\n  inputs: '[{'\n",
            String(repeating: "{a: ", count: 100_000), "\u{0}", "flavors: {1: 2, ? [a]: b}",
        ]
        for text in rubbish { #expect(throws: ModelError.self, "\(text.prefix(40))") { try MLmodel(yaml: text) } }
        let classifier = whole.replacingOccurrences(of: "xgboost.core.Booster", with: "xgboost.sklearn.XGBClassifier")
        let folder = Golden.folder.appendingPathComponent("mlflow_booster")
        let directory = MLflowModelDirectory(folder: folder, manifest: try MLmodel(yaml: classifier))
        let error = #expect(throws: ModelError.self) { try directory.xgboostModel() }
        #expect(error?.message.contains("XGBClassifier") == true)
    }
}
