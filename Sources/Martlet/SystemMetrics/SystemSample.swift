import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// MLflow's names for what is recorded of a machine.
package enum SystemMetric {
    package static let prefix = "system/"

    package static let cpu = "cpu_utilization_percentage"
    package static let memory = "system_memory_usage_megabytes"
    package static let memoryShare = "system_memory_usage_percentage"
    package static let disk = "disk_usage_megabytes"
    package static let diskShare = "disk_usage_percentage"
    package static let diskAvailable = "disk_available_megabytes"
    package static let received = "network_receive_megabytes"
    package static let sent = "network_transmit_megabytes"
}

/// One look at the machine. What the system does not tell is nil: elsewhere than on Linux, everything but the disk.
package struct SystemSample {
    package var cpu: CPUTimes?
    package var memory: MemoryUse?
    package var network: NetworkTraffic?
    package var disk: DiskSpace?

    package init(
        cpu: CPUTimes? = nil, memory: MemoryUse? = nil, network: NetworkTraffic? = nil, disk: DiskSpace? = nil
    ) {
        (self.cpu, self.memory, self.network, self.disk) = (cpu, memory, network, disk)
    }

    package static func now() -> SystemSample {
        func text(_ path: String) -> String? {
            // Files of the kernel have no size, so they are read to their end.
            guard let file = FileHandle(forReadingAtPath: path) else { return nil }
            defer { try? file.close() }
            return (try? file.readToEnd()).flatMap { String(decoding: $0, as: UTF8.self) }
        }
        return SystemSample(
            cpu: text("/proc/stat").flatMap(CPUTimes.init(procStat:)),
            memory: text("/proc/meminfo").flatMap(MemoryUse.init(procMeminfo:)),
            network: text("/proc/net/dev").flatMap(NetworkTraffic.init(procNetDev:)), disk: DiskSpace(ofRoot: ()))
    }

    /// What this look says, under MLflow's names.
    ///
    /// - Parameters:
    ///   - previous: The look before: the processors' use is what lies between.
    ///   - first: The look before the run: its network traffic is not the run's.
    package func values(since previous: SystemSample, first: SystemSample) -> [String: Double] {
        var values: [String: Double] = [:]
        if let cpu, let before = previous.cpu { values[SystemMetric.cpu] = cpu.utilization(since: before) }
        if let memory {
            values[SystemMetric.memory] = Double(memory.used) / 1e6
            values[SystemMetric.memoryShare] = memory.total > 0 ? Double(memory.used) / Double(memory.total) * 100 : 0
        }
        if let disk {
            values[SystemMetric.disk] = Double(disk.used) / 1e6
            values[SystemMetric.diskShare] = disk.usedPercentage
            values[SystemMetric.diskAvailable] = Double(disk.available) / 1e6
        }
        if let network, let start = first.network {
            values[SystemMetric.received] = Double(network.received &- min(start.received, network.received)) / 1e6
            values[SystemMetric.sent] = Double(network.sent &- min(start.sent, network.sent)) / 1e6
        }
        return values
    }

    /// What is logged of several looks: means with one decimal, and the network's last counts as they are.
    package static func summary(of looks: [[String: Double]]) -> [String: Double] {
        var sums: [String: (sum: Double, count: Double)] = [:]
        for (name, value) in looks.joined() {
            let old = sums[name] ?? (0, 0)
            let isTotal = [SystemMetric.received, SystemMetric.sent].contains(name)
            sums[name] = isTotal ? (value, 1) : (old.sum + value, old.count + 1)
        }
        return Dictionary(
            uniqueKeysWithValues: sums.map { name, total in
                let mean = total.sum / total.count
                let isTotal = [SystemMetric.received, SystemMetric.sent].contains(name)
                return (name, isTotal ? mean : (mean * 10).rounded() / 10)
            })
    }
}

extension DiskSpace {
    /// The file system at `/`.
    package init?(ofRoot: Void) {
        var details = statvfs()
        guard statvfs("/", &details) == 0 else { return nil }
        let (block, blocks) = (UInt64(details.f_frsize), UInt64(details.f_blocks))
        let (free, available) = (UInt64(details.f_bfree), UInt64(details.f_bavail))
        guard free <= blocks, !blocks.multipliedReportingOverflow(by: block).overflow else { return nil }
        self.init(used: (blocks - free) * block, available: min(available, blocks) * block)
    }
}
