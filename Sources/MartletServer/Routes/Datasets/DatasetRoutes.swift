import DeltaLake
import Foundation
import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about tables, below `/api/martlet/1.0/`.
func addDatasetRoutes(to group: Routes, platform: Platform) {
    let datasets = platform.datasets
    group.on(.put, "uploads", "datasets.upload", of: .visible(.featureTable)) { request, context in
        if let file = InProcessTransport.file {
            let id = datasets.lend(try LentFile(file.url, progress: file.progress))
            return try jsonResponse(Upload(upload: id, sizeInBytes: file.size, sha256: ""))
        }
        return try jsonResponse(try await datasets.receive(request.body, limit: BodyLimit.upload))
    }
    group.on(ImportDataset.self, "datasets.import", of: .table { "\($0.table)" }) { body, context in
        try await context.requireRun(body.runID, platform.tracking)
        let version = try await datasets.importUpload(
            body.upload, named: body.fileName, as: body.table, body.mode.platform, keys: body.keys ?? [],
            runID: body.runID, by: context.caller)
        return try await datasets.summary(version.table)
    }
    group.on(
        DeriveDataset.self, "datasets.derive", of: .tables { (["\($0.table)"] + $0.inputs.values.map { "\($0)" }) }
    ) { body, context in
        let version = try await datasets.derive(
            body.table, selecting: body.sql, from: body.inputs, body.mode.platform, by: context.caller)
        return try await datasets.summary(version.table)
    }
    group.on(ShowDataset.self, "datasets.get_table", of: .table { "\($0.table)" }) { body, _ in
        let table = try await datasets.reference(body.table, version: body.version, asOf: body.asOf)
        var summary = try await datasets.summary(table)
        if let rows = body.rows { summary.preview = try await datasets.preview(table, rows: rows) }
        return summary
    }
    group.on(ListDatasets.self, "datasets.list_tables", of: .visible(.featureTable)) { _, context in
        let visible = context.visible(.featureTable)
        var tables: [DatasetSummary] = []
        for name in try await datasets.names() where visible.contains("\(name)") {
            do {
                tables.append(try await datasets.summary(datasets.latest(name)))
            } catch let error as any MartletError {
                // One that cannot be read hides no other.
                tables.append(DatasetSummary(name, path: datasets.folder(of: name).path, problem: error.message))
            }
        }
        return ListDatasets.Response(tables: tables)
    }
    group.on(DatasetHistory.self, "datasets.get_history", of: .table { "\($0.table)" }) { body, _ in
        DatasetHistory.Response(versions: try await datasets.history(body.table))
    }
    addDatasetVersionRoutes(to: group, datasets, platform.tracking)
    addDatasetTransactionRoutes(to: group, datasets, platform.tracking)
    addDatasetBranchRoutes(to: group, datasets)
}

extension Datasets {
    fileprivate func reference(
        _ name: TableName, version: Int64?, asOf: Instant?
    ) async throws -> TableReference {
        guard version == nil || asOf == nil else {
            throw InvalidRequest("Name a version or a time, not both.")
        }
        if let asOf { return try await self.version(of: name, asOf: asOf) }
        return if let version { TableReference(name, version: version) } else { try await latest(name) }
    }

    func summary(_ table: TableReference) async throws -> DatasetSummary {
        let snapshot = try await snapshot(table)
        return DatasetSummary(
            table: table.name, version: table.version, rows: snapshot.rowCount, path: folder(of: table.name).path,
            columns: snapshot.schema.fields, written: try await version(table))
    }

    /// Streams a body into the scratch folder.
    fileprivate func receive(_ body: RequestBody, limit: Int64) async throws -> Upload {
        let upload = try beginUpload()
        do {
            for try await buffer in body {
                guard upload.sizeInBytes + Int64(buffer.readableBytes) <= limit else {
                    throw BodyError.tooLarge(limit: Int(limit))
                }
                try upload.append(Data(buffer.readableBytesView))
            }
            let sha256 = try upload.finish()
            return Upload(upload: upload.id, sizeInBytes: upload.sizeInBytes, sha256: sha256)
        } catch {
            // Whoever went away in the middle leaves nothing behind.
            upload.cancel()
            throw error
        }
    }
}

extension WriteMode {
    fileprivate var platform: Datasets.Mode {
        switch self {
        case .append: .append
        case .overwrite: .overwrite
        case .merge: .merge
        }
    }
}
