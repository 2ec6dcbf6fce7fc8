import Foundation
import Synchronization

/// Writes the body of an answer into a file as it comes.
final class DownloadSink: Sendable {
    private struct State {
        var part: PartialFile
        var handle: FileHandle?
        var written: Int64 = 0
        var isClosed = false
    }

    private let state: Mutex<State>
    private let report: @Sendable (Int64, Int64) -> Void

    /// - Parameter report: Told how many bytes there are, and how many there will be.
    init(_ part: PartialFile, report: @escaping @Sendable (Int64, Int64) -> Void) {
        state = Mutex(State(part: part))
        self.report = report
    }

    /// - Throws: `CancellationError` after ``close()``: bytes that come late are not the file's beginning.
    func take(_ answer: WireResponse, _ data: Data) throws {
        let (written, total) = try state.withLock { state in
            guard !state.isClosed else { throw CancellationError() }
            let handle: FileHandle
            if let open = state.handle {
                handle = open
            } else {
                handle = try state.part.open(for: answer)
                (state.handle, state.written) = (handle, state.part.size)
            }
            try handle.write(contentsOf: data)
            state.written += Int64(data.count)
            return (state.written, state.part.total ?? 0)
        }
        report(written, total)
    }

    /// Brings what came to the disk.
    func close() throws -> PartialFile {
        try state.withLock { state in
            try state.handle?.synchronize()
            try state.handle?.close()
            (state.handle, state.isClosed) = (nil, true)
            return state.part
        }
    }
}
