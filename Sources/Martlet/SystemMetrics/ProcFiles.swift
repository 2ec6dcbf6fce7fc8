/// The processors' time since the machine started, in clock ticks of all of them together.
///
/// Source: proc(5), `/proc/stat`. Time of guests is in user time already, so it is not counted again.
package struct CPUTimes: Equatable {
    package var busy: UInt64
    package var total: UInt64

    package init(busy: UInt64, total: UInt64) { (self.busy, self.total) = (busy, total) }

    /// - Parameter text: The whole of `/proc/stat`.
    package init?(procStat text: String) {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") }) else { return nil }
        // user nice system idle iowait irq softirq steal; the last four are not there on old kernels.
        let ticks = line.split(separator: " ").dropFirst().prefix(8).map { UInt64($0) }
        guard ticks.count >= 4, !ticks.contains(nil) else { return nil }
        total = ticks.reduce(0) { $0 &+ ($1 ?? 0) }
        busy = total &- (ticks[3] ?? 0) &- (ticks.count > 4 ? ticks[4] ?? 0 : 0)
    }

    /// How busy the processors were since `earlier`, in percent of all of them; 0 when no time has passed.
    package func utilization(since earlier: CPUTimes) -> Double {
        guard total > earlier.total else { return 0 }
        // The kernel's counts of waiting may run backwards a little.
        let busy = busy > earlier.busy ? busy - earlier.busy : 0
        return min(100, Double(busy) / Double(total - earlier.total) * 100)
    }
}

/// Memory of the whole machine, in bytes.
package struct MemoryUse: Equatable {
    package var used: UInt64
    package var total: UInt64

    package init(used: UInt64, total: UInt64) { (self.used, self.total) = (used, total) }

    /// Used is what is neither free nor buffers nor cache, reclaimable slabs among the cache; as `psutil` counts it for
    /// MLflow's client.
    /// - Parameter text: The whole of `/proc/meminfo`.
    package init?(procMeminfo text: String) {
        var kilobytes: [Substring: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == ":" || $0 == " " })
            if parts.count >= 2, let number = UInt64(parts[1]), number < 1 << 50 { kilobytes[parts[0]] = number }
        }
        guard let total = kilobytes["MemTotal"], let free = kilobytes["MemFree"], free <= total else { return nil }
        let cache = ["Cached", "SReclaimable", "Buffers"].reduce(0) { $0 + (kilobytes[$1] ?? 0) }
        // In a container the cache may be the host's, and more than there is.
        let used = cache <= total - free ? total - free - cache : total - free
        self.init(used: used * 1_024, total: total * 1_024)
    }
}

/// What went through the machine's network interfaces since it started, in bytes.
package struct NetworkTraffic: Equatable {
    package var received: UInt64
    package var sent: UInt64

    package init(received: UInt64, sent: UInt64) { (self.received, self.sent) = (received, sent) }

    /// All interfaces together, the loopback among them, as `psutil` counts it for MLflow's client.
    /// - Parameter text: The whole of `/proc/net/dev`.
    package init?(procNetDev text: String) {
        let lines = text.split(separator: "\n").filter { $0.contains(":") }
        guard !lines.isEmpty else { return nil }
        var (received, sent) = (UInt64(0), UInt64(0))
        for line in lines {
            // A name may hold colons; the counts do not.
            guard let colon = line.lastIndex(of: ":") else { continue }
            let counts = line[line.index(after: colon)...].split(separator: " ").map { UInt64($0) }
            guard counts.count >= 9, let more = counts[0], let less = counts[8] else { return nil }
            received &+= more
            sent &+= less
        }
        self.init(received: received, sent: sent)
    }
}

/// A disk's space, in bytes.
package struct DiskSpace: Equatable {
    package var used: UInt64
    /// For those who are not root.
    package var available: UInt64

    package init(used: UInt64, available: UInt64) { (self.used, self.available) = (used, available) }

    /// Of what those can use who are not root, as `df` has it.
    package var usedPercentage: Double {
        let usable = Double(used) + Double(available)
        return usable > 0 ? Double(used) / usable * 100 : 0
    }
}
