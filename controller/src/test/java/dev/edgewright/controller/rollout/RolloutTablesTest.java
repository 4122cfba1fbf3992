package dev.edgewright.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.statemachine.Transitions;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RolloutTablesTest {

    private static <S extends Enum<S>, E extends Enum<E>> Set<S> reachable(Transitions<S, E> table) {
        var seen = new HashSet<S>();
        seen.add(table.initial().orElseThrow());
        boolean grew = true;
        while (grew) {
            grew = false;
            for (var edge : table.edges()) {
                grew |= seen.contains(edge.from()) && seen.add(edge.to());
            }
        }
        return seen;
    }

    @Test
    void every_state_can_be_reached() {
        assertThat(reachable(RolloutTables.ROLLOUT)).containsExactlyInAnyOrder(RolloutState.values());
        assertThat(reachable(RolloutTables.WAVE)).containsExactlyInAnyOrder(WaveState.values());
        assertThat(reachable(RolloutTables.TARGET)).containsExactlyInAnyOrder(TargetState.values());
    }

    @Test
    void live_states_have_a_way_out_and_a_reverted_rollout_has_none() {
        for (RolloutState state : RolloutState.values()) {
            if (state.live()) {
                assertThat(RolloutTables.ROLLOUT.eventsFrom(state)).isNotEmpty();
            }
        }
        assertThat(RolloutTables.ROLLOUT.eventsFrom(RolloutState.REVERTED)).isEmpty();
    }

    @Test
    void an_impossible_move_names_what_is_possible() {
        assertThatThrownBy(() -> Wave.planned(0, 1, false).after(WaveEvent.SOAKED, java.time.Instant.EPOCH))
                .hasMessageContaining("SOAKED")
                .hasMessageContaining("PENDING");
    }

    @Test
    void the_diagram_in_the_documents_is_the_table() throws java.io.IOException {
        var root = java.nio.file.Path.of(System.getProperty("edgewright.root", ".."));
        assertThat(java.nio.file.Files.readString(root.resolve("docs/rollouts.md")))
                .contains(RolloutTables.ROLLOUT.toMermaid())
                .contains(RolloutTables.WAVE.toMermaid());
    }
}
