import Hummingbird
import MartletAPI
import MartletDomain
import Platform

/// Looking at versions, and what is done to a table as a whole.
func addDatasetVersionRoutes(to group: Routes, _ datasets: Datasets, _ tracking: Tracking) {
    group.on(DatasetAsOf.self, "datasets.get_table", of: .table { "\($0.table)" }) { body, _ in
        DatasetAsOf.Response(try await datasets.version(of: body.table, asOf: body.time))
    }
    group.on(ShowLineage.self, "datasets.get_lineage", of: .table { "\($0.table)" }) { body, _ in
        try await datasets.lineage(of: body.table, version: body.version, depth: body.depth ?? 5)
    }
    group.on(RestoreDataset.self, "datasets.restore", of: .table { "\($0.table)" }) { body, context in
        try await context.requireRun(body.runID, tracking)
        let version = try await datasets.restore(
            body.table, to: body.version, runID: body.runID, by: context.caller)
        return try await datasets.summary(version.table)
    }
    group.on(DeleteRows.self, "datasets.delete", of: .table { "\($0.table)" }) { body, context in
        try await context.requireRun(body.runID, tracking)
        return try await datasets.delete(
            from: body.table, where: body.predicate, runID: body.runID, transaction: body.transaction,
            by: context.caller)
    }
    group.on(OptimizeDataset.self, "datasets.optimize", of: .table { "\($0.table)" }) { body, context in
        OptimizeDataset.Response(
            version: try await datasets.optimize(
                body.table, targetBytes: body.targetSize, zOrder: body.zOrder ?? [], by: context.caller))
    }
    group.on(VacuumDataset.self, "datasets.vacuum", of: .table { "\($0.table)" }) { body, context in
        let done = try await datasets.vacuum(
            body.table, retentionHours: body.retentionHours, force: body.force, dryRun: body.dryRun,
            by: context.caller)
        return VacuumDataset.Response(
            files: done.files, bytes: done.bytes, logFiles: done.logFiles, pinnedFiles: done.pinnedFiles,
            pins: done.pins, dryRun: done.dryRun)
    }
}
