import ArgumentParser

struct OnlineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "online", abstract: "Measure the embedded online store: point lookups and window aggregates.")

    @Option(help: "Keys of the table that is looked up; windows have a tenth.") var keys = 200_000
    @Option(help: "Events of each key.") var events = 100
    @Option(help: "Keys to ask for.") var reads = 400_000
    @Option(help: "Threads of the last measurement of each kind.") var threads = 2

    func run() throws {
        try OnlineBenchmark(keys: keys, eventsPerKey: events, reads: reads, threads: threads).run()
    }
}
