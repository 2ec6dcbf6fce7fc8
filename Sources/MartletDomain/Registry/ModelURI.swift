/// Which version of a registered model is meant: `models:/flight-delay/Production`, `models:/flight-delay@champion`,
/// `models:/flight-delay/3`, `models:/flight-delay/latest`.
public struct ModelURI: Sendable, Hashable, CustomStringConvertible {
    public enum Choice: Sendable, Hashable {
        case stage(Stage)
        case alias(String)
        case version(Int64)
        case latest
    }

    public var name: String
    public var choice: Choice

    /// Whether it names what the gates let through: Production, Staging or an alias, never a bare number.
    public var isInService: Bool {
        switch choice {
        case .stage(let stage): stage.isInService
        case .alias: true
        case .version, .latest: false
        }
    }

    public init(name: String, _ choice: Choice) { (self.name, self.choice) = (name, choice) }

    /// - Parameter stages: The stages that there are.
    /// - Throws: ``RegistryError/invalid(_:)``.
    public init(_ text: String, stages: [Stage] = Stage.allCases) throws(RegistryError) {
        let scheme = "models:/"
        guard text.hasPrefix(scheme) else { throw Self.refusal(text) }
        let rest = text.dropFirst(scheme.count)
        if let slash = rest.firstIndex(of: "/") {
            let (name, word) = (String(rest[..<slash]), String(rest[rest.index(after: slash)...]))
            guard !name.isEmpty, !word.isEmpty, !word.contains("/") else { throw Self.refusal(text) }
            if word.lowercased() == "latest" {
                self.init(name: name, .latest)
            } else if word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                self.init(name: name, .version(try ModelVersion.ID(name, word).version))
            } else {
                self.init(name: name, .stage(try Stage.named(word, among: stages)))
            }
        } else {
            guard let at = rest.lastIndex(of: "@") else { throw Self.refusal(text) }
            let (name, alias) = (String(rest[..<at]), String(rest[rest.index(after: at)...]))
            guard !name.isEmpty, !alias.isEmpty else { throw Self.refusal(text) }
            self.init(name: name, alias.lowercased() == "latest" ? .latest : .alias(alias))
        }
    }

    public var description: String {
        switch choice {
        case .stage(let stage): "models:/\(name)/\(stage.rawValue)"
        case .alias(let alias): "models:/\(name)@\(alias)"
        case .version(let version): "models:/\(name)/\(version)"
        case .latest: "models:/\(name)/latest"
        }
    }

    private static func refusal(_ text: String) -> RegistryError {
        .invalid([
            "'\(text.prefix(200))' names no registered model. Write models:/NAME/STAGE, models:/NAME@ALIAS or "
                + "models:/NAME/VERSION."
        ])
    }
}
