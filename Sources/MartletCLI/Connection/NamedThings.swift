import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

/// What a command could not find or may not do, in the CLI's own words.
struct CommandRefusal: MartletError {
    var code: ErrorCode
    var message: String

    static func notFound(_ message: String) -> Self { Self(code: .resourceDoesNotExist, message: message) }
}

extension Client {
    /// An experiment by its id or, when none has that, by its name; deleted ones, too.
    func experiment(namedOrID text: String) async throws -> MLflowTracking.Experiment {
        if Int64(text) != nil {
            do {
                return try await experiment(text)
            } catch ClientError.refused(.resourceDoesNotExist, _) {}
        }
        do {
            return try await experiment(named: text)
        } catch ClientError.refused(.resourceDoesNotExist, _) {
            throw CommandRefusal.notFound(
                "No experiment has the name or id '\(text)'. List them: martlet experiments list")
        }
    }

    /// Ids of the experiments meant; of all that are not deleted when none is named.
    func experimentIDs(_ texts: [String]) async throws -> [String] {
        var ids: [String] = []
        for text in texts { ids.append(try await experiment(namedOrID: text).experiment_id) }
        guard texts.isEmpty else { return ids }
        for try await experiment in searchExperiments() { ids.append(experiment.experiment_id) }
        return ids
    }
}

extension ModelURI {
    /// A version as people write it: `models:/flight-delay/Production`, or without `models:/`.
    init(argument text: String) throws {
        do {
            try self.init(text.hasPrefix("models:/") ? text : "models:/" + text)
        } catch {
            throw ValidationError(
                "'\(text)' is not a model version: write NAME/VERSION, NAME/STAGE or NAME@ALIAS, as flight-delay/1.")
        }
    }
}

/// A registered model, or one version of it: `flight-delay`, `flight-delay/3`.
struct ModelOrVersion {
    var name: String
    var version: String?

    init(_ text: String) throws {
        let plain = text.hasPrefix("models:/") ? String(text.dropFirst("models:/".count)) : text
        guard plain.contains("/") else {
            (name, version) = (plain, nil)
            return
        }
        let id = try ModelVersion.ID(text: plain)
        (name, version) = (id.name, "\(id.version)")
    }

    var description: String { version.map { "\(name)/\($0)" } ?? name }
}

/// Tags to set and to delete, as arguments.
struct TagOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Tags to set, as key=value.", valueName: "key=value")) var tags: [String] = []
    @Option(name: .customLong("delete"), parsing: .singleValue, help: "The key of a tag to delete. May be given again.")
    var deleted: [String] = []

    func validate() throws {
        if tags.isEmpty && deleted.isEmpty { throw ValidationError("Name a tag, as key=value or --delete key.") }
        _ = try keyedTexts(tags)
    }

    /// Sets and deletes, in the order given.
    func apply(
        set: (String, String) async throws -> Void, delete: (String) async throws -> Void
    ) async throws {
        for tag in try keyedTexts(tags) { try await set(tag.key, tag.value) }
        for key in deleted { try await delete(key) }
    }

    var summary: String {
        let (set, gone) = (tags.count, deleted.count)
        return [set > 0 ? "set \(set)" : nil, gone > 0 ? "deleted \(gone)" : nil].compactMap { $0 }
            .joined(separator: ", ") + " tag\(set + gone == 1 ? "" : "s")"
    }
}

/// Reads `key=value`; the value may be empty and may hold more equals signs.
/// - Parameter what: What each is, in the words of the refusal.
func keyedTexts(_ texts: [String], what: String = "a tag: write key=value") throws -> [KeyedText] {
    try texts.map { text in
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw ValidationError("'\(text)' is not \(what).")
        }
        return KeyedText(String(text[..<equals]), String(text[text.index(after: equals)...]))
    }
}

/// What a search lets through, and in which order.
struct SearchOptions: ParsableArguments {
    enum View: String, ExpressibleByArgument, CaseIterable {
        case active, deleted, all

        var type: ViewType {
            switch self {
            case .active: .activeOnly
            case .deleted: .deletedOnly
            case .all: .all
            }
        }
    }

    @Option(help: "What to let through, in MLflow's grammar.") var filter = ""
    @Option(
        name: .customLong("order"), parsing: .singleValue,
        help: "What to order by, with ASC or DESC. May be given again.")
    var order: [String] = []
}

/// Names with commas between them.
func names(_ text: String?) -> [String] {
    (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
}

/// Asks a person before something is gone for good.
/// - Throws: `ValidationError` when nobody can be asked, `ExitCode` 1 when the answer is no.
func confirm(_ question: String, isSure: Bool) throws {
    if isSure { return }
    guard TerminalScreen.canAsk else {
        throw ValidationError("\(question) This cannot be undone, and nobody is there to ask: add --yes.")
    }
    notice("\(question) This cannot be undone. Write yes to go on:")
    guard readLine()?.trimmingPrefix(while: \.isWhitespace).lowercased() == "yes" else {
        notice("Nothing was done.")
        throw ExitCode(1)
    }
}
