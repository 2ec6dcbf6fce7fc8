import QueryEngine

/// The instants asked for, by key and in time order.
///
/// Positions count the labels in that order; rows are those of the spine.
package struct LabelIndex: Sendable {
    /// Rows of the spine, with those that ask for nothing.
    let rowCount: Int
    let keyCount: Int
    /// The labels of a key are at positions `offsets[key]..<offsets[key + 1]`.
    private(set) var offsets: [Int] = []
    /// In ticks, ascending within a key.
    private(set) var times: [Int64] = []
    /// The row of each position.
    private(set) var rows: [Int32] = []
    /// Rows without a time: nothing is known as of it.
    private(set) var untimed: [Int32] = []
    /// The first and the last of ``times``; nil if there are none.
    private(set) var span: ClosedRange<Int64>?

    /// - Parameters:
    ///   - labels: Row, key and time of each row that has a key and a time; any order.
    ///   - untimed: Rows without a time.
    package init(_ labels: [(row: Int32, key: Int32, time: Int64)], untimed: [Int32], keyCount: Int, rowCount: Int) {
        (self.keyCount, self.rowCount, self.untimed) = (keyCount, rowCount, untimed)
        var offsets = [Int](repeating: 0, count: keyCount + 1)
        for label in labels { offsets[Int(label.key) + 1] += 1 }
        for key in 0..<keyCount { offsets[key + 1] += offsets[key] }
        var next = offsets
        var sorted = [(time: Int64, row: Int32)](repeating: (0, 0), count: labels.count)
        for label in labels {
            sorted[next[Int(label.key)]] = (label.time, label.row)
            next[Int(label.key)] += 1
        }
        sorted.withUnsafeMutableBufferPointer { sorted in
            for key in 0..<keyCount {
                var labels = UnsafeMutableBufferPointer(rebasing: sorted[offsets[key]..<offsets[key + 1]])
                labels.sort { $0.time != $1.time ? $0.time < $1.time : $0.row < $1.row }
            }
        }
        self.offsets = offsets
        times = sorted.map(\.time)
        if let least = times.min(), let greatest = times.max() { span = least...greatest }
        rows = sorted.map(\.row)
    }
}
