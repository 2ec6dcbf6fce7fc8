import MartletAPI

extension MLflowTracking.LogMetric: JSONReadable {
    static func read(_ reader: inout JSONReader) -> Self? {
        var body = Self()
        let isRead = reader.object { reader, name in
            switch name {
            case "run_id": return set(&body.run_id, reader.string())
            case "run_uuid": return set(&body.run_uuid, reader.string())
            case "key": return set(&body.key, reader.string())
            case "value": return set(&body.value, reader.number().map { WireNumber($0) })
            case "timestamp": return set(&body.timestamp, reader.integer().map { WireInteger($0) })
            case "step": return set(&body.step, reader.integer().map { WireInteger($0) })
            default: return false
            }
        }
        return isRead ? body : nil
    }
}

extension MLflowTracking.LogBatch: JSONReadable {
    static func read(_ reader: inout JSONReader) -> Self? {
        var body = Self()
        let isRead = reader.object { reader, name in
            switch name {
            case "run_id": return set(&body.run_id, reader.string())
            case "metrics": return set(&body.metrics, elements(&reader, metric))
            case "params": return set(&body.params, elements(&reader, tag))
            case "tags": return set(&body.tags, elements(&reader, tag))
            default: return false
            }
        }
        return isRead ? body : nil
    }

    private static func metric(_ reader: inout JSONReader) -> MLflowTracking.Metric? {
        var (key, value, timestamp, step): (String?, Double?, Int64?, Int64?)
        let isRead = reader.object { reader, name in
            switch name {
            case "key": return set(&key, reader.string())
            case "value": return set(&value, reader.number())
            case "timestamp": return set(&timestamp, reader.integer())
            case "step": return set(&step, reader.integer())
            default: return false
            }
        }
        guard isRead, let key, let value, let timestamp else { return nil }
        return MLflowTracking.Metric(key: key, value: value, timestamp: timestamp, step: step ?? 0)
    }

    private static func tag(_ reader: inout JSONReader) -> MLflowTracking.Tag? {
        var (key, value): (String?, String?)
        let isRead = reader.object { reader, name in
            switch name {
            case "key": return set(&key, reader.string())
            case "value": return set(&value, reader.string())
            default: return false
            }
        }
        guard isRead, let key, let value else { return nil }
        return MLflowTracking.Tag(key: key, value: value)
    }
}

private func elements<Element>(
    _ reader: inout JSONReader, _ read: (inout JSONReader) -> Element?
) -> [Element]? {
    var elements: [Element] = []
    let isRead = reader.list { reader in
        guard let element = read(&reader) else { return false }
        elements.append(element)
        return true
    }
    return isRead ? elements : nil
}

/// A name that comes twice is for the slow way, too.
private func set<Value>(_ place: inout Value?, _ value: Value?) -> Bool {
    guard place == nil, let value else { return false }
    place = value
    return true
}
