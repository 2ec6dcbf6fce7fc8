import Foundation

/// How people and programs may say who they are, besides by Martlet's own tokens and passwords. Part of `martlet.yaml`.
package struct AuthenticationSettings: Codable, Sendable, Hashable {
    /// Issuers whose signed tokens are taken (OpenID Connect).
    package var oidc: [Issuer]
    package var clientCertificates: ClientCertificates?
    /// Proxies that say in a header whom they let through.
    package var trustedProxies: [TrustedProxy]
    package var sessions: Sessions

    enum CodingKeys: String, CodingKey {
        case oidc, sessions
        case clientCertificates = "client_certificates"
        case trustedProxies = "trusted_proxies"
    }

    package init(
        oidc: [Issuer] = [], clientCertificates: ClientCertificates? = nil, trustedProxies: [TrustedProxy] = [],
        sessions: Sessions = Sessions()
    ) {
        (self.oidc, self.clientCertificates) = (oidc, clientCertificates)
        (self.trustedProxies, self.sessions) = (trustedProxies, sessions)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            oidc: try container.decodeIfPresent([Issuer].self, forKey: .oidc) ?? [],
            clientCertificates: try container.decodeIfPresent(ClientCertificates.self, forKey: .clientCertificates),
            trustedProxies: try container.decodeIfPresent([TrustedProxy].self, forKey: .trustedProxies) ?? [],
            sessions: try container.decodeIfPresent(Sessions.self, forKey: .sessions) ?? Sessions())
    }

    package struct Issuer: Codable, Sendable, Hashable {
        /// Exactly as the tokens' `iss` has it.
        package var issuer: String
        /// One of the tokens' `aud`.
        package var audience: String
        /// The issuer's keys: an https address, or a file.
        package var jwks: String
        /// The claim that names an account here.
        package var userClaim: String
        package var groupsClaim: String
        /// The issuer's groups by ours; without it, groups of the same name.
        package var groups: [String: String]?
        /// How far its clock and ours may differ, in seconds.
        package var leeway: Int64

        enum CodingKeys: String, CodingKey {
            case issuer, audience, jwks, groups
            case userClaim = "user_claim"
            case groupsClaim = "groups_claim"
            case leeway = "leeway_seconds"
        }

        /// Whether nobody on the way can change the keys: they come over https, from a file, or from this machine.
        var keysAreSafe: Bool {
            guard let url = URL(string: jwks), let scheme = url.scheme?.lowercased(), scheme != "file" else {
                return true
            }
            return scheme == "https"
                || scheme == "http" && ["127.0.0.1", "::1", "localhost"].contains(url.host() ?? "")
        }

        package init(
            issuer: String, audience: String, jwks: String, userClaim: String = "preferred_username",
            groupsClaim: String = "groups", groups: [String: String]? = nil, leeway: Int64 = 60
        ) {
            (self.issuer, self.audience, self.jwks, self.userClaim) = (issuer, audience, jwks, userClaim)
            (self.groupsClaim, self.groups, self.leeway) = (groupsClaim, groups, leeway)
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                issuer: try container.decode(String.self, forKey: .issuer),
                audience: try container.decode(String.self, forKey: .audience),
                jwks: try container.decode(String.self, forKey: .jwks),
                userClaim: try container.decodeIfPresent(String.self, forKey: .userClaim) ?? "preferred_username",
                groupsClaim: try container.decodeIfPresent(String.self, forKey: .groupsClaim) ?? "groups",
                groups: try container.decodeIfPresent([String: String].self, forKey: .groups),
                leeway: try container.decodeIfPresent(Int64.self, forKey: .leeway) ?? 60)
            guard (0...600).contains(leeway), !issuer.isEmpty, !audience.isEmpty else {
                throw DecodingError.dataCorruptedError(
                    forKey: .leeway, in: container,
                    debugDescription: "an issuer has a name and an audience, and a leeway of 0 to 600 seconds")
            }
            guard keysAreSafe else {
                throw DecodingError.dataCorruptedError(
                    forKey: .jwks, in: container,
                    debugDescription:
                        "an issuer's keys come over https, or from a file: whoever can change them on the "
                        + "way is let in as anybody")
            }
        }
    }

    /// Who comes with a certificate over TLS.
    package struct ClientCertificates: Codable, Sendable, Hashable {
        /// The authorities whose certificates are taken: a PEM file.
        package var authorities: String
        package var subjects: [Subject]

        /// Certificates whose common name fits `pattern` stand for the account `user`, in which `$1` is what the first
        /// group of `pattern` found.
        package struct Subject: Codable, Sendable, Hashable {
            package var pattern: String
            package var user: String

            package init(pattern: String, user: String) { (self.pattern, self.user) = (pattern, user) }

            package init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                self.init(
                    pattern: try container.decode(String.self, forKey: .pattern),
                    user: try container.decode(String.self, forKey: .user))
                guard (try? NSRegularExpression(pattern: pattern)) != nil else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .pattern, in: container,
                        debugDescription: "'\(pattern)' is no regular expression")
                }
            }
        }

        package init(authorities: String, subjects: [Subject]) {
            (self.authorities, self.subjects) = (authorities, subjects)
        }
    }

    package struct TrustedProxy: Codable, Sendable, Hashable {
        /// Where it asks from: addresses, or ranges as `10.0.0.0/8`.
        package var addresses: [String]
        /// What it sends in `X-Martlet-Proxy-Secret`; at least 32 letters.
        package var secret: String
        package var userHeader: String
        package var groupsHeader: String?

        enum CodingKeys: String, CodingKey {
            case addresses, secret
            case userHeader = "user_header"
            case groupsHeader = "groups_header"
        }

        package init(addresses: [String], secret: String, userHeader: String, groupsHeader: String? = nil) {
            (self.addresses, self.secret) = (addresses, secret)
            (self.userHeader, self.groupsHeader) = (userHeader, groupsHeader)
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                addresses: try container.decode([String].self, forKey: .addresses),
                secret: try container.decode(String.self, forKey: .secret),
                userHeader: try container.decode(String.self, forKey: .userHeader),
                groupsHeader: try container.decodeIfPresent(String.self, forKey: .groupsHeader))
            guard secret.utf8.count >= 32 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .secret, in: container, debugDescription: "a proxy's secret has at least 32 letters")
            }
            guard !addresses.isEmpty, addresses.allSatisfy({ AddressRange($0) != nil }) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .addresses, in: container,
                    debugDescription: "a proxy's addresses are written as 10.1.2.3, 10.0.0.0/8 or fd00::/8")
            }
        }
    }

    package struct Sessions: Codable, Sendable, Hashable {
        /// Minutes without a request after which a session ends.
        package var idleMinutes: Int64
        /// Hours after which it ends however it was used.
        package var hours: Int64

        enum CodingKeys: String, CodingKey {
            case hours
            case idleMinutes = "idle_minutes"
        }

        package init(idleMinutes: Int64 = 120, hours: Int64 = 12) {
            (self.idleMinutes, self.hours) = (idleMinutes, hours)
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                idleMinutes: try container.decodeIfPresent(Int64.self, forKey: .idleMinutes) ?? 120,
                hours: try container.decodeIfPresent(Int64.self, forKey: .hours) ?? 12)
            guard (1...10_080).contains(idleMinutes), (1...720).contains(hours) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .hours, in: container,
                    debugDescription: "sessions last 1 to 720 hours, and idle 1 to 10080 minutes")
            }
        }
    }
}
