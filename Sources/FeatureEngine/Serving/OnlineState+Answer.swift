import MartletDomain
package import QueryEngine

extension OnlineState {
    /// The features of each request, as of the request's own times.
    ///
    /// - Parameter requests: Has the columns that the plan was made for, those that its features take.
    /// - Throws: ``FeatureError/issues(_:)`` for columns that are missing or of another type; ``InvalidRequest`` for a
    ///   request before ``horizon``.
    package func answer(_ requests: RecordBatch) throws -> OnlineAnswers {
        let columns = try columns(requests)
        var answers = OnlineAnswers(plan.features, version: version, count: requests.rowCount)
        var cells = [CellValue](repeating: .null, count: plan.request.count + plan.features.count)
        for row in 0..<requests.rowCount {
            try answer(row, columns, &cells, into: &answers)
        }
        return answers
    }

    /// The caller's columns in the order of the plan; nil for one that nothing takes.
    func columns(_ requests: RecordBatch) throws -> [Column?] {
        var issues: [FeatureIssue] = []
        let columns = plan.request.enumerated().map { place, wanted -> Column? in
            guard plan.isTaken[place] else { return nil }
            guard let column = requests[wanted.name] else {
                issues.append(FeatureIssue(.missingColumn, "The requests lack \(wanted.name)"))
                return nil
            }
            if column.form != wanted.kind.form, !(wanted.kind.isTime && column.form == .long) {
                issues.append(
                    FeatureIssue(.typeMismatch, "The requests have \(wanted.name) as another type than \(wanted.kind)"))
            }
            return column
        }
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        return columns
    }

    /// - Parameter cells: Room for the caller's cells and the features.
    func answer(
        _ row: Int, _ columns: [Column?], _ cells: inout [CellValue], into answers: inout OnlineAnswers
    ) throws {
        for (place, column) in columns.enumerated() { cells[place] = column?.cellValue(at: row) ?? .null }
        for (place, value, fillsNaN) in plan.requestDefaults {
            cells[place] = Self.filled(cells[place], value, fillsNaN)
        }
        for step in plan.steps {
            switch step {
            case .lookup(let step): try look(step, row, &cells, &answers)
            case .window(let step): try aggregate(step, row, &cells, &answers)
            case .derived(let step): derive(step, row, &cells, &answers)
            }
        }
    }

    private static func filled(_ cell: CellValue, _ fallback: CellValue, _ fillsNaN: Bool) -> CellValue {
        if fallback.isNull { return cell }
        if case .double(let value) = cell { return fillsNaN && value.isNaN ? fallback : cell }
        return cell.isNull ? fallback : cell
    }

    private func key(_ access: OnlinePlan.Access, _ cells: [CellValue]) -> EntityKey? {
        if access.key.count == 1 { return EntityKey(cells[access.key[0]], access.keyKinds[0]) }
        return EntityKey(access.key.map { cells[$0] }, access.keyKinds)
    }

    /// The instant asked for in the stream's ticks; nil if the request has none.
    private func time(_ access: OnlinePlan.Access, _ cells: [CellValue]) throws -> Int64? {
        guard let at = access.at else { return .max }
        guard let time = cells[at].tick else { return nil }
        if time < ticks(horizon, of: streams[access.stream]) {
            throw InvalidRequest(
                "A request as of \(time) cannot be answered: what was before \(horizon) has been let go. "
                    + "Compute it from the tables instead.")
        }
        return time
    }

    // MARK: Lookups

    private func look(
        _ step: OnlinePlan.Lookup, _ row: Int, _ cells: inout [CellValue], _ answers: inout OnlineAnswers
    ) throws {
        var found: EventLog.Found?
        var status = OnlineStatus.missing
        let stream = streams[step.access.stream]
        if let time = try time(step.access, cells), let key = key(step.access, cells), let log = stream.log(key) {
            found = log.newest(
                through: step.hasTime ? time : .max, knownAt: time, step.columns, stream.plan.layout)
            if let row = found, step.hasTime, let lookback = step.lookback {
                let (age, overflow) = time.subtractingReportingOverflow(row.eventTime)
                if overflow || age > lookback { (found, status) = (nil, .expired) }
            }
            if found?.isAmbiguous == true {
                let issue = FeatureIssue(
                    .duplicateKey,
                    "\(stream.plan.identity.table) has two rows for the key \(key) that nothing decides between; "
                        + "name a column under tie_break, of which the greater value wins")
                for output in step.outputs {
                    answers.refusals.append(.init(feature: output.feature, row: row, issue: issue))
                }
                (found, status) = (nil, .refused)
            }
        }
        for (index, output) in step.outputs.enumerated() {
            let value = found?.cells[index] ?? .null
            let filled = Self.filled(value, output.fallback, output.fillsNaN)
            cells[plan.request.count + output.feature] = filled
            answers.values[output.feature][row] = filled
            answers.statuses[output.feature][row] = found == nil ? status : value.isNull ? .null : .present
            if step.hasTime { answers.eventTimes[output.feature][row] = found?.eventTime }
        }
    }

