import Foundation

extension AuthenticationSettings.ClientCertificates {
    /// The account of a certificate that has these names: of the first pattern that fits the whole of one of them.
    ///
    /// - Parameter names: `CN=DOE.JOHN.1234567890`, `email:doe@example.org`.
    /// - Returns: Nil when none fits, or a certificate has two common names.
    package func user(ofCertificateNamed names: [String]) -> String? {
        guard names.count(where: { $0.hasPrefix("CN=") }) <= 1 else { return nil }
        for subject in subjects {
            for name in names where name.utf8.count <= 512 {
                guard let pattern = try? NSRegularExpression(pattern: "\\A(?:\(subject.pattern))\\z"),
                    let match = pattern.firstMatch(in: name, range: NSRange(name.startIndex..., in: name))
                else { continue }
                var user = subject.user
                for group in (1..<max(2, match.numberOfRanges)).reversed() where group < match.numberOfRanges {
                    let found = Range(match.range(at: group), in: name).map { String(name[$0]) } ?? ""
                    user = user.replacing("$\(group)", with: found)
                }
                return user
            }
        }
        return nil
    }
}
