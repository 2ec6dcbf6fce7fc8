import Foundation
import MartletDomain
import Testing

struct WebhookValueTests {
    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
        "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    ])
    func `An IPv4 address that is not everybody's is not public`(text: String) throws {
        #expect(try address(text).isPublic == false)
        // Nor is it in the clothes of an IPv6 address.
        let bytes = try address(text).bytes
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes
        let sixToFour = [0x20, 0x02] + bytes + [UInt8](repeating: 0, count: 10)
        let translated = [0x00, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8) + bytes
        for bytes in [mapped, sixToFour, translated] {
            #expect(try #require(NetworkAddress(bytes)).isPublic == false)
        }
    }

    @Test(arguments: [
        "1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.32.0.1", "198.20.0.1", "9.9.9.9",
    ])
    func `An IPv4 address of the internet is public`(text: String) throws { #expect(try address(text).isPublic) }

    @Test func `IPv6 addresses of links, sites, this machine and groups are not public, others are`() throws {
        func bytes(_ head: [UInt8], last: UInt8 = 1) throws -> NetworkAddress {
            try #require(NetworkAddress(head + [UInt8](repeating: 0, count: 15 - head.count) + [last]))
        }
        for head in [[], [0xFE, 0x80], [0xFC], [0xFD, 0x12], [0xFF, 0x02], [0x20, 0x01, 0x0D, 0xB8], [0xFE, 0xC0]]
            as [[UInt8]]
        {
            #expect(try bytes(head).isPublic == false, "\(head)")
        }
        #expect(try bytes([], last: 0).isPublic == false)
        #expect(try bytes([0x26, 0x06, 0x28, 0x00]).isPublic)
        #expect(try bytes([0x2A, 0x00]).isPublic)
    }

    @Test(arguments: [
        ("https://example.com", "example.com", "https://example.com/"),
        ("https://example.com:8443/a/b?c=d#e", "example.com:8443", "https://example.com:8443/a/b?c=d"),
        ("https://[2a00::1]:1/x", "[2a00::1]:1", "https://[2a00::1]:1/x"),
        ("https://user:pa%40ss@example.com?x", "example.com", "https://example.com/?x"),
    ])
    func `A webhook's URL has one host`(url: String, authority: String, plain: String) throws {
        let address = try WebhookAddress(url, WebhookSettings())
        #expect(address.authority == authority && address.url() == plain)
        #expect(address.credentials == (url.contains("@") ? "user:pa@ss" : nil))
    }

    @Test(arguments: [
        "", " ", "http://example.com/", "https:/example.com", "https:///x", "https://exa mple.com", "https://a\\@b/",
        "https://example.com:0/", "https://example.com:70000/", "https://[::1/", "https://a]/", "https://ü.example/",
        "https://a\tb/", "https://a?@b\n", "javascript:x", "https://user@/",
    ])
    func `A URL that could be read otherwise is refused`(url: String) {
        #expect(throws: WebhookError.self) { try WebhookAddress(url, WebhookSettings()) }
    }

    @Test func `A delivery is tried four times, with waits that grow, and as the receiver asks`() {
        func delay(_ status: Int?, _ attempts: Int, after: Duration? = nil) -> Duration? {
            WebhookRetry.delay(
                after: WebhookAnswer(status: status, error: status == nil ? "gone" : nil, retryAfter: after),
                attempts: attempts, jitter: 0.5)
        }
        for status in [429, 500, 502, 503, 504, nil] as [Int?] {
            #expect(delay(status, 1) == .zero)
            #expect(delay(status, 2) == .milliseconds(2_500))
            #expect(delay(status, 3) == .milliseconds(4_500))
            #expect(delay(status, 4) == nil)
        }
        for status in [200, 302, 400, 404, 501] { #expect(delay(status, 1) == nil) }
        #expect(delay(429, 1, after: .seconds(7)) == .seconds(7))
        #expect(delay(413, 1, after: .seconds(7)) == .seconds(7))
        #expect(delay(503, 1, after: .seconds(86_400)) == .seconds(600))
        #expect(WebhookRetry.delay(after: .refused("private"), attempts: 1, jitter: 0) == nil)
    }

    @Test(arguments: WebhookEvent.allCases.filter { $0.dialect == .mlflow })
    func `An event's example is JSON of its entity`(event: WebhookEvent) throws {
        let body = WebhookPayload.example(of: event).body(at: 1_700_000_000_123)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
        #expect(object["entity"] as? String == event.entity && object["action"] as? String == event.action)
        #expect(object["timestamp"] as? String == "2023-11-14T22:13:20.123000+00:00")
        #expect((object["data"] as? [String: Any])?.isEmpty == false)
    }

    @Test func `Texts of clients stay texts in a payload, and of equal tags the last counts`() throws {
        let tags = [KeyedText("a", "1"), KeyedText("\"}", "\u{2028}\\"), KeyedText("a", "2")]
        let body = WebhookPayload.created(model: "x\", \"y\": \"z", tags: tags, description: nil).body(at: 0)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
        let data = try #require(object["data"] as? [String: Any])
        #expect(data["name"] as? String == "x\", \"y\": \"z" && data["description"] as? String == "")
        #expect(data["tags"] as? [String: String] == ["a": "2", "\"}": "\u{2028}\\"])
    }

    private func address(_ text: String) throws -> NetworkAddress {
        try #require(NetworkAddress(text.split(separator: ".").compactMap { UInt8($0) }))
    }
}
