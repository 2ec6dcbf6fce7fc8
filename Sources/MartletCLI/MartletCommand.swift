import ArgumentParser
import Foundation
import Martlet
import MartletDomain
import Platform

@main
struct MartletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "From experiment to monitored production, with an audit trail that others can verify.",
        discussion: """
            Commands talk to a server when one is named (--server, MARTLET_SERVER or MLFLOW_TRACKING_URI), and open the \
            workspace folder themselves when none is. In a workspace with users, say who you are with --token or \
            MARTLET_TOKEN (MLFLOW_TRACKING_TOKEN is taken too).

            To see all of it work on real data:   martlet demo
            To serve MLflow's clients:            martlet server
            To make a workspace with sign-offs:   martlet init

            Exit codes: 0 done or passed; 1 a gate failed, or the audit log does not verify; 2 could not be evaluated; \
            64 a wrong command line; 65 invalid input; 66 not found; 69 no answer from the server, or the workspace is in use; \
            70 a failure on our side; 75 try again; 77 not allowed.
            """,
        version: Platform.version,
        subcommands: [
            InitCommand.self, ServerCommand.self, DemoCommand.self, DataCommand.self, QualityCommand.self,
            FeaturesCommand.self, ExperimentsCommand.self, RunsCommand.self, TrainCommand.self, GateCommand.self,
            ModelsCommand.self, RegistryCommand.self, PolicyCommand.self, HandoverCommand.self, MonitoringCommand.self,
            ScoreCommand.self, PredictCommand.self, PredictionsCommand.self, WhyCommand.self, EvidenceCommand.self,
            LintCommand.self, AuditCommand.self, UsersCommand.self, GroupsCommand.self, RolesCommand.self,
            TokensCommand.self, WebhooksCommand.self,
        ])

    /// Errors of ours end in their own words and exit code, ArgumentParser's as it ends them, and any other as a failure on
    /// our side: 1 would say that a gate failed.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as FeatureError where !error.issues.isEmpty {
            say(error.issues)
            exit(withError: ExitCode(1))
        } catch let error as ClientError where !error.issues.isEmpty {
            say(error.issues)
            exit(withError: ExitCode(1))
        } catch let error as any MartletError {
            say(error.message)
            exit(withError: error.code.exitCode)
        } catch let error as ValidationError {
            // Thrown by a command that runs already, it comes without the usage of that command.
            say(error.message)
            exit(withError: ExitCode.validationFailure)
        } catch {
            guard exitCode(for: error) == .failure, !(error is ExitCode) else { exit(withError: error) }
            say(message(for: error))
            exit(withError: ErrorCode.internalError.exitCode)
        }
    }
}

private func say(_ message: String) {
    FileHandle.standardError.write(Data("Error: \(harmlessLines(message))\n".utf8))
}

/// One line for each, `error[missing_column]: …`, that scripts can read.
private func say(_ issues: [FeatureIssue]) {
    let lines = issues.map { "error[\($0.code.rawValue)]: \(harmlessLines($0.message))\n" }
    FileHandle.standardError.write(Data(lines.joined().utf8))
}

extension ErrorCode {
    /// As `sysexits.h` has them, but for gates: see the help of `martlet`.
    var exitCode: ExitCode {
        switch self {
        case .internalError, .notImplemented, .featureDisabled, .dataLoss: ExitCode(70)
        case .temporarilyUnavailable: ExitCode(69)
        case .badRequest, .invalidParameterValue, .malformedRequest, .invalidState, .requestLimitExceeded,
            .resourceAlreadyExists, .resourceConflict:
            ExitCode(65)
        case .endpointNotFound, .resourceDoesNotExist: ExitCode(66)
        case .permissionDenied, .unauthenticated: ExitCode(77)
        case .deadlineExceeded: ExitCode(75)
        }
    }
}
