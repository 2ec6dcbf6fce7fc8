package import Foundation

/// How much of the machine DuckDB may take.
package struct DuckDBConfiguration: Sendable, Equatable {
    /// Memory for tables, sorts and joins, all sessions together; the rest is spilled to ``temporaryDirectory``.
    package var memoryLimitInBytes: Int
    /// Threads that compute, all sessions together.
    package var threads: Int
    /// Sessions at once; further calls wait for their turn.
    package var sessions: Int
    /// Where spilled data goes; nil for a fresh folder of the system's, removed when the engine is closed.
    package var temporaryDirectory: URL?
    /// The only folders whose files a statement may read or write, whoever wrote it; nil for any.
    package var folders: [URL]?
    /// Files outside ``folders`` that a statement may read, too. Their paths are without links.
    package var files: [URL] = []
    /// Room that statements leave on the disk; nil for 1 GiB, or a twentieth of a disk of less than 20 GiB.
    package var keptFreeInBytes: Int64?
    /// How much one session may write to files; nil for as much as there is room for.
    package var writeLimitInBytes: Int64?

    /// The defaults are half the machine's memory and all its cores.
    package init(
        memoryLimitInBytes: Int = Int(clamping: ProcessInfo.processInfo.physicalMemory / 2),
        threads: Int = ProcessInfo.processInfo.activeProcessorCount,
        sessions: Int = 16,
        temporaryDirectory: URL? = nil,
        folders: [URL]? = nil
    ) {
        self.memoryLimitInBytes = memoryLimitInBytes
        self.threads = threads
        self.sessions = sessions
        self.temporaryDirectory = temporaryDirectory
        self.folders = folders
    }

    var problems: [String] {
        var problems: [String] = []
        if memoryLimitInBytes < 16 << 20 {
            problems.append("DuckDB needs 16 MiB of memory or more, and \(memoryLimitInBytes) bytes were given.")
        }
        if !(1...1024).contains(threads) { problems.append("DuckDB runs 1 to 1024 threads, not \(threads).") }
        if !(1...1024).contains(sessions) { problems.append("1 to 1024 sessions may run at once, not \(sessions).") }
        if let keptFreeInBytes, keptFreeInBytes < 0 {
            problems.append("Room to be left on the disk (keep_free_mb) is 0 or more, not \(keptFreeInBytes) bytes.")
        }
        if let writeLimitInBytes, writeLimitInBytes <= 0 {
            problems.append("What a query may write (write_limit_mb) is more than 0, not \(writeLimitInBytes) bytes.")
        }
        return problems
    }
}
