import MartletDomain

/// What a stream keeps of each row, and what of it it keeps added up.
struct StreamLayout: Sendable, Equatable {
    /// How a cell is held in 64 bits.
    enum Form: UInt8, Sendable {
        case boolean, long, date, timestamp, double
        /// By its place in the block's heap.
        case decimal, string, binary

        var isInHeap: Bool { rawValue >= Form.decimal.rawValue }
    }

    /// A condition on a row, decided once when the row comes.
    struct Condition: Sendable, Equatable {
        var expression: RowExpression
        /// For each column of the expression, which of the columns that are read.
        var columns: [Int]
        /// Digits after the point of these columns.
        var scales: [Int]
    }

    /// One aggregate of the rows that fulfil a condition.
    struct Slot: Sendable, Equatable {
        var rule: AggregateRule
        /// Of the columns that are kept; nil for the rows themselves.
        var column: Int?
        /// Nil for all rows.
        var condition: Int?
    }

    /// Of the columns that are read of a row, the first so many are kept.
    var forms: [Form]
    var hasAvailability: Bool
    /// Which of the kept columns decides between rows of one time.
    var tieBreak: Int?
    var conditions: [Condition]
    var slots: [Slot]

    /// 64-bit words before the cells: event time, when it became known if that is said, and a bit for each cell that is
    /// there and each condition that is fulfilled.
    var headerCount: Int { (hasAvailability ? 2 : 1) + (forms.count + conditions.count + 63) / 64 }
    var stride: Int { headerCount + forms.count }

    init(
        forms: [Form], hasAvailability: Bool, tieBreak: Int?, conditions: [Condition] = [], slots: [Slot] = []
    ) {
        (self.forms, self.hasAvailability, self.tieBreak) = (forms, hasAvailability, tieBreak)
        (self.conditions, self.slots) = (conditions, slots)
    }

    /// Whether the row counts where the condition is asked for: false and null do not.
    func fulfils(_ condition: Int, _ cells: [CellValue]) throws(RowExpression.Problem) -> Bool {
        let condition = conditions[condition]
        let value = try condition.expression.evaluate { index in
            cells[condition.columns[index]].featureValue(scale: condition.scales[index])
        }
        return value == .boolean(true)
    }
}
