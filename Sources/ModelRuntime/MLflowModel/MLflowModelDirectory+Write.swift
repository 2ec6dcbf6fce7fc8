package import Foundation
package import MartletDomain

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension MLflowModelDirectory {
    /// The MLflow whose layout is written.
    package static let mlflowVersion = "3.17.2"
    /// The Python that a recreated environment gets.
    package static let pythonVersion = "3.11"

    /// Writes a model as a new folder, whole or not at all: everything is written and synced beside it, then renamed.
    ///
    /// - Parameters:
    ///   - signature: Nil for columns of doubles with the model's names and an output of `float32`.
    ///   - example: Rows to keep as the input example; the first five are taken.
    /// - Throws: ``ModelError/storage(path:reason:)`` if the folder exists already or cannot be written;
    ///   ``ModelError/columnsDiffer(expected:given:)`` if the signature or the example has other columns than the model.
    package static func write(
        _ model: XGBoostModel, to folder: URL, signature: ModelSignature? = nil, example: FeatureMatrix? = nil,
        identity: ModelIdentity = ModelIdentity()
    ) throws(ModelError) -> MLflowModelDirectory {
        if let example, example.columnNames != model.featureNames {
            throw .columnsDiffer(expected: model.featureNames, given: example.columnNames)
        }
        let signed = signature ?? defaultSignature(of: model)
        let names = signed.inputColumns.map { $0.name ?? "" }
        if !names.isEmpty, names != model.featureNames {
            throw .columnsDiffer(expected: model.featureNames, given: names)
        }
        var files = environment(model)
        files["model.ubj"] = model.serialized()
        if let rows = try example?.prefix(5), rows.rowCount > 0 {
            files["input_example.json"] = Array(ExampleJSON.split(rows).utf8)
            files["serving_input_example.json"] = Array(ExampleJSON.serving(rows).utf8)
        }
        var manifest = MLmodel(flavors: flavors(model))
        manifest.signature = signed
        if files["input_example.json"] != nil {
            manifest.inputExample = .init(
                artifactPath: "input_example.json", servingInputPath: "serving_input_example.json", type: "dataframe")
        }
        (manifest.modelUUID, manifest.modelID) = (identity.modelUUID, identity.modelID)
        (manifest.runID, manifest.artifactPath) = (identity.runID, identity.artifactPath)
        (manifest.mlflowVersion, manifest.utcTimeCreated) = (mlflowVersion, identity.utcTimeCreated)
        manifest.modelSizeInBytes = files.values.reduce(0) { $0 + $1.count }
        files["MLmodel"] = Array(manifest.yaml().utf8)
        try place(files, in: folder)
        return MLflowModelDirectory(folder: folder, manifest: manifest)
    }

    /// Doubles in, `float32` out: what MLflow's client infers for such a model.
    package static func defaultSignature(of model: XGBoostModel) -> ModelSignature {
        ModelSignature(
            inputs: .columns(model.featureNames.map { .init($0, .double) }),
            outputs: .tensors([.init(elementType: "float32", shape: [-1])]))
    }

    private static func flavors(_ model: XGBoostModel) -> [String: MLmodel.Setting] {
        [
            "python_function": .group([
                "data": .text("model.ubj"), "loader_module": .text("mlflow.xgboost"),
                "env": .group(["conda": .text("conda.yaml"), "virtualenv": .text("python_env.yaml")]),
                "python_version": .text(pythonVersion),
            ]),
            "xgboost": .group([
                "code": .null, "data": .text("model.ubj"), "model_class": .text("xgboost.core.Booster"),
                "model_format": .text("ubj"), "xgb_version": .text(model.libraryVersion),
            ]),
        ]
    }

    private static func environment(_ model: XGBoostModel) -> [String: [UInt8]] {
        let packages = ["mlflow>=3,<4", "xgboost==\(model.libraryVersion)"]
        let requirements = packages.joined(separator: "\n") + "\n"
        let conda =
            "channels:\n- conda-forge\ndependencies:\n- python=\(pythonVersion)\n- pip\n- pip:\n"
            + packages.map { "  - \(MLmodel.quoted($0))\n" }.joined() + "name: mlflow-env\n"
        let python =
            "python: \(MLmodel.quoted(pythonVersion))\nbuild_dependencies:\n- pip\n- setuptools\n- wheel\n"
            + "dependencies:\n- -r requirements.txt\n"
        return [
            "requirements.txt": Array(requirements.utf8), "conda.yaml": Array(conda.utf8),
            "python_env.yaml": Array(python.utf8),
        ]
    }

    private static func place(_ files: [String: [UInt8]], in folder: URL) throws(ModelError) {
        let parent = folder.deletingLastPathComponent()
        let draft = parent.appendingPathComponent(".\(folder.lastPathComponent).\(UUID().uuidString).draft")
        let manager = FileManager.default
        func refuse(_ reason: String) -> ModelError { .storage(path: folder.path, reason: reason) }
        guard !manager.fileExists(atPath: folder.path) else {
            throw refuse("it exists already; a model folder is never overwritten")
        }
        do {
            try manager.createDirectory(at: parent, withIntermediateDirectories: true)
            try manager.createDirectory(at: draft, withIntermediateDirectories: false)
        } catch {
            throw refuse("the folder could not be made (\(error.localizedDescription))")
        }
        do throws(ModelError) {
            for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
                try DurableFile.writeNew(bytes, to: draft.appendingPathComponent(name))
            }
            try DurableFile.sync(draft)
            guard rename(draft.path, folder.path) == 0 else {
                throw refuse("it could not be put in place (\(String(cString: strerror(errno))))")
            }
            try DurableFile.sync(parent)
        } catch {
            try? manager.removeItem(at: draft)
            throw error
        }
    }
}
