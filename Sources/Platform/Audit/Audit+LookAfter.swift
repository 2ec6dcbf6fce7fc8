import Foundation
import MartletDomain
import Metadata
import Synchronization

extension Audit {
    /// Writes what waits, and lets checkpoints leave when they are due, until the task is cancelled.
    package func lookAfter(every interval: Duration = .seconds(1)) async {
        while (try? await Task.sleep(for: interval)) != nil { await round() }
    }

    /// One round: reads and refusals that wait, and a checkpoint after a promotion or when one is due.
    ///
    /// - Parameter isLast: Whether the workspace is being closed; then nothing is left waiting.
    package func round(isLast: Bool = false) async {
        try? await writeReads()
        await writeRefusals(all: isLast)
        let (now, every) = (store.clock.now, settings.checkpointEvery.milliseconds)
        let reason: String? = desk.state.withLock { state in
            if state.hasPromotion {
                (state.hasPromotion, state.lastRound) = (false, now)
                return "promotion"
            }
            guard !isLast else { return nil }
            let last = state.lastRound ?? now
            if state.lastRound == nil { state.lastRound = now }
            guard now - last >= every || now < last else { return nil }
            state.lastRound = now
            return "schedule"
        }
        guard let reason else { return }
        do {
            if reason == "schedule" {
                guard try await hasNews() else { return }
            }
            try await publish(because: reason, by: .keeper)
        } catch {
            if reason == "promotion" { desk.promoted() }
            desk.say("No checkpoint left: \(words(error))")
            return
        }
        await carryOut()
    }

    /// Asks the witnesses, writes the folder and pushes to the targets of `martlet.yaml`. What fails is said, and tried
    /// again next time.
    private func carryOut() async {
        await askWitnesses()
        if alarm == nil {
            do {
                try await writeFolder()
            } catch {
                desk.say(words(error))
            }
        }
        for target in settings.push {
            do {
                try await push(to: target, by: .keeper)
            } catch {
                desk.say(words(error))
            }
        }
    }
}
