package dev.edgewright.controller.http;

import dev.edgewright.common.id.RolloutId;
import dev.edgewright.controller.http.view.DeviceView;
import dev.edgewright.controller.rollout.RolloutService;
import dev.edgewright.controller.rollout.Target;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Remembers why devices got their variants: the choice of a rollout does not change, and a device list asks for each. */
final class Reasons implements DeviceView.Reasons {
    private static final int ROLLOUTS = 64;

    private final RolloutService rollouts;
    private final Map<String, Map<String, String>> known = new LinkedHashMap<>(ROLLOUTS, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Map<String, String>> eldest) {
            return size() > ROLLOUTS;
        }
    };

    Reasons(RolloutService rollouts) {
        this.rollouts = rollouts;
    }

    @Override
    public synchronized Optional<String> why(String device, String rollout) {
        if (!RolloutId.isValid(rollout)) {
            return Optional.empty();
        }
        var reasons = known.computeIfAbsent(rollout, this::load);
        return Optional.ofNullable(reasons.get(device)).filter(text -> !text.isEmpty());
    }

    private Map<String, String> load(String rollout) {
        return rollouts.get(new RolloutId(rollout))
                .map(detail -> detail.targets().stream()
                        .collect(Collectors.toMap(t -> t.device().value(), Target::why, (a, b) -> b)))
                .orElse(Map.of());
    }
}
