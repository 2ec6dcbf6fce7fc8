import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

/// A version and the stage that it is to go to.
struct StageRequestOptions: ParsableArguments {
    @Argument(help: "The version, as name/version.") var version: String
    @Option(
        name: .customLong("to"), help: "The stage: None, Staging, Production, Archived, or another that the policy has."
    ) var stage: Stage
    @Option(help: "Why.") var comment: String?
    @OptionGroup var connection: ConnectionOptions

    var id: ModelVersion.ID { get throws { try ModelVersion.ID(text: version) } }

    /// Sends a decision and prints what came of it.
    func decide(
        _ decision: DecideTransition.Decision, archiveExisting: Bool = false, digest: String? = nil
    ) async throws {
        let id = try id
        let request = DecideTransition(
            decision, model: id.name, version: "\(id.version)", stage: stage, comment: comment,
            archiveExisting: archiveExisting, artifactDigest: digest)
        let answer = try await connection.withClient { try await $0.send(request) }
        if connection.json { return try printJSON(answer) }
        switch decision {
        case .approve where answer.stage == stage: print("\(version) is approved and in \(stage.rawValue)")
        case .approve: print("\(version) is approved; \(harmlessLines(answer.activity.systemComment ?? "it waits"))")
        case .reject: print("\(version) is turned down for \(stage.rawValue)")
        case .cancel: print("Nobody asks any more for \(version) to go to \(stage.rawValue)")
        }
    }
}

extension ModelsCommand {
    struct Request: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "request", abstract: "Ask for a version to move to a stage; others approve or reject it.",
            discussion: "Example: martlet models request flight-delay/3 --to Production --comment \"AUC 0.81 on July\"")
        @OptionGroup var options: StageRequestOptions

        func run() async throws {
            let id = try options.id
            let request = RequestTransition(
                model: id.name, version: "\(id.version)", stage: options.stage, comment: options.comment)
            let made = try await options.connection.withClient { try await $0.send(request) }
            if options.connection.json { return try printJSON(made) }
            print(
                "Asked for \(id) to go to \(made.stage.rawValue); others decide: martlet models approve \(id) --to "
                    + made.stage.rawValue)
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign for a version as others asked; it moves when that was all that was missing.",
            discussion: """
                Who asked, or registered the version, does not approve. What is still missing is said, with the command that \
                brings it.

                Example: martlet models approve flight-delay/3 --to Production --archive-existing
                """)
        @OptionGroup var options: StageRequestOptions
        @Flag(help: "Archive the versions that are in that stage now, at the same moment.") var archiveExisting = false
        @Option(help: "The SHA-256 of the files that you looked at: with others nothing is signed.") var digest: String?

        func run() async throws {
            try await options.decide(.approve, archiveExisting: archiveExisting, digest: digest)
        }
    }

    struct Reject: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn down what others asked for.",
            discussion: "Example: martlet models reject flight-delay/3 --to Production --comment \"No July data\"")
        @OptionGroup var options: StageRequestOptions

        func run() async throws { try await options.decide(.reject) }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take back what you asked for.")
        @OptionGroup var options: StageRequestOptions

        func run() async throws { try await options.decide(.cancel) }
    }

    struct Requests: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List what is asked for a model's versions.")
        @Argument(help: "The registered model.") var model: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let requests = try await connection.withClient {
                try await $0.send(ListTransitionRequests(model: model)).requests
            }
            if connection.json { return try printJSON(requests) }
            printTable(
                ["VERSION", "TO", "WHO", "WHEN", "COMMENT"],
                requests.map {
                    [
                        "\($0.version.version)", $0.stage.rawValue, $0.requestedBy,
                        formatted(milliseconds: $0.createdAt), $0.comment ?? "",
                    ]
                })
        }
    }

    struct Comment: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say something about a version.",
            discussion: "Example: martlet models comment flight-delay/3 \"Weather is missing for March\"")
        @Argument(help: "The version, as name/version.") var version: String
        @Argument(help: "What to say.") var text: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let id = try ModelVersion.ID(text: version)
            let request = CommentOnVersion(model: id.name, version: "\(id.version)", comment: text)
            let made = try await connection.withClient { try await $0.send(request) }
            if connection.json { return try printJSON(made) }
            print("Noted on \(version)")
        }
    }

    struct Activities: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what was said and done about a version, oldest first.")
        @Argument(help: "The version, as name/version.") var version: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let id = try ModelVersion.ID(text: version)
            let request = ListActivities(model: id.name, version: "\(id.version)")
            let activities = try await connection.withClient { try await $0.send(request).activities }
            if connection.json { return try printJSON(activities) }
            printTable(
                ["WHEN", "WHO", "WHAT", "FROM", "TO", "COMMENT"],
                activities.map {
                    [
                        formatted(milliseconds: $0.createdAt), $0.user, $0.kind.rawValue, $0.from?.rawValue ?? "",
                        $0.to?.rawValue ?? "",
                        [$0.comment, $0.systemComment].compactMap { $0 }.joined(separator: " – ")
                            .replacing(":\n- ", with: ": ").replacing(".\n- ", with: "; ").replacing(
                                "\n- ", with: "; "),
                    ]
                })
        }
    }
}
