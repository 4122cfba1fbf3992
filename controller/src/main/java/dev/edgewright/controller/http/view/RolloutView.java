package dev.edgewright.controller.http.view;

import dev.edgewright.controller.rollout.HistoryEntry;
import dev.edgewright.controller.rollout.RolloutDetail;
import dev.edgewright.controller.rollout.Target;
import dev.edgewright.controller.rollout.Wave;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        return of(
                detail,
                depth,
                switch (depth) {
                    case LIST -> 0;
                    case SNAPSHOT -> SNAPSHOT_DEVICES;
                    case WHOLE -> Integer.MAX_VALUE;
                });
    }

    /** @param devices how many at most, those on their way and those that failed before others */
    public static RolloutView of(RolloutDetail detail, Depth depth, int devices) {
        var rollout = detail.rollout();
        var request = rollout.request();
        var terms = request.terms();
        boolean whole = depth == Depth.WHOLE;
        Map<Integer, List<WaveDevice>> shown = new HashMap<>();
        for (var target : detail.mostTelling(devices)) {
            shown.computeIfAbsent(target.wave(), wave -> new ArrayList<>())
                    .add(WaveDevice.of(target, detail.failsAt(target)));
        }
        var waves = new ArrayList<WaveView>();
        for (var wave : rollout.waves()) {
            var inIt = depth == Depth.LIST ? null : shown.getOrDefault(wave.index(), List.of());
            waves.add(WaveView.of(wave, detail.wave(wave.index()), inIt));
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
                whole ? shown.getOrDefault(-1, List.of()) : null,
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
        static WaveView of(Wave wave, List<Target> targets, List<WaveDevice> devices) {
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
                    devices);
        }
    }

    /** Schema {@code WaveDevice}. */
    public record WaveDevice(
            String id,
            String state,
            String since,
            String failsAt,

            @com.fasterxml.jackson.annotation.JsonProperty("class")
            String hardwareClass,

            String variant,
            String manifest,
            double progress,
            long bytesDone,
            long bytesTotal,
            String why,
            String error) {
        static WaveDevice of(Target target, Optional<Instant> failsAt) {
            return new WaveDevice(
                    target.device().value(),
                    target.state().name(),
                    Text.time(target.since()),
                    Text.time(failsAt),
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
