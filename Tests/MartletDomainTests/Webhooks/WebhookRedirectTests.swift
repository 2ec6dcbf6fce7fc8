import MartletDomain
import Testing

struct WebhookRedirectTests {
    private func webhook(_ url: String, signed: Bool = false, authorized: Bool = false) -> Webhook {
        Webhook(
            id: "w", name: "w", url: url, events: [.promptCreated], isSigned: signed, isAuthorized: authorized,
            createdAt: 0, updatedAt: 0)
    }

    private let url = "https://user:key@Hooks.example.org/a?b=@c"

    @Test func `A name and password in a URL are shown as one sign, and nothing else is`() {
        #expect(webhook(url).shownURL == "https://…@Hooks.example.org/a?b=@c")
        for plain in ["https://hooks.example.org/a?b=user:key@c", "https://hooks.example.org", "x", "https://h#a@b"] {
            #expect(webhook(plain).shownURL == plain)
        }
    }

    @Test func `A URL that is sent back as it was shown is the one that is stored`() throws {
        let hook = webhook(url, signed: true, authorized: true)
        #expect(try hook.redirected(to: hook.shownURL, secret: nil, authorization: nil) == url)
        #expect(
            try hook.redirected(to: "HTTPS://…@hooks.example.org:443/new", secret: nil, authorization: nil)
                == "HTTPS://user:key@hooks.example.org:443/new")
    }

    @Test(arguments: [
        "http://hooks.example.org/a", "https://hooks.example.org:8443/a", "https://other.example/a",
        "https://hooks.example.org@other.example/a", "https://hooks.example.org.other.example/a",
        "https://other.example/https://hooks.example.org/", "https://other.example#@hooks.example.org/",
    ])
    func `Another receiver gets nothing of what was given for the one before`(other: String) throws {
        let hook = webhook("https://hooks.example.org/a", signed: true, authorized: true)
        #expect(throws: WebhookError.otherReceiver(["secret", "authorization"])) {
            try hook.redirected(to: other, secret: nil, authorization: nil)
        }
        #expect(throws: WebhookError.otherReceiver(["authorization"])) {
            try hook.redirected(to: other, secret: "new", authorization: nil)
        }
        #expect(throws: WebhookError.otherReceiver(["secret"])) {
            try hook.redirected(to: other, secret: nil, authorization: "")
        }
        #expect(try hook.redirected(to: other, secret: "", authorization: "Bearer new") == other)
        #expect(
            try webhook("https://hooks.example.org/a").redirected(to: other, secret: nil, authorization: nil) == other)
    }

    @Test func `A hidden password goes to no other receiver, and is none where there is none`() {
        for (known, new) in [
            (url, "https://…@other.example/"), ("https://hooks.example.org/", "https://…@hooks.example.org/"),
        ] {
            #expect(throws: WebhookError.otherReceiver(["name and password of the URL"])) {
                try webhook(known).redirected(to: new, secret: nil, authorization: nil)
            }
        }
    }
}
