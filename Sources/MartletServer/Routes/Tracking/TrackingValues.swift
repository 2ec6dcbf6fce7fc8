import MartletAPI
import MartletDomain

/// From the wire to the domain; what is absent is named, all of it at once.

func texts(_ tags: [MLflowTracking.Tag]?, _ list: String) throws -> [KeyedText] {
    var problems: [String] = []
    let texts = (tags ?? []).enumerated().map { index, tag in
        if tag.key?.isEmpty ?? true { problems.append(missing("\(list)[\(index)].key").message) }
        return KeyedText(tag.key ?? "", tag.value ?? "")
    }
    guard problems.isEmpty else { throw InvalidRequest(problems) }
    return texts
}

func metrics(_ metrics: [MLflowTracking.Metric]?) throws -> [Metric] {
    var problems: [String] = []
    let found = (metrics ?? []).enumerated().map { index, metric in
        func require(_ isThere: Bool, _ field: String) {
            if !isThere { problems.append(missing("metrics[\(index)].\(field)").message) }
        }
        require(!(metric.key ?? "").isEmpty, "key")
        require(metric.value != nil, "value")
        require(metric.timestamp != nil, "timestamp")
        return Metric(
            metric.key ?? "", metric.value?.value ?? 0, timestamp: metric.timestamp?.value ?? 0,
            step: metric.step?.value ?? 0, modelID: metric.model_id.unlessEmpty,
            datasetName: metric.dataset_name.unlessEmpty, datasetDigest: metric.dataset_digest.unlessEmpty)
    }
    guard problems.isEmpty else { throw InvalidRequest(problems) }
    return found
}

func datasets(_ inputs: [MLflowTracking.DatasetInput]?) throws -> [DatasetInput] {
    try (inputs ?? []).enumerated().map { index, input in
        func field(_ value: String?, _ name: String) throws -> String {
            guard let value else { throw missing("datasets[\(index)].dataset.\(name)") }
            return value
        }
        return DatasetInput(
            name: try field(input.dataset?.name, "name"), digest: try field(input.dataset?.digest, "digest"),
            sourceType: try field(input.dataset?.source_type, "source_type"),
            source: try field(input.dataset?.source, "source"), schema: input.dataset?.schema,
            profile: input.dataset?.profile, tags: try texts(input.tags, "datasets[\(index)].tags"))
    }
}

extension String? {
    var unlessEmpty: String? { flatMap { $0.isEmpty ? nil : $0 } }
}
