package dev.edgewright.controller.http.view;

import dev.edgewright.controller.rollout.HistoryEntry;
import dev.edgewright.controller.rollout.RolloutDetail;
import dev.edgewright.controller.rollout.Target;
import dev.edgewright.controller.rollout.Wave;
import java.util.List;

/** Schema {@code Rollout}. */
public record RolloutView(
        String id,
        String model,
        String version,
        String query,
        String variant,
        String state,
        boolean live,
        String reason,
        Double maxDrop,
        Double floor,
        double maxFailureRatio,
        double minSuccess,
        int watchSeconds,
        int priority,
        Integer minBatteryPercent,
        String lateJoiners,
        TermsBody.BudgetBody budget,
        TermsBody.ShadowBody shadow,
        LimitsView limits,
        String createdAt,
        String createdBy,
        String updatedAt,
        Counts counts,
        double progress,
        List<WaveView> waves,
        List<WaveDevice> skipped,
        List<History> history) {

    /** How much of a rollout is shown. */
    public enum Depth {
        /** Counts only. */
        LIST,
        /** With devices, at most 200. */
        SNAPSHOT,
        /** All, with history. */
        WHOLE
    }

    private static final int SNAPSHOT_DEVICES = 200;

    public static RolloutView of(RolloutDetail detail, Depth depth) {
        var rollout = detail.rollout();
        var request = rollout.request();
        var terms = request.terms();
        boolean whole = depth == Depth.WHOLE;
        int devices = whole ? Integer.MAX_VALUE : depth == Depth.SNAPSHOT ? SNAPSHOT_DEVICES : 0;
        var waves = new java.util.ArrayList<WaveView>();
        for (var wave : rollout.waves()) {
            var view = WaveView.of(wave, detail.wave(wave.index()), devices);
            waves.add(view);
            devices -= view.devices() == null ? 0 : view.devices().size();
        }
        return new RolloutView(
                rollout.id().value(),
                request.model().value(),
                request.version().orElse(null),
                request.query().orElse(null),
                request.variant(),
                rollout.state().name(),
                rollout.state().live(),
                Text.some(rollout.reason()),
                Text.some(request.requirement().maxDrop()),
                Text.some(request.requirement().floor()),
                request.gates().maxFailureRatio(),
                request.gates().minSuccessRatio(),
                request.pace().watchSeconds(),
                request.priority(),
                terms.minBatteryPercent().isPresent()
                        ? terms.minBatteryPercent().getAsInt()
                        : null,
                TermsBody.word(terms.lateJoiners()),
                terms.budget().map(TermsBody.BudgetBody::of).orElse(null),
                terms.shadow().map(TermsBody.ShadowBody::of).orElse(null),
                LimitsView.of(request.limits()),
                Text.time(rollout.createdAt()),
                Text.some(request.createdBy()),
                Text.time(rollout.updatedAt()),
                Counts.of(detail.targets()),
                progress(detail.targets()),
                waves,
                whole ? detail.wave(-1).stream().map(WaveDevice::of).toList() : null,
                whole ? detail.history().stream().map(History::of).toList() : null);
    }

    /** Mean over the devices that take part. */
    private static double progress(List<Target> targets) {
        return targets.stream()
                .filter(t -> !t.state().neutral())
                .mapToDouble(Target::progress)
                .average()
                .orElse(0);
    }

    /** Schema {@code RolloutLimits}. */
    public record LimitsView(
            Double maxP95Ms,
            Long maxMemoryBytes,
            Double maxErrorRatio,
            Double maxSlowdown,
            Double maxJoulesPerInference) {
        static LimitsView of(dev.edgewright.common.protocol.v1.Limits limits) {
            return new LimitsView(
                    Text.positive(limits.getMaxP95Ms()),
                    Text.positive(limits.getMaxMemoryBytes()),
                    Text.positive(limits.getMaxErrorRatio()),
                    Text.positive(limits.getMaxSlowdown()),
                    Text.positive(limits.getMaxJoulesPerInference()));
        }
    }

    /** Schema {@code RolloutCounts}. */
    public record Counts(int total, int waiting, int running, int committed, int failed, int reverted, int skipped) {
        static Counts of(List<Target> targets) {
            int waiting = 0;
            int running = 0;
            int committed = 0;
            int failed = 0;
            int reverted = 0;
            int skipped = 0;
            for (var target : targets) {
                switch (target.state()) {
                    case PLANNED -> waiting++;
                    case OFFERED, FETCHING, VERIFYING, PROBING, WATCHING -> running++;
                    case COMMITTED -> committed++;
                    case FAILED, ROLLED_BACK, SILENT -> failed++;
                    case REVERTING, REVERTED, UNREACHED, KEPT -> reverted++;
                    case SKIPPED, SUPERSEDED -> skipped++;
                }
            }
            return new Counts(targets.size(), waiting, running, committed, failed, reverted, skipped);
        }
    }

    /** Schema {@code Wave}. */
    public record WaveView(
            int index,
            String state,
            int size,
            Counts counts,
            double progress,
            boolean approval,
            String approvedBy,
            String startedAt,
            String settledAt,
            String doneAt,
            List<WaveDevice> devices) {
        static WaveView of(Wave wave, List<Target> targets, int atMost) {
            return new WaveView(
                    wave.index(),
                    wave.state().name(),
                    wave.devices(),
                    Counts.of(targets),
                    RolloutView.progress(targets),
                    wave.approval(),
                    wave.approvedBy().orElse(null),
                    Text.time(wave.startedAt()),
                    Text.time(wave.settledAt()),
                    Text.time(wave.doneAt()),
                    atMost <= 0
                            ? null
                            : targets.stream().limit(atMost).map(WaveDevice::of).toList());
        }
    }

    /** Schema {@code WaveDevice}. */
    public record WaveDevice(
            String id,
            String state,
            String since,

            @com.fasterxml.jackson.annotation.JsonProperty("class")
            String hardwareClass,

            String variant,
            String manifest,
            double progress,
            long bytesDone,
            long bytesTotal,
            String why,
            String error) {
        static WaveDevice of(Target target) {
            return new WaveDevice(
                    target.device().value(),
                    target.state().name(),
                    Text.time(target.since()),
                    Text.some(target.hardwareClass()),
                    Text.some(target.variant()),
                    target.manifest().map(d -> d.hex()).orElse(null),
                    target.progress(),
                    target.bytesDone(),
                    target.bytesTotal(),
                    Text.some(target.why()),
                    target.error().orElse(null));
        }
    }

    /** Schema {@code HistoryEntry}. */
    public record History(long sequence, String at, String kind, String who, String words) {
        static History of(HistoryEntry entry) {
            return new History(entry.sequence(), Text.time(entry.at()), entry.kind(), entry.who(), entry.words());
        }
    }
}
