import MartletDomain
import QueryEngine

extension ViewInput {
    /// One feature's answers for some of the caller's rows.
    enum Answers: Sendable {
        case longs([Int64])
        case doubles([Double?])
        case exact([Int128?])
        /// Rows of the source; below zero for none.
        case rows([Int32])
    }

    /// The view's columns of the caller's rows, hidden ones too. Keys are shared out among the cores.
    func features() async throws -> [Column] {
        let features = try view.view.features.filter(\.definition.readsTable).map { try FeatureSweep($0, self) }
        let parts = try await withThrowingTaskGroup(of: (Range<Int>, [Answers]).self) { group in
            for range in keyRanges() {
                group.addTask { (range, try answers(features, keys: range)) }
            }
            var parts: [(Range<Int>, [Answers])] = []
            for try await part in group { parts.append(part) }
            return parts
        }
        return try features.indices.map { index in
            try column(features[index], parts.map { ($0.0, $0.1[index]) })
        }
    }

    /// Runs of keys with about equal work.
    private func keyRanges() -> [Range<Int>] {
        let limit = max(20_000, (rows.order.count + labels.count) / 16)
        var (ranges, start, work): ([Range<Int>], Int, Int) = ([], 0, 0)
        for key in 0..<keys.count {
            work += rows.offsets[key + 1] - rows.offsets[key] + labelOffsets[key + 1] - labelOffsets[key]
            if work >= limit || key == keys.count - 1 {
                ranges.append(start..<key + 1)
                (start, work) = (key + 1, 0)
            }
        }
        return ranges
    }

    private func answers(_ features: [FeatureSweep], keys range: Range<Int>) throws -> [Answers] {
        var answers: [Answers?] = Array(repeating: nil, count: features.count)
        for key in range {
            try Task.checkCancellation()
            let own = labels[labelOffsets[key]..<labelOffsets[key + 1]]
            if view.source.eventTime == nil {
                let found = rows.order[rows.offsets[key]..<rows.offsets[key + 1]]
                guard found.count <= 1 else {
                    throw FeatureError.duplicateKey(
                        view: view.view.name, table: view.source.table, key: spelled(key))
                }
                let part = Answers.rows(Array(repeating: found.first ?? -1, count: own.count))
                for index in features.indices { answers[index] = part.joined(to: answers[index]) }
                continue
            }
            let timeline = timeline(ofKey: key)
            let asked = LabelTimes(own.map { times[Int($0)] })
            for (index, feature) in features.enumerated() {
                let part = try feature.answers(timeline, asked, viewName: view.view.name) { spelled(key) }
                answers[index] = part.joined(to: answers[index])
            }
        }
        return answers.map { $0 ?? .rows([]) }
    }

    private func column(_ sweep: FeatureSweep, _ parts: [(Range<Int>, Answers)]) throws -> Column {
        let (name, rowCount) = (sweep.feature.name, times.count)
        var longs: [Int64?] = []
        var doubles: [Double?] = []
        var exact: [Int128?] = []
        var found: [Int32] = []
        switch sweep.form {
        case .longs: longs = isTimed.map { $0 ? 0 : nil }
        case .doubles: doubles = Array(repeating: nil, count: rowCount)
        case .exact: exact = Array(repeating: nil, count: rowCount)
        case .rows: found = Array(repeating: -1, count: rowCount)
        }
        for (range, answers) in parts {
            let own = labels[labelOffsets[range.lowerBound]..<labelOffsets[range.upperBound]]
            switch answers {
            case .longs(let values) where !longs.isEmpty:
                for (row, value) in zip(own, values) { longs[Int(row)] = value }
            case .doubles(let values) where !doubles.isEmpty:
                for (row, value) in zip(own, values) { doubles[Int(row)] = value }
            case .exact(let values) where !exact.isEmpty:
                for (row, value) in zip(own, values) { exact[Int(row)] = value }
            case .rows(let values) where !found.isEmpty:
                for (row, value) in zip(own, values) { found[Int(row)] = value }
            default: break
            }
        }
        switch sweep.form {
        case .longs: return Column(name, longs: longs)
        case .doubles: return Column(name, doubles: doubles)
        case .rows: return sweep.gathered(found)
        case .exact: return try sweep.exactColumn(exact)
        }
    }
}

extension ViewInput.Answers {
    /// These answers after `earlier` ones of the same form.
    fileprivate func joined(to earlier: Self?) -> Self {
        switch (earlier, self) {
        case (.longs(let earlier), .longs(let own)): .longs(earlier + own)
        case (.doubles(let earlier), .doubles(let own)): .doubles(earlier + own)
        case (.exact(let earlier), .exact(let own)): .exact(earlier + own)
        case (.rows(let earlier), .rows(let own)): .rows(earlier + own)
        default: self
        }
    }
}
