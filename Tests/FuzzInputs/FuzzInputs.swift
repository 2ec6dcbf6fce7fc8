/// Makes requests that a server must refuse or answer, and survive: right ones, changed in a few places.
package struct FuzzInputs: Sendable {
    let seeds: FuzzSeeds
    package let seed: UInt64

    package init(seeds: FuzzSeeds, seed: UInt64) { (self.seeds, self.seed) = (seeds, seed) }

    /// The input of this number. The same seed, number and world make the same input.
    package func request(_ number: Int, in world: FuzzWorld) -> FuzzRequest {
        var dice = Dice(seed: seed, index: number)
        let seed = dice.pick(seeds.seeds)
        var path = world.path(seed.path, &dice)
        if dice.isLucky(6) { path = Self.oddPath(path, &dice) }
        var method = seed.method
        if dice.isLucky(4) {
            method = dice.pick([
                "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "BREW",
            ])
        }
        var request = FuzzRequest(method, path + query(seed, path, world, &dice))
        if var body = seed.body {
            adapt(&body, path: path, world, &dice)
            for _ in 0..<dice.pick([0, 1, 1, 1, 1, 2, 2, 3, 5]) { change(&body, &dice) }
            request.body = Array(body.rendered.utf8)
            request.headers.append(("Content-Type", "application/json"))
        } else if method == "PUT" || method == "POST" || dice.isLucky(5) {
            request.body = Array(OddValues.string(&dice).utf8)
        }
        if dice.isLucky(12) { request.body = FuzzText.mutated(request.body, &dice) }
        if dice.isLucky(15) { request.headers += FuzzHeaders.some(&dice) }
        return request
    }

    /// Puts in what exists, mostly.
    private func adapt(_ body: inout FuzzJSON, path: String, _ world: FuzzWorld, _ dice: inout Dice) {
        for number in 0..<body.nodeCount {
            body.change(number) { node, name in
                guard case .raw(let raw) = node, raw.hasPrefix("\""), dice.isLucky(90),
                    let value = world.value(for: name, path: path, &dice)
                else { return }
                node = .text(value)
            }
        }
    }

    private func change(_ body: inout FuzzJSON, _ dice: inout Dice) {
        let names = seeds.names
        body.change(dice.below(body.nodeCount)) { node, name in
            switch name {
            case "filter" where dice.isLucky(80), "filter_string" where dice.isLucky(80):
                node = .text(FilterGrammar.filter(&dice))
                return
            case "order_by" where dice.isLucky(70):
                node = FilterGrammar.orders(&dice)
                return
            case "page_token" where dice.isLucky(80):
                node = .text(FilterGrammar.pageToken(&dice))
                return
            default: break
            }
            switch node {
            case .raw(let raw): Self.changeScalar(&node, raw, &dice)
            case .array(var elements):
                switch dice.below(5) {
                case 0: node = OddValues.json(&dice)
                case 1 where !elements.isEmpty: elements.remove(at: dice.below(elements.count))
                case 2 where !elements.isEmpty:
                    elements = Array(repeating: dice.pick(elements), count: dice.pick([2, 101, 1001]))
                case 3: elements.append(OddValues.json(&dice))
                default:
                    node = .object([])
                    return
                }
                if case .array = node { node = .array(elements) }
            case .object(var members):
                switch dice.below(6) {
                case 0 where !members.isEmpty: members.remove(at: dice.below(members.count))
                case 1 where !members.isEmpty: members.append(dice.pick(members))
                case 2 where !members.isEmpty: members[dice.below(members.count)].name = dice.pick(names)
                case 3: members.append((dice.pick(names), OddValues.json(&dice)))
                case 4: members.append((OddValues.string(&dice), OddValues.json(&dice)))
                default:
                    node = OddValues.json(&dice)
                    return
                }
                node = .object(members)
            }
        }
    }

    private static func changeScalar(_ node: inout FuzzJSON, _ raw: String, _ dice: inout Dice) {
        switch dice.below(8) {
        case 0: node = .array([node])
        case 1: node = .object([("value", node)])
        case 2: node = .raw(raw.hasPrefix("\"") ? String(raw.dropFirst().dropLast()) : "\"\(raw)\"")
        case 3, 4: node = .text(OddValues.string(&dice))
        case 5 where raw.hasPrefix("\""): node = .text(FuzzText.mutated(String(raw.dropFirst().dropLast()), &dice))
        case 6: node = .raw(dice.pick(OddValues.numbers))
        default: node = OddValues.json(&dice)
        }
    }

    private func query(_ seed: FuzzSeeds.Seed, _ path: String, _ world: FuzzWorld, _ dice: inout Dice) -> String {
        var query = seed.query
        if query.isEmpty, !dice.isLucky(4) { return "" }
        for index in query.indices {
            if dice.isLucky(15) {
                query[index].value = Self.oddParameter(query[index].name, &dice)
            } else if dice.isLucky(90), let value = world.value(for: query[index].name, path: path, &dice) {
                query[index].value = value
            }
        }
        switch dice.below(14) {
        case 0 where !query.isEmpty: query.remove(at: dice.below(query.count))
        case 1 where !query.isEmpty: query.append(dice.pick(query))
        case 2: query.append((dice.pick(seeds.names), OddValues.string(&dice)))
        case 3: query.append((OddValues.string(&dice), ""))
        default: break
        }
        let text = query.map { name, value in
            FuzzText.percentEncoded(name, &dice) + (dice.isLucky(2) ? "" : "=") + FuzzText.percentEncoded(value, &dice)
        }.joined(separator: dice.isLucky(2) ? ";" : "&")
        return "?" + text
    }

    private static func oddParameter(_ name: String, _ dice: inout Dice) -> String {
        switch name {
        case "filter": FilterGrammar.filter(&dice)
        case "order_by": FilterGrammar.order(&dice)
        case "page_token": FilterGrammar.pageToken(&dice)
        case "max_results", "limit", "offset", "version", "start_step", "end_step": dice.pick(OddValues.numbers)
        default: dice.isLucky(70) ? OddValues.string(&dice) : dice.pick(OddValues.numbers)
        }
    }

    private static func oddPath(_ path: String, _ dice: inout Dice) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let odd = [
            "..", ".", "", "%2e%2e", "%2e%2e%2f", "..%2f..%2fetc%2fpasswd", "%00", "%", "%zz", "%FF", "%C0%AF", "a%2Fb",
            "*",
            "**", ":", "{id}", "a b", "\\", "%5c..", "é", "😀", ";x=1", "#x", "~", "CON", "+",
            String(repeating: "a", count: 300), String(repeating: "a/", count: 600),
            String(repeating: "%41", count: 3000),
        ]
        let place = dice.below(parts.count)
        switch dice.below(5) {
        case 0: parts[place] = dice.pick(odd)
        case 1: parts.insert(dice.pick(odd), at: place)
        case 2: parts.append(dice.pick(odd))
        case 3: parts.remove(at: place)
        default: parts[place] = dice.isLucky(50) ? parts[place].uppercased() : parts[place] + dice.pick(odd)
        }
        let path = parts.joined(separator: "/")
        // A request line begins with a slash, and has no spaces.
        return (path.hasPrefix("/") ? path : "/" + path).replacing(" ", with: "%20")
    }
}
