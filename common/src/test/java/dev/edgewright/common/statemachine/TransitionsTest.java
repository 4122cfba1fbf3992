package dev.edgewright.common.statemachine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransitionsTest {

    private enum Door {
        CLOSED,
        OPEN,
        LOCKED
    }

    private enum Push {
        OPEN_IT,
        CLOSE_IT,
        LOCK_IT,
        SLAM_IT
    }

    private static final Transitions<Door, Push> TABLE = Transitions.<Door, Push>table()
            .startsAt(Door.CLOSED)
            .edge(Door.CLOSED, Push.OPEN_IT, Door.OPEN)
            .edge(Door.OPEN, Push.CLOSE_IT, Door.CLOSED)
            .edge(Door.OPEN, Push.SLAM_IT, Door.CLOSED)
            .edge(Door.CLOSED, Push.LOCK_IT, Door.LOCKED);

    @Test
    void an_edge_leads_where_the_table_says() {
        assertThat(TABLE.next(Door.CLOSED, Push.OPEN_IT)).contains(Door.OPEN);
        assertThat(TABLE.require(Door.OPEN, Push.CLOSE_IT, List.of())).isEqualTo(Door.CLOSED);
    }

    @Test
    void an_event_without_an_edge_leads_nowhere() {
        assertThat(TABLE.next(Door.LOCKED, Push.OPEN_IT)).isEmpty();
    }

    @Test
    void an_impossible_move_throws_with_the_moves_that_led_there() {
        History<Door, Push> history = new History<>();
        history.add(new Move<>(Door.OPEN, Push.SLAM_IT, Door.CLOSED));
        history.add(new Move<>(Door.CLOSED, Push.LOCK_IT, Door.LOCKED));
        assertThatThrownBy(() -> TABLE.require(Door.LOCKED, Push.OPEN_IT, history))
                .isInstanceOfSatisfying(
                        EdgewrightException.class, e -> assertThat(e.kind()).isEqualTo(EdgewrightException.Kind.BUG))
                .hasMessage("OPEN_IT cannot happen in LOCKED, where only [] can;"
                        + " moves so far: OPEN --SLAM_IT--> CLOSED; CLOSED --LOCK_IT--> LOCKED");
    }

    @Test
    void the_history_keeps_the_last_32_moves() {
        History<Door, Push> history = new History<>();
        for (int i = 0; i < 40; i++) {
            history.add(new Move<>(Door.CLOSED, i < 8 ? Push.LOCK_IT : Push.OPEN_IT, Door.OPEN));
        }
        assertThat(history.moves()).hasSize(32).allMatch(move -> move.event() == Push.OPEN_IT);
    }

    @Test
    void two_ways_out_on_one_event_are_refused() {
        assertThatThrownBy(() -> TABLE.edge(Door.CLOSED, Push.OPEN_IT, Door.LOCKED))
                .hasMessage("CLOSED on OPEN_IT already leads to OPEN, so it cannot lead to LOCKED");
    }

    @Test
    void a_table_never_changes() {
        int edges = TABLE.edges().size();
        TABLE.edge(Door.LOCKED, Push.SLAM_IT, Door.LOCKED);
        assertThat(TABLE.edges()).hasSize(edges);
    }

    @Test
    void edges_that_no_move_went_along_are_named() {
        assertThat(TABLE.notWalkedBy(List.of(
                        new Move<>(Door.CLOSED, Push.OPEN_IT, Door.OPEN),
                        new Move<>(Door.OPEN, Push.CLOSE_IT, Door.CLOSED),
                        new Move<>(Door.OPEN, Push.SLAM_IT, Door.CLOSED))))
                .containsExactly(new Move<>(Door.CLOSED, Push.LOCK_IT, Door.LOCKED));
    }

    @Test
    void the_diagram_has_one_arrow_between_two_states() {
        assertThat(TABLE.toMermaid()).isEqualTo("""
                        stateDiagram-v2
                            [*] --> CLOSED
                            CLOSED --> OPEN : open it
                            OPEN --> CLOSED : close it, slam it
                            CLOSED --> LOCKED : lock it
                        """);
    }
}
