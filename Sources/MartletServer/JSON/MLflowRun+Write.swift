import MartletAPI

// The answers that are asked for most, and those that are longest.

extension MLflowTracking.Empty: JSONWritable {
    func write(to writer: inout JSONWriter) { writer.raw("{}") }
}

extension MLflowTracking.CreateRun.Response: JSONWritable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("run")
            run.write(to: &writer)
        }
    }
}

extension MLflowTracking.SearchRuns.Response: JSONWritable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("runs", runs) { $1.write(to: &$0) }
            writer.member("next_page_token", next_page_token)
        }
    }
}

extension MLflowTracking.Run {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("info")
            info.write(to: &writer)
            writer.name("data")
            writer.object { writer in
                writer.member("metrics", data.metrics) { $1.write(to: &$0) }
                writer.member("params", data.params) { $1.write(to: &$0) }
                writer.member("tags", data.tags) { $1.write(to: &$0) }
            }
            if let inputs {
                writer.name("inputs")
                writer.object { writer in
                    writer.member("dataset_inputs", inputs.dataset_inputs) { $1.write(to: &$0) }
                    writer.member("model_inputs", inputs.model_inputs) { writer, input in
                        writer.object { $0.member("model_id", input.model_id) }
                    }
                }
            }
            if let outputs {
                writer.name("outputs")
                writer.object { writer in
                    writer.member("model_outputs", outputs.model_outputs) { writer, output in
                        writer.object {
                            $0.member("model_id", output.model_id)
                            $0.member("step", output.step?.value)
                        }
                    }
                }
            }
        }
    }
}

extension MLflowTracking.RunInfo {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("run_uuid", run_uuid)
            writer.member("experiment_id", experiment_id)
            writer.member("run_name", run_name)
            writer.member("user_id", user_id)
            writer.member("status", status)
            writer.member("start_time", start_time)
            writer.member("end_time", end_time)
            writer.member("artifact_uri", artifact_uri)
            writer.member("lifecycle_stage", lifecycle_stage)
            writer.member("run_id", run_id)
        }
    }
}

extension MLflowTracking.Metric {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("key", key)
            if let value {
                writer.name("value")
                writer.number(value.value)
            }
            writer.member("timestamp", timestamp?.value)
            writer.member("step", step?.value)
            writer.member("dataset_name", dataset_name)
            writer.member("dataset_digest", dataset_digest)
            writer.member("model_id", model_id)
            writer.member("run_id", run_id)
        }
    }
}

extension MLflowTracking.Tag {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("key", key)
            writer.member("value", value)
        }
    }
}

extension MLflowTracking.DatasetInput {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("tags", tags) { $1.write(to: &$0) }
            guard let dataset else { return }
            writer.name("dataset")
            writer.object { writer in
                writer.member("name", dataset.name)
                writer.member("digest", dataset.digest)
                writer.member("source_type", dataset.source_type)
                writer.member("source", dataset.source)
                writer.member("schema", dataset.schema)
                writer.member("profile", dataset.profile)
            }
        }
    }
}

extension MLflowTracking.MetricHistory: JSONWritable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("metrics", metrics) { $1.write(to: &$0) }
            writer.member("next_page_token", next_page_token)
        }
    }
}
