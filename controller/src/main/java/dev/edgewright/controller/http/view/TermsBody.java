package dev.edgewright.controller.http.view;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.controller.rollout.ShadowStage;
import dev.edgewright.controller.rollout.Terms;
import dev.edgewright.controller.transfer.ByteBudget;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** The parts of schema {@code RolloutRequest} that are about whom it spares and whom it takes with it. */
final class TermsBody {

    private TermsBody() {}

    static Terms terms(Integer minBatteryPercent, String lateJoiners, BudgetBody budget, ShadowBody shadow) {
        return new Terms(
                minBatteryPercent == null ? OptionalInt.empty() : OptionalInt.of(minBatteryPercent),
                late(lateJoiners),
                Optional.ofNullable(budget).map(BudgetBody::toBudget),
                Optional.ofNullable(shadow).map(ShadowBody::toStage));
    }

    private static Terms.LateJoining late(String text) {
        if (text == null) {
            return Terms.DEFAULT.lateJoiners();
        }
        return switch (text) {
            case "last-wave" -> Terms.LateJoining.LAST_WAVE;
            case "ignore" -> Terms.LateJoining.IGNORE;
            default ->
                throw EdgewrightException.caller(
                        "FIELD_INVALID", "field 'lateJoiners': it must be last-wave or ignore");
        };
    }

    static String word(Terms.LateJoining late) {
        return late == Terms.LateJoining.LAST_WAVE ? "last-wave" : "ignore";
    }

    /** Schema {@code ByteBudget}. */
    public record BudgetBody(Long bytesPerSecond, Long bytesPerWindow, Long windowSeconds) {
        ByteBudget toBudget() {
            if (bytesPerSecond == null && bytesPerWindow == null) {
                throw EdgewrightException.caller(
                        "FIELD_INVALID", "field 'budget': it needs bytesPerSecond, bytesPerWindow or both");
            }
            return new ByteBudget(
                    bytesPerSecond == null ? 0 : bytesPerSecond,
                    bytesPerWindow == null ? 0 : bytesPerWindow,
                    windowSeconds == null ? ByteBudget.NONE.window() : Duration.ofSeconds(windowSeconds));
        }

        static BudgetBody of(ByteBudget budget) {
            return new BudgetBody(
                    budget.bytesPerSecond() == 0 ? null : budget.bytesPerSecond(),
                    budget.bytesPerWindow() == 0 ? null : budget.bytesPerWindow(),
                    budget.window().toSeconds());
        }
    }

    /** Schema {@code ShadowStage}. */
    public record ShadowBody(Long seconds, Double sample, Double minAgreement, Long minRequests) {
        ShadowStage toStage() {
            if (seconds == null || minAgreement == null) {
                throw EdgewrightException.caller("FIELD_INVALID", "field 'shadow': it needs seconds and minAgreement");
            }
            return new ShadowStage(
                    Duration.ofSeconds(Math.max(0, Math.min(seconds, 10_000_000))),
                    sample == null ? 0.1 : sample,
                    minAgreement,
                    minRequests == null ? ShadowStage.USUAL_REQUESTS : minRequests);
        }

        static ShadowBody of(ShadowStage stage) {
            return new ShadowBody(stage.time().toSeconds(), stage.sample(), stage.minAgreement(), stage.minRequests());
        }
    }
}
