import Martlet
import TestKit
import Testing

struct SystemMetricsTests {
    @Test func `The processors' use is what was neither idle nor waiting, guests counted once`() throws {
        let before = try #require(
            CPUTimes(
                procStat: """
                    cpu  1000 100 500 8000 200 50 50 100 400 10
                    cpu0 1000 100 500 8000 200 50 50 100 400 10
                    intr 12345
                    """))
        #expect(before == CPUTimes(busy: 1_800, total: 10_000))
        let after = try #require(CPUTimes(procStat: "cpu  1030 100 510 8050 210 50 50 100 430 10\n"))
        #expect(after.utilization(since: before) == 40)
        #expect(before.utilization(since: before) == 0)
        #expect(before.utilization(since: after) == 0)
        #expect(CPUTimes(procStat: "cpu 1 2 3 4") == CPUTimes(busy: 6, total: 10))
        for broken in ["", "cpu", "cpu  1 2 3", "cpu  1 2 x 4", "cpu0 1 2 3 4", "cpu  -1 2 3 4"] {
            #expect(CPUTimes(procStat: broken) == nil, "\(broken)")
        }
    }

    @Test func `Memory in use is what is neither free nor buffers nor cache`() {
        let text = """
            MemTotal:       16000000 kB
            MemFree:         4000000 kB
            MemAvailable:    9000000 kB
            Buffers:          500000 kB
            Cached:          3000000 kB
            SwapCached:            0 kB
            SReclaimable:     500000 kB
            HugePages_Total:       0
            """
        #expect(MemoryUse(procMeminfo: text) == MemoryUse(used: 8_000_000 * 1_024, total: 16_000_000 * 1_024))
        #expect(
            MemoryUse(procMeminfo: "MemTotal: 100 kB\nMemFree: 40 kB\nCached: 90 kB")
                == MemoryUse(used: 60 * 1_024, total: 100 * 1_024))
        for broken in ["", "MemTotal: 5 kB", "MemTotal: 5 kB\nMemFree: 6 kB", "MemTotal: x kB\nMemFree: 6 kB"] {
            #expect(MemoryUse(procMeminfo: broken) == nil, "\(broken)")
        }
    }

    @Test func `Traffic is that of all interfaces together`() {
        let text = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo: 1000       5    0    0    0     0          0         0     1000       5    0    0    0     0       0          0
            eth0:0:2000000    10    0    0    0     0          0         0   300000      10    0    0    0     0       0          0
            """
        #expect(NetworkTraffic(procNetDev: text) == NetworkTraffic(received: 2_001_000, sent: 301_000))
        for broken in ["", "eth0: 1 2 3", "eth0: x 0 0 0 0 0 0 0 5"] {
            #expect(NetworkTraffic(procNetDev: broken) == nil, "\(broken)")
        }
    }

    @Test func `Means have one decimal, and traffic is counted from the run's start`() {
        let first = SystemSample(
            cpu: CPUTimes(busy: 0, total: 0), network: NetworkTraffic(received: 5_000_000, sent: 1_000_000))
        let samples = [
            SystemSample(
                cpu: CPUTimes(busy: 10, total: 100), memory: MemoryUse(used: 1_000_000, total: 3_000_000),
                network: NetworkTraffic(received: 6_000_000, sent: 1_000_000),
                disk: DiskSpace(used: 60_000_000, available: 20_000_000)),
            SystemSample(
                cpu: CPUTimes(busy: 30, total: 200), memory: MemoryUse(used: 2_000_000, total: 3_000_000),
                network: NetworkTraffic(received: 7_123_456, sent: 1_000_001),
                disk: DiskSpace(used: 60_000_000, available: 20_000_000)),
        ]
        let looks = [samples[0].values(since: first, first: first), samples[1].values(since: samples[0], first: first)]
        #expect(
            SystemSample.summary(of: looks) == [
                "cpu_utilization_percentage": 15, "system_memory_usage_megabytes": 1.5,
                "system_memory_usage_percentage": 50,
                "disk_usage_megabytes": 60, "disk_usage_percentage": 75, "disk_available_megabytes": 20,
                "network_receive_megabytes": 2.123456, "network_transmit_megabytes": 0.000001,
            ])
        #expect(SystemSample.summary(of: []).isEmpty)
        #expect(SystemSample().values(since: first, first: first).isEmpty)
    }

    @Test func `MLflow's variables switch it on`() {
        #expect(SystemMetricsOptions(["MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL": "1"]) == nil)
        #expect(SystemMetricsOptions(["MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false"]) == nil)
        #expect(SystemMetricsOptions(["MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "True"]) == SystemMetricsOptions())
        #expect(
            SystemMetricsOptions([
                "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "1", "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL": "0.5",
                "MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING": "3", "MLFLOW_SYSTEM_METRICS_NODE_ID": "n1",
            ]) == SystemMetricsOptions(interval: .milliseconds(500), samplesBeforeLogging: 3, node: "n1"))
        #expect(
            SystemMetricsOptions([
                "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "1", "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL": "-1",
                "MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING": "0", "MLFLOW_SYSTEM_METRICS_NODE_ID": "",
            ]) == SystemMetricsOptions())
    }

    @Test func `A run records the machine in steps, and a resumed one goes on counting`() async throws {
        let names = [
            "cpu_utilization_percentage", "system_memory_usage_megabytes", "system_memory_usage_percentage",
            "disk_usage_megabytes", "disk_usage_percentage", "disk_available_megabytes", "network_receive_megabytes",
            "network_transmit_megabytes",
        ]
        try await withServer { server in
            let options = SystemMetricsOptions(interval: .milliseconds(2), samplesBeforeLogging: 2)
            func watch(_ run: TrackedRun, until count: Int) async throws -> String {
                repeat {
                    try await run.logger.flush()
                } while try await server.history(
                    "system/" + names[0], of: run.id
                ).count < count
                return run.id
            }
            let client = server.client()
            let id = try await client.withRun(experiment: "machine", systemMetrics: options) { run in
                try await watch(run, until: 3)
            }
            let before = try await server.history("system/" + names[0], of: id)
            #expect(before.map(\.step) == before.indices.map { Double($0) })
            _ = try await client.withRun(resuming: id, systemMetrics: options) { run in
                try await watch(run, until: before.count + 2)
            }
            let after = try await server.history("system/" + names[0], of: id)
            #expect(after.map(\.step) == after.indices.map { Double($0) })
            #expect(after.allSatisfy { (0...100).contains($0.value) })
            let run = try await server.run(id)
            #expect(run.status == "FINISHED")
            #expect(Set(run.metrics.keys) == Set(names.map { "system/" + $0 }))
            for name in names where name.hasSuffix("memory_usage_megabytes") || name.hasPrefix("disk") {
                guard case .number(let value)? = run.metrics["system/" + name] else { continue }
                #expect(value > 0, "\(name)")
            }
        }
    }
}
