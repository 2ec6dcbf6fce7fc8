import Foundation
import MartletDomain
import Yams

/// What keeps a file of YAML from being read, for who wrote it: the line, or the keys down to the value and what was
/// expected there. Without a full stop.
func words(ofDecoding error: any Error) -> String {
    switch error {
    case let error as any MartletError: error.message
    case let error as DecodingError: words(error)
    case let error as YamlError: words(error)
    case let error as CocoaError: error.localizedDescription
    default: "\(error)"
    }
}

private func words(_ error: DecodingError) -> String {
    switch error {
    case .typeMismatch(let type, let context): path(context.codingPath) + "\(expected(type)) is expected there"
    case .valueNotFound(let type, let context):
        path(context.codingPath) + "there is nothing, and \(expected(type)) is expected"
    case .keyNotFound(let key, let context): path(context.codingPath + [key]) + "it is missing"
    case .dataCorrupted(let context):
        if context.codingPath.isEmpty, let cause = context.underlyingError {
            words(ofDecoding: cause)
        } else {
            path(context.codingPath) + said(context.debugDescription)
        }
    @unknown default: "\(error)"
    }
}

private func words(_ error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        "line \(mark.line), column \(mark.column): it is no YAML there: \(problem)"
    default: "it is no YAML: \(error)"
    }
}

private func path(_ keys: [any CodingKey]) -> String {
    guard !keys.isEmpty else { return "" }
    var path = ""
    for key in keys {
        path += key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? "" : ".") + key.stringValue
    }
    return path + ": "
}

/// Swift's own words for a raw value that an enumeration does not have name a type of the program.
private func said(_ description: String) -> String {
    guard let match = description.wholeMatch(of: /Cannot initialize .+ from invalid \w+ value (.*)/) else {
        return description
    }
    return "'\(match.1)' is no word that is known there"
}

private func expected(_ type: Any.Type) -> String {
    switch type {
    case is any FixedWidthInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    case is Bool.Type: "true or false"
    case is String.Type: "a text"
    case is any Collection.Type where "\(type)".hasPrefix("Array"): "a list"
    case is any Collection.Type: "a mapping"
    default: "something else"
    }
}
