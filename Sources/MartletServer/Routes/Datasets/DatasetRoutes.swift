import DeltaLake
import Foundation
import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about tables, below `/api/martlet/1.0/`.
func addDatasetRoutes(to group: RouterGroup<MartletContext>, platform: Platform) {
    let datasets = platform.datasets
    group.put("uploads") { request, context in
        try await datasets.requireChange(AuditAction("datasets", "upload", [:]), by: context.caller)
        return try jsonResponse(try await datasets.receive(request.body, limit: BodyLimit.upload))
    }
    group.on(ImportDataset.self) { body, context in
        let version = try await datasets.importUpload(
            body.upload, named: body.fileName, as: body.table, body.mode.platform, by: context.caller)
        return try await datasets.summary(version.table)
    }
    group.on(DeriveDataset.self) { body, context in
        let version = try await datasets.derive(
            body.table, selecting: body.sql, from: body.inputs, body.mode.platform, by: context.caller)
        return try await datasets.summary(version.table)
    }
    group.on(ShowDataset.self) { body, _ in
        try await datasets.summary(try await datasets.reference(body.table, version: body.version))
    }
    group.on(ListDatasets.self) { _, _ in
        var tables: [DatasetSummary] = []
        for name in try await datasets.names() { tables.append(try await datasets.summary(datasets.latest(name))) }
        return ListDatasets.Response(tables: tables)
    }
    group.on(DatasetHistory.self) { body, _ in
        DatasetHistory.Response(versions: try await datasets.history(body.table))
    }
}

extension Datasets {
    fileprivate func reference(_ name: TableName, version: Int64?) async throws -> TableReference {
        if let version { TableReference(name, version: version) } else { try await latest(name) }
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
        }
    }
}
