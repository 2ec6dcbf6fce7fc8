public import Foundation
public import MartletDomain
import Synchronization

extension ArtifactFolder {
    /// Stores every file of a folder and of the folders below.
    ///
    /// - Parameters:
    ///   - path: The folder that they go to; empty means this one.
    ///   - concurrency: How many files are sent at once.
    /// - Throws: ``IncompleteTransfer`` with every file that could not be sent; the others are stored.
    public func put(
        folder: URL, as path: String = "", concurrency: Int = 4, progress: TransferProgress.Report? = nil
    ) async throws {
        let files = try Self.files(of: folder)
        let progress = FolderProgress(total: files.reduce(0) { $0 + $1.size }, report: progress)
        let prefix = path.isEmpty ? "" : path + "/"
        try await Self.each(files, concurrency: concurrency, path: \.path) { file in
            try await put(file: folder.appending(path: file.path), as: prefix + file.path) { progress.update($0) }
        }
    }

    /// Fetches every file of a folder and of the folders below.
    ///
    /// - Parameters:
    ///   - path: The folder of the store; empty means this one.
    ///   - destination: The folder that they are put into, made if it is not there.
    ///   - concurrency: How many files are fetched at once.
    /// - Throws: ``IncompleteTransfer`` with every file that could not be fetched; the others are there.
    public func download(
        folder path: String = "", to destination: URL, concurrency: Int = 4, progress: TransferProgress.Report? = nil
    ) async throws {
        let files = try await files(in: path)
        let progress = FolderProgress(total: files.reduce(0) { $0 + ($1.sizeInBytes ?? 0) }, report: progress)
        let skipped = path.split(separator: "/").count
        try await Self.each(files, concurrency: concurrency, path: \.path) { file in
            let names = file.path.split(separator: "/").dropFirst(skipped)
            let local = names.reduce(destination) { $0.appending(path: String($1), directoryHint: .notDirectory) }
            try await download(file.path, to: local) { progress.update($0) }
        }
    }

    /// The files below a folder of this machine, by path. Links to files count as files; links to folders are not
    /// followed.
    private static func files(of folder: URL) throws -> [(path: String, size: Int64)] {
        var files: [(path: String, size: Int64)] = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() {
            let file = folder.appending(path: path).resolvingSymlinksInPath()
            let details = try FileManager.default.attributesOfItem(atPath: file.path)
            guard details[.type] as? FileAttributeType == .typeRegular else { continue }
            files.append((path, (details[.size] as? NSNumber)?.int64Value ?? 0))
        }
        return files
    }

    /// Does `work` for each, so many at once, and goes on when one fails.
    private static func each<Element: Sendable>(
        _ elements: [Element], concurrency: Int, path: (Element) -> String,
        _ work: @escaping @Sendable (Element) async throws -> Void
    ) async throws {
        var problems: [IncompleteTransfer.Problem] = []
        await withTaskGroup(of: (Int, (any Error)?).self) { group in
            var started = 0
            func start() {
                guard started < elements.count, !Task.isCancelled else { return }
                let index = started
                started += 1
                let element = elements[index]
                group.addTask {
                    do {
                        try await work(element)
                    } catch {
                        return (index, error)
                    }
                    return (index, nil)
                }
            }
            for _ in 0..<max(1, concurrency) { start() }
            for await (index, error) in group {
                if let error { problems.append(.init(path: path(elements[index]), reason: error)) }
                start()
            }
        }
        try Task.checkCancellation()
        guard problems.isEmpty else {
            throw IncompleteTransfer(fileCount: elements.count, problems: problems.sorted { $0.path < $1.path })
        }
    }
}

/// Some files of a folder that did not get through, with all that went wrong.
public struct IncompleteTransfer: MartletError {
    public struct Problem: Sendable {
        public var path: String
        public var reason: any Error
    }

    /// How many files there were in all.
    public var fileCount: Int
    /// By path.
    public var problems: [Problem]

    public var code: ErrorCode { (problems.first?.reason as? any MartletError)?.code ?? .internalError }
    public var message: String {
        let shown = problems.prefix(20).map { "\n- \($0.path): \($0.reason)" }.joined()
        let more = problems.count > 20 ? "\n- and \(problems.count - 20) more" : ""
        return "\(problems.count) of \(fileCount) files were not transferred; the others were:\(shown)\(more)"
    }
}

/// Adds up the progress of files that are on their way at once.
private final class FolderProgress: Sendable {
    private let total: Int64
    private let report: TransferProgress.Report?
    private let files = Mutex<(bytes: [String: Int64], sum: Int64)>(([:], 0))

    init(total: Int64, report: TransferProgress.Report?) { (self.total, self.report) = (total, report) }

    func update(_ file: TransferProgress) {
        guard let report else { return }
        // Reported under the lock, so that the sums come in order.
        files.withLock { files in
            files.sum += file.bytes - (files.bytes.updateValue(file.bytes, forKey: file.path) ?? 0)
            report(TransferProgress(path: file.path, bytes: files.sum, totalBytes: total))
        }
    }
}
