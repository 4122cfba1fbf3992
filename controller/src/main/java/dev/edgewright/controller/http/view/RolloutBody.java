package dev.edgewright.controller.http.view;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.controller.rollout.GatePolicy;
import dev.edgewright.controller.rollout.MaintenanceWindow;
import dev.edgewright.controller.rollout.Pace;
import dev.edgewright.controller.rollout.RolloutRequest;
import dev.edgewright.controller.rollout.WaveSpec;
import dev.edgewright.controller.selection.Requirement;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** Schema {@code RolloutRequest}; null where the caller left something out. */
public record RolloutBody(
        String model,
        String version,
        String query,
        String variant,
        Double maxDrop,
        Double floor,
        List<WaveBody> waves,
        Double maxFailureRatio,
        Double minSuccess,
        Integer watchSeconds,
        Integer watchMinRequests,
        Long soakSeconds,
        Long offerDeadlineSeconds,
        Long stepDeadlineSeconds,
        String startAt,
        WindowBody window,
        LimitsBody limits,
        GatesBody gates,
        Integer priority,
        Integer minBatteryPercent,
        String lateJoiners,
        TermsBody.BudgetBody budget,
        TermsBody.ShadowBody shadow) {

    private static final int MAX_QUERY = 2000;
    private static final int MAX_WAVES = 100;
    private static final long MAX_SECONDS = 2_592_000;

    /** The request in the domain's words. @throws EdgewrightException FIELD_INVALID, or as the domain's records refuse */
    public RolloutRequest toRequest(String createdBy) {
        if (model == null) {
            throw invalid("model", "it must name the model to roll out");
        }
        if (query != null && query.length() > MAX_QUERY) {
            throw invalid("query", "it has more than " + MAX_QUERY + " characters");
        }
        if (waves != null && waves.size() > MAX_WAVES) {
            throw invalid("waves", "there are more than " + MAX_WAVES);
        }
        if (watchSeconds != null && watchSeconds > dev.edgewright.common.protocol.Limits.WATCH_SECONDS) {
            throw invalid("watchSeconds", "a watch longer than a week is none");
        }
        return new RolloutRequest(
                new ModelName(model),
                Optional.ofNullable(version),
                Optional.ofNullable(query).filter(q -> !q.isBlank()),
                variant == null ? "auto" : variant,
                Requirement.of(optional(floor), optional(maxDrop)),
                waves == null ? List.of() : waves.stream().map(WaveBody::toSpec).toList(),
                gatePolicy(),
                pace(),
                limits == null ? Limits.getDefaultInstance() : limits.toLimits(),
                priority == null ? 0 : priority,
                createdBy,
                TermsBody.terms(minBatteryPercent, lateJoiners, budget, shadow));
    }

    private Pace pace() {
        var usual = Pace.DEFAULT;
        return new Pace(
                watchSeconds == null ? usual.watchSeconds() : watchSeconds,
                watchMinRequests == null ? usual.watchMinRequests() : watchMinRequests,
                seconds("soakSeconds", soakSeconds, usual.soak()),
                seconds("offerDeadlineSeconds", offerDeadlineSeconds, usual.offerDeadline()),
                seconds("stepDeadlineSeconds", stepDeadlineSeconds, usual.stepDeadline()),
                startAt == null
                        ? Optional.empty()
                        : Optional.of(
                                parsed("startAt", "a time such as 2030-01-31T08:00:00Z", () -> Instant.parse(startAt))),
                Optional.ofNullable(window).map(WindowBody::toWindow));
    }

    private GatePolicy gatePolicy() {
        var usual = GatePolicy.DEFAULT;
        double failures = maxFailureRatio == null ? usual.maxFailureRatio() : maxFailureRatio;
        double success = minSuccess == null ? usual.minSuccessRatio() : minSuccess;
        return gates == null ? usual.withFailures(failures, success) : gates.toPolicy(failures, success);
    }

    private static Duration seconds(String field, Long value, Duration otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (value < 0 || value > MAX_SECONDS) {
            throw invalid(field, "it must be from 0 to " + MAX_SECONDS);
        }
        return Duration.ofSeconds(value);
    }

    private static OptionalDouble optional(Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static <T> T parsed(String field, String wanted, Supplier<T> parse) {
        try {
            return parse.get();
        } catch (DateTimeException | IllegalArgumentException e) {
            throw invalid(field, "it must be " + wanted);
        }
    }

    private static EdgewrightException invalid(String field, String why) {
        return EdgewrightException.caller("FIELD_INVALID", "field '" + field + "': " + why);
    }

    /** Schema {@code WaveSpec}. */
    public record WaveBody(Double percent, Integer count, Integer start, Double factor, Boolean approval) {
        WaveSpec toSpec() {
            if ((start == null) != (factor == null)) {
                throw invalid("waves", "growing waves need both start and factor, such as {start: 1, factor: 2}");
            }
            return new WaveSpec(
                    optional(percent),
                    count == null ? OptionalInt.empty() : OptionalInt.of(count),
                    start == null ? Optional.empty() : Optional.of(new WaveSpec.Growth(start, factor)),
                    Boolean.TRUE.equals(approval));
        }
    }

    /** Schema {@code MaintenanceWindow}. */
    public record WindowBody(List<String> days, String from, String to, String zone) {
        MaintenanceWindow toWindow() {
            if (from == null || to == null) {
                throw invalid("window", "it needs 'from' and 'to'");
            }
            Set<DayOfWeek> open = days == null
                    ? EnumSet.allOf(DayOfWeek.class)
                    : parsed(
                            "window.days",
                            "a list of MONDAY, TUESDAY, …",
                            () -> days.stream().map(DayOfWeek::valueOf).collect(java.util.stream.Collectors.toSet()));
            return new MaintenanceWindow(
                    open,
                    parsed("window.from", "a time such as 22:00", () -> LocalTime.parse(from)),
                    parsed("window.to", "a time such as 05:00", () -> LocalTime.parse(to)),
                    parsed(
                            "window.zone",
                            "a zone such as Europe/Berlin",
                            () -> ZoneId.of(zone == null ? "UTC" : zone)));
        }
    }

    /** Schema {@code RolloutLimits}. */
    public record LimitsBody(
            Double maxP95Ms,
            Long maxMemoryBytes,
            Double maxErrorRatio,
            Double maxSlowdown,
            Double maxJoulesPerInference) {
        Limits toLimits() {
            return Limits.newBuilder()
                    .setMaxP95Ms(atLeastZero("limits.maxP95Ms", maxP95Ms))
                    .setMaxMemoryBytes((long) atLeastZero(
                            "limits.maxMemoryBytes", maxMemoryBytes == null ? null : (double) maxMemoryBytes))
                    .setMaxErrorRatio(ratio("limits.maxErrorRatio", maxErrorRatio))
                    .setMaxSlowdown(atLeastZero("limits.maxSlowdown", maxSlowdown))
                    .setMaxJoulesPerInference(atLeastZero("limits.maxJoulesPerInference", maxJoulesPerInference))
                    .build();
        }

        private static double atLeastZero(String field, Double value) {
            if (value == null) {
                return 0;
            }
            if (!(value >= 0) || Double.isInfinite(value)) {
                throw invalid(field, "it must not be negative");
            }
            return value;
        }

        private static double ratio(String field, Double value) {
            if (value != null && value > 1) {
                throw invalid(field, "it is a share and must be in 0..1, for example 0.1 for 10 %");
            }
            return atLeastZero(field, value);
        }
    }

    /** Schema {@code RolloutGates}. */
    public record GatesBody(
            Double maxSlowdown,
            Double maxEnergyRatio,
            Double maxMemoryRatio,
            Double maxErrorRatio,
            Double minAgreement,
            Double liveSample,
            Long minRequests,
            Integer minDevices,
            Double confidence,
            String onBreach,
            String scope) {
        GatePolicy toPolicy(double maxFailureRatio, double minSuccess) {
            var usual = GatePolicy.DEFAULT;
            return new GatePolicy(
                    maxFailureRatio,
                    minSuccess,
                    optional(maxSlowdown),
                    optional(maxEnergyRatio),
                    optional(maxMemoryRatio),
                    optional(maxErrorRatio),
                    optional(minAgreement),
                    liveSample == null ? usual.liveSample() : liveSample,
                    minRequests == null ? usual.minRequests() : minRequests,
                    minDevices == null ? usual.minDevices() : minDevices,
                    confidence == null ? usual.confidence() : confidence,
                    onBreach == null
                            ? usual.onBreach()
                            : parsed("gates.onBreach", "HOLD or REVERT", () -> GatePolicy.OnBreach.valueOf(onBreach)),
                    scope == null
                            ? usual.scope()
                            : parsed(
                                    "gates.scope",
                                    "ROLLOUT or VARIANT_AND_CLASS",
                                    () -> GatePolicy.Scope.valueOf(scope)));
        }
    }
}