    // MARK: Window aggregates

    private func aggregate(
        _ step: OnlinePlan.Window, _ row: Int, _ cells: inout [CellValue], _ answers: inout OnlineAnswers
    ) throws {
        let stream = streams[step.access.stream]
        let key = key(step.access, cells)
        let time = try time(step.access, cells)
        let log = time == nil ? nil : key.flatMap { stream.log($0) }
        // Asked only when a window is empty.
        var isKnown: Bool?
        for group in step.groups {
            var states = group.rules.map(\.empty)
            var newest = Int64.min
            if let log, let time {
                let (start, end) = group.bounds.bounds(at: time)
                log.collect(
                    from: start, to: end, knownAt: time, group.slots, into: &states, newest: &newest,
                    stream.plan.layout)
            }
            if newest == .min, isKnown == nil {
                isKnown = time.flatMap { log?.isKnown(at: $0, stream.plan.layout) } ?? false
            }
            let hasRows = newest != .min || isKnown == true
            for (index, feature) in group.features.enumerated() {
                var value = CellValue.null
                var status = hasRows ? OnlineStatus.present : .missing
                // Without a time there is no window; a key of which nothing is known has an empty one.
                func refuse(_ code: FeatureIssue.Code, _ words: String) {
                    answers.refusals.append(.init(feature: feature, row: row, issue: FeatureIssue(code, words)))
                }
                let answer = time == nil ? .value(.null) : group.rules[index].answer(states[index])
                switch answer {
                case .value(let answer):
                    value = answer
                    if value.isNull, hasRows { status = .null }
                case .overflow:
                    status = .refused
                    refuse(
                        .overflow,
                        "\(plan.features[feature].name) leaves the range of its type for the key "
                            + "\(key?.description ?? "")")
                case .ambiguous:
                    status = .refused
                    refuse(
                        .duplicateKey,
                        "\(plan.features[feature].name) finds rows of \(stream.plan.identity.table) for the key "
                            + "\(key?.description ?? "") at one time that nothing decides between; name a column "
                            + "under tie_break, of which the greater value wins")
                }
                cells[plan.request.count + feature] = value
                answers.values[feature][row] = value
                answers.statuses[feature][row] = status
                if newest != .min { answers.eventTimes[feature][row] = newest }
            }
        }
    }

    // MARK: Derived features

    private func derive(
        _ step: OnlinePlan.Derived, _ row: Int, _ cells: inout [CellValue], _ answers: inout OnlineAnswers
    ) {
        var value = CellValue.null
        let first = plan.request.count
        let operands = step.inputs.filter { $0 >= first }.map { $0 - first }
        var status = OnlineStatus.derived(from: operands.map { answers.statuses[$0][row] })
        if status == .refused {
            if let cause = answers.refusals.last(where: { $0.row == row && operands.contains($0.feature) }) {
                answers.refusals.append(.init(feature: step.feature, row: row, issue: cause.issue))
            }
        } else {
            do {
                value = try step.value { cells[$0] }
                if !value.isNull { status = .present }
            } catch {
                status = .refused
                let words = "\(plan.features[step.feature].name) leaves the range of its type"
                answers.refusals.append(
                    .init(feature: step.feature, row: row, issue: FeatureIssue(.overflow, words)))
            }
        }
        cells[plan.request.count + step.feature] = value
        answers.values[step.feature][row] = value
        answers.statuses[step.feature][row] = status
        answers.eventTimes[step.feature][row] = operands.compactMap { answers.eventTimes[$0][row] }.max()
    }
}

extension OnlineStatus {
    /// What a formula of operands is when its value is null: one that stands on no one value is none, and nothing is known
    /// of it when nothing is known of any operand.
    static func derived(from operands: [OnlineStatus]) -> OnlineStatus {
        if operands.contains(.refused) { return .refused }
        guard !operands.isEmpty, operands.allSatisfy({ $0 == .missing || $0 == .expired }) else { return .null }
        return operands.contains(.expired) ? .expired : .missing
    }
}

extension OnlinePlan {
    /// Whether some step takes each of the caller's columns.
    static func taken(
        of request: [Relation.Column], by steps: [Step], _ defaults: [(place: Place, value: CellValue, fillsNaN: Bool)]
    ) -> [Bool] {
        var taken = Set(defaults.map(\.place))
        for step in steps {
            switch step {
            case .lookup(let step): taken.formUnion(step.access.key + [step.access.at].compactMap { $0 })
            case .window(let step): taken.formUnion(step.access.key + [step.access.at].compactMap { $0 })
            case .derived(let step): taken.formUnion(step.inputs)
            }
        }
        return request.indices.map { taken.contains($0) }
    }
}
