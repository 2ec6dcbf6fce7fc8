import Hummingbird
import MartletAPI
import MartletDomain
import Platform

func addDatasetTransactionRoutes(to group: RouterGroup<MartletContext>, _ datasets: Datasets) {
    group.on(BeginTransaction.self) { body, context in
        try await datasets.begin(
            body.kind, on: body.table, keys: body.keys ?? [], predicate: body.predicate, runID: body.runID,
            inputs: body.inputs ?? [], by: context.caller)
    }
    group.on(AddToTransaction.self) { body, context in
        try await datasets.add(
            upload: body.upload, named: body.fileName, to: body.transaction, by: context.caller)
    }
    group.on(CommitTransaction.self) { body, context in
        try await datasets.commitTransaction(body.transaction, by: context.caller)
    }
    group.on(AbortTransaction.self) { body, context in
        try await datasets.abortTransaction(body.transaction, by: context.caller)
    }
    group.on(ListTransactions.self) { body, _ in
        ListTransactions.Response(
            transactions: try await datasets.transactions(on: body.table, ended: body.ended))
    }
    group.on(ShowTransaction.self) { body, _ in try await datasets.transaction(body.transaction) }
}

func addDatasetBranchRoutes(to group: RouterGroup<MartletContext>, _ datasets: Datasets) {
    group.on(CreateBranch.self) { body, context in
        try await datasets.createBranch(body.branch, from: body.version, by: context.caller)
    }
    group.on(ListBranches.self) { body, _ in
        ListBranches.Response(branches: try await datasets.branches(of: body.table))
    }
    group.on(FastForwardBranch.self) { body, context in
        try await datasets.fastForward(body.branch, by: context.caller)
    }
    group.on(DeleteBranch.self) { body, context in
        try await datasets.deleteBranch(body.branch, by: context.caller)
        return DeleteBranch.Response()
    }
}
