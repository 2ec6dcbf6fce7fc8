/// The events of one key in time order, ready to be asked what was known at any time.
///
/// An event counts at a label time `t` if it happened before `t` and was known by then, `available at ≤ t`. Answers
/// are a function of the events and the one time asked: other times asked with it, and events after it, change no bit.
public struct EventTimeline: Sendable {
    public struct Event: Sendable {
        /// The caller's number for the row.
        public var row: Int
        /// Microseconds since the epoch, as all times here.
        public var eventTime: Int64
        /// `Int64.min` for known at once.
        public var availableAt: Int64
        /// The greater is the later among rows of one event time.
        public var tieBreak: Int64

        public init(row: Int, eventTime: Int64, availableAt: Int64 = .min, tieBreak: Int64 = 0) {
            (self.row, self.eventTime, self.availableAt, self.tieBreak) = (row, eventTime, availableAt, tieBreak)
        }
    }

    /// By event time, then tie break, then as given.
    let events: [Event]
    /// Positions in `events`, by the time from which they count in windows: `max(event time + 1 µs, available at)`.
    let byActivation: [Int32]
    /// Whether some event is as late as its neighbour in every respect.
    let hasTies: Bool

    /// - Parameter events: At most 2³¹ − 1; any order, but equal ones keep it.
    public init(_ events: [Event]) {
        func precedes(_ left: Event, _ right: Event) -> Bool {
            left.eventTime != right.eventTime ? left.eventTime < right.eventTime : left.tieBreak < right.tieBreak
        }
        var sorted = events
        if !zip(events, events.dropFirst()).allSatisfy({ !precedes($1, $0) }) {
            // Equal elements keep their order by the second key; the standard library does not promise it.
            sorted = events.indices.sorted {
                precedes(events[$0], events[$1]) || (!precedes(events[$1], events[$0]) && $0 < $1)
            }.map { events[$0] }
        }
        self.events = sorted
        var order = (0..<Int32(clamping: sorted.count)).map { $0 }
        let activation = sorted.map(Self.activation)
        if !zip(activation, activation.dropFirst()).allSatisfy({ $0 <= $1 }) {
            order.sort { (activation[Int($0)], $0) < (activation[Int($1)], $1) }
        }
        byActivation = order
        hasTies = zip(sorted, sorted.dropFirst()).contains { !precedes($0, $1) }
    }

    static func activation(_ event: Event) -> Int64 {
        let (after, overflow) = event.eventTime.addingReportingOverflow(1)
        return max(overflow ? .max : after, event.availableAt)
    }

    /// The first position whose event time is at or after `time`.
    func position(of time: Int64) -> Int {
        var (low, high) = (0, events.count)
        while low < high {
            let middle = low + (high - low) / 2
            if events[middle].eventTime < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether the event at `position` has an included twin that was known at `time`: same event time, same tie break.
    func isAmbiguous(at position: Int, knownBy time: Int64, included: (_ row: Int) -> Bool) -> Bool {
        guard hasTies else { return false }
        let event = events[position]
        for step in [-1, 1] {
            var other = position + step
            while events.indices.contains(other), events[other].eventTime == event.eventTime,
                events[other].tieBreak == event.tieBreak
            {
                if events[other].availableAt <= time, included(events[other].row) { return true }
                other += step
            }
        }
        return false
    }
}

/// Times to answer for, any order, repeats allowed.
public struct LabelTimes: Sendable {
    /// Ascending, each once.
    let times: [Int64]
    /// For each time as given, its index in `times`.
    let slots: [Int32]

    /// - Parameter times: At most 2³¹ − 1, microseconds since the epoch.
    public init(_ times: [Int64]) {
        let order = times.indices.sorted { times[$0] < times[$1] }
        var unique: [Int64] = []
        var slots = [Int32](repeating: 0, count: times.count)
        for index in order {
            if unique.last != times[index] { unique.append(times[index]) }
            slots[index] = Int32(clamping: unique.count - 1)
        }
        (self.times, self.slots) = (unique, slots)
    }

    /// Answers for ``times`` laid out as the caller asked.
    func spread<Answer>(_ answers: [Answer]) -> [Answer] { slots.map { answers[Int($0)] } }
}
