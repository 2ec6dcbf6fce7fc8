import Hummingbird
import MartletAPI
import MartletDomain
import Platform

func addDatasetTransactionRoutes(to group: Routes, _ datasets: Datasets, _ tracking: Tracking) {
    group.on(BeginTransaction.self, "datasets.begin_transaction", of: .table { "\($0.table)" }) { body, context in
        try await context.requireRun(body.runID, tracking)
        return try await datasets.begin(
            body.kind, on: body.table, keys: body.keys ?? [], predicate: body.predicate, runID: body.runID,
            inputs: body.inputs ?? [], by: context.caller)
    }
    group.on(
        AddToTransaction.self, "datasets.add_to_transaction",
        of: Locator([.featureTable]) { .transaction($0.transaction) }
    ) { body, context in
        try await datasets.add(
            upload: body.upload, named: body.fileName, to: body.transaction, by: context.caller)
    }
    group.on(
        CommitTransaction.self, "datasets.commit_transaction",
        of: Locator([.featureTable]) { .transaction($0.transaction) }
    ) { body, context in
        try await datasets.commitTransaction(body.transaction, by: context.caller)
    }
    group.on(
        AbortTransaction.self, "datasets.abort_transaction",
        of: Locator([.featureTable]) { .transaction($0.transaction) }
    ) { body, context in
        try await datasets.abortTransaction(body.transaction, by: context.caller)
    }
    group.on(ListTransactions.self, "datasets.list_transactions", of: .table { $0.table.map { "\($0)" } }) { body, _ in
        ListTransactions.Response(
            transactions: try await datasets.transactions(on: body.table, ended: body.ended))
    }
    group.on(
        ShowTransaction.self, "datasets.get_transaction", of: Locator([.featureTable]) { .transaction($0.transaction) }
    ) { body, _ in try await datasets.transaction(body.transaction) }
}

func addDatasetBranchRoutes(to group: Routes, _ datasets: Datasets) {
    group.on(CreateBranch.self, "datasets.create_branch", of: .table { "\($0.branch)" }) { body, context in
        try await datasets.createBranch(body.branch, from: body.version, by: context.caller)
    }
    group.on(ListBranches.self, "datasets.list_branches", of: .table { "\($0.table)" }) { body, _ in
        ListBranches.Response(branches: try await datasets.branches(of: body.table))
    }
    group.on(FastForwardBranch.self, "datasets.fast_forward", of: .table { "\($0.branch)" }) { body, context in
        try await datasets.fastForward(body.branch, by: context.caller)
    }
    group.on(DeleteBranch.self, "datasets.delete_branch", of: .table { "\($0.branch)" }) { body, context in
        try await datasets.deleteBranch(body.branch, by: context.caller)
        return DeleteBranch.Response()
    }
}
