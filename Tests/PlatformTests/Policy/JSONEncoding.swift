import Foundation
import MartletDomain

/// Canonical JSON, as policies are kept.
enum JSONEncoding {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func node(_ text: String) throws -> DeclarationNode {
        try JSONDecoder().decode(DeclarationNode.self, from: Data(text.utf8))
    }
}
