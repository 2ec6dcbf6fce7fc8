import Foundation
import HTTPTypes
import MartletDomain
import MartletServer
import Platform
import TestKit
import Testing

struct DoorDefaultTests {
    @Test func `A workspace without users is served to this machine alone, unless told otherwise`() async throws {
        for host in ["0.0.0.0", "::", "192.168.1.7", "example.org", "127.evil.example"] {
            try await withServer { server in
                let refusal = await #expect(throws: ServerError.self, "\(host)") {
                    try await server.application.serve(host: host, port: 0) { _ in }
                }
                #expect(refusal?.message.contains("martlet init") == true)
            }
        }
    }

    @Test func `Addresses belong to ranges by their leading bits`() throws {
        for (range, address, isIn) in [
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false), ("0.0.0.0/0", "1.2.3.4", true), ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false), ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("10.0.0.0/8", "fd00::1", false),
            ("192.168.1.128/25", "192.168.1.127", false), ("192.168.1.128/25", "192.168.1.129", true),
            ("10.0.0.0/8", "", false), ("10.0.0.0/8", "10.0.0.0/8", false),
        ] {
            #expect(try #require(AddressRange(range)).contains(address) == isIn, "\(range) \(address)")
        }
        for text in ["", "10", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "fd00::/129", "host"] {
            #expect(AddressRange(text) == nil, "\(text)")
        }
    }

    @Test func `A certificate stands for the account that the first fitting pattern makes of it`() {
        let settings = AuthenticationSettings.ClientCertificates(
            authorities: "",
            subjects: [
                .init(pattern: "CN=[A-Z]+\\.[A-Z.]+\\.([0-9]{10})", user: "cac-$1"),
                .init(pattern: "email:([a-z]+)@example\\.org", user: "$1"),
            ])
        #expect(settings.user(ofCertificateNamed: ["CN=DOE.JOHN.1234567890"]) == "cac-1234567890")
        #expect(settings.user(ofCertificateNamed: ["CN=x", "email:bo@example.org"]) == "bo")
        for names in [
            ["CN=DOE.JOHN.12345678901"], ["CN=DOE.JOHN.1234567890\n"], ["xCN=DOE.JOHN.1234567890"], [],
            ["email:bo@example.org.evil"], ["CN=DOE.JOHN.1234567890", "CN=DOE.JANE.0987654321"],
        ] {
            #expect(settings.user(ofCertificateNamed: names) == nil, "\(names)")
        }
    }
}
