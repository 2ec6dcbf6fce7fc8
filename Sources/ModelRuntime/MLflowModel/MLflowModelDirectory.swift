package import Foundation

/// A folder that holds one model the way MLflow keeps models, written and read without Python.
///
/// ```
/// MLmodel  model.ubj  conda.yaml  python_env.yaml  requirements.txt  input_example.json  serving_input_example.json
/// ```
///
/// `mlflow.pyfunc.load_model` opens it and predicts the same numbers as ``XGBoostModel/predict(_:)``.
package struct MLflowModelDirectory: Sendable {
    package let folder: URL
    package let manifest: MLmodel

    package init(folder: URL, manifest: MLmodel) { (self.folder, self.manifest) = (folder, manifest) }

    /// Opens a folder that any client of MLflow wrote. Reads only the file `MLmodel`.
    ///
    /// - Throws: ``ModelError`` if it is missing, larger than 4 MB, or not what MLflow writes.
    package static func read(_ folder: URL) throws(ModelError) -> MLflowModelDirectory {
        let bytes = try DurableFile.read(folder.appendingPathComponent("MLmodel"), limit: 4 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .damaged(what: "The file MLmodel", reason: "it is not UTF-8")
        }
        return MLflowModelDirectory(folder: folder, manifest: try MLmodel(yaml: text))
    }

    /// The model of the flavor `xgboost`.
    ///
    /// - Throws: ``ModelError/unsupported(what:reason:)`` for other flavors and for Python's classifier class, whose
    ///   predictions are classes and not probabilities; ``ModelError/storage(path:reason:)`` if the manifest points outside
    ///   the folder; what ``XGBoostModel/load(from:limit:)`` throws.
    package func xgboostModel(limit: Int = 1 << 30) throws -> XGBoostModel {
        guard let flavor = manifest.flavors["xgboost"] else {
            let flavors = manifest.flavorNames.joined(separator: ", ")
            throw ModelError.unsupported(
                what: folder.lastPathComponent, reason: "it has no flavor xgboost but \(flavors)")
        }
        if let kind = flavor["model_class"]?.text,
            !["xgboost.core.Booster", "xgboost.sklearn.XGBRegressor"].contains(kind)
        {
            throw ModelError.unsupported(
                what: folder.lastPathComponent,
                reason: "its class is \(kind), whose predict gives no probabilities; log its get_booster() instead")
        }
        if flavor["model_format"]?.text == "xgb" {
            throw ModelError.unsupported(
                what: folder.lastPathComponent, reason: "its format xgb is XGBoost's old one; save it as ubj")
        }
        let path = flavor["data"]?.text ?? "model.xgb"
        return try XGBoostModel.load(from: file(at: path), limit: limit)
    }

    /// A file that the manifest names, proven to lie in the folder, also through links.
    package func file(at path: String) throws(ModelError) -> URL {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." } && !path.utf8.contains(0)
        let root = folder.resolvingSymlinksInPath().standardizedFileURL.path
        let file = folder.appendingPathComponent(path).resolvingSymlinksInPath().standardizedFileURL
        guard isPlain, path.utf8.count <= 1024, file.path.hasPrefix(root == "/" ? root : root + "/") else {
            throw .storage(path: path, reason: "the file MLmodel points outside of its folder")
        }
        return file
    }
}
