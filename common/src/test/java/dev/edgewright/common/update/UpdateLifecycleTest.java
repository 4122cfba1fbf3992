package dev.edgewright.common.update;

import static dev.edgewright.common.update.UpdateEvent.CRASH_LOOP;
import static dev.edgewright.common.update.UpdateEvent.FETCHED;
import static dev.edgewright.common.update.UpdateEvent.GAVE_UP;
import static dev.edgewright.common.update.UpdateEvent.HEALTHY;
import static dev.edgewright.common.update.UpdateEvent.OFFERED;
import static dev.edgewright.common.update.UpdateEvent.REFUSED;
import static dev.edgewright.common.update.UpdateEvent.REGRESSED;
import static dev.edgewright.common.update.UpdateEvent.REMOVED;
import static dev.edgewright.common.update.UpdateEvent.RESTARTED;
import static dev.edgewright.common.update.UpdateEvent.SETTLED;
import static dev.edgewright.common.update.UpdateEvent.SUPERSEDED;
import static dev.edgewright.common.update.UpdateEvent.UNHEALTHY;
import static dev.edgewright.common.update.UpdateEvent.VERIFIED;
import static dev.edgewright.common.update.UpdateState.COMMITTED;
import static dev.edgewright.common.update.UpdateState.FAILED;
import static dev.edgewright.common.update.UpdateState.FETCHING;
import static dev.edgewright.common.update.UpdateState.IDLE;
import static dev.edgewright.common.update.UpdateState.PROBING;
import static dev.edgewright.common.update.UpdateState.ROLLED_BACK;
import static dev.edgewright.common.update.UpdateState.VERIFYING;
import static dev.edgewright.common.update.UpdateState.WATCHING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.statemachine.History;
import dev.edgewright.common.statemachine.Move;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows of "these things happen, so it goes through exactly these states", starting from IDLE. */
class UpdateLifecycleTest {

    static Stream<Arguments> stories() {
        return Stream.of(
                        story("all goes well")
                                .happens(OFFERED, FETCHED, VERIFIED, HEALTHY, SETTLED)
                                .goes(FETCHING, VERIFYING, PROBING, WATCHING, COMMITTED),
                        story("a start before anything was assigned")
                                .happens(RESTARTED)
                                .goes(IDLE),
                        story("the chunks never come, then something newer does")
                                .happens(OFFERED, GAVE_UP, RESTARTED, OFFERED)
                                .goes(FETCHING, FAILED, FAILED, FETCHING),
                        story("the files are not what the manifest says")
                                .happens(OFFERED, FETCHED, REFUSED)
                                .goes(FETCHING, VERIFYING, FAILED),
                        story("the golden inputs give other outputs: nothing was switched")
                                .happens(OFFERED, FETCHED, VERIFIED, UNHEALTHY)
                                .goes(FETCHING, VERIFYING, PROBING, FAILED),
                        story("it gets worse under live requests, and the next one is good")
                                .happens(OFFERED, FETCHED, VERIFIED, HEALTHY, REGRESSED, RESTARTED, OFFERED)
                                .goes(FETCHING, VERIFYING, PROBING, WATCHING, ROLLED_BACK, ROLLED_BACK, FETCHING),
                        story("its slot breaks while it is watched")
                                .happens(OFFERED, FETCHED, VERIFIED, HEALTHY, UNHEALTHY)
                                .goes(FETCHING, VERIFYING, PROBING, WATCHING, ROLLED_BACK),
                        story("its slot breaks long after")
                                .happens(OFFERED, FETCHED, VERIFIED, HEALTHY, SETTLED, UNHEALTHY)
                                .goes(FETCHING, VERIFYING, PROBING, WATCHING, COMMITTED, ROLLED_BACK),
                        story("the agent is killed in every state, and proves again what the disk may have lost")
                                .happens(OFFERED, RESTARTED, FETCHED, RESTARTED, FETCHED, VERIFIED, RESTARTED, VERIFIED)
                                .then(HEALTHY, RESTARTED, SETTLED, RESTARTED)
                                .goes(FETCHING, FETCHING, VERIFYING, FETCHING, VERIFYING, PROBING, VERIFYING, PROBING)
                                .on(WATCHING, WATCHING, COMMITTED, COMMITTED),
                        story("it kills the agent while fetching")
                                .happens(OFFERED, CRASH_LOOP)
                                .goes(FETCHING, FAILED),
                        story("it kills the agent while verifying")
                                .happens(OFFERED, FETCHED, CRASH_LOOP)
                                .goes(FETCHING, VERIFYING, FAILED),
                        story("it kills the agent while probing: nothing was switched")
                                .happens(OFFERED, FETCHED, VERIFIED, CRASH_LOOP)
                                .goes(FETCHING, VERIFYING, PROBING, FAILED),
                        story("it kills the agent while it serves")
                                .happens(OFFERED, FETCHED, VERIFIED, HEALTHY, CRASH_LOOP)
                                .goes(FETCHING, VERIFYING, PROBING, WATCHING, ROLLED_BACK),
                        story("it kills the agent after it was committed")
                                .happens(OFFERED, FETCHED, VERIFIED, HEALTHY, SETTLED, CRASH_LOOP)
                                .goes(FETCHING, VERIFYING, PROBING, WATCHING, COMMITTED, ROLLED_BACK),
                        story("something newer comes at every point")
                                .happens(OFFERED, SUPERSEDED, FETCHED, SUPERSEDED, FETCHED, VERIFIED, SUPERSEDED)
                                .then(
                                        FETCHED,
                                        VERIFIED,
                                        HEALTHY,
                                        SUPERSEDED,
                                        FETCHED,
                                        VERIFIED,
                                        HEALTHY,
                                        SETTLED,
                                        OFFERED)
                                .goes(FETCHING, FETCHING, VERIFYING, FETCHING, VERIFYING, PROBING, FETCHING)
                                .on(
                                        VERIFYING, PROBING, WATCHING, FETCHING, VERIFYING, PROBING, WATCHING, COMMITTED,
                                        FETCHING),
                        story("taken off while fetching")
                                .happens(OFFERED, REMOVED)
                                .goes(FETCHING, IDLE),
                        story("taken off while verifying")
                                .happens(OFFERED, FETCHED, REMOVED)
                                .goes(FETCHING, VERIFYING, IDLE),
                        story("taken off while probing")
                                .happens(OFFERED, FETCHED, VERIFIED, REMOVED)
                                .goes(FETCHING, VERIFYING, PROBING, IDLE),
                        story("taken off while watched")
                                .happens(OFFERED, FETCHED, VERIFIED, HEALTHY, REMOVED)
                                .goes(FETCHING, VERIFYING, PROBING, WATCHING, IDLE),
                        story("taken off when committed")
                                .happens(OFFERED, FETCHED, VERIFIED, HEALTHY, SETTLED, REMOVED)
                                .goes(FETCHING, VERIFYING, PROBING, WATCHING, COMMITTED, IDLE),
                        story("taken off after it failed")
                                .happens(OFFERED, GAVE_UP, REMOVED)
                                .goes(FETCHING, FAILED, IDLE),
                        story("taken off after it went back")
                                .happens(OFFERED, FETCHED, VERIFIED, HEALTHY, REGRESSED, REMOVED)
                                .goes(FETCHING, VERIFYING, PROBING, WATCHING, ROLLED_BACK, IDLE))
                .map(story -> arguments(story.name, story));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stories")
    void a_story_goes_through_exactly_its_states(String name, Story story) {
        assertThat(story.walk().stream().map(Move::to)).containsExactlyElementsOf(story.states);
    }

    @Test
    void the_stories_walk_every_edge() {
        List<Move<UpdateState, UpdateEvent>> walked =
                stories().flatMap(row -> ((Story) row.get()[1]).walk().stream()).toList();
        assertThat(UpdateLifecycle.TABLE.notWalkedBy(walked)).isEmpty();
    }

    @Test
    void an_impossible_move_tells_its_history() {
        History<UpdateState, UpdateEvent> history = new History<>();
        history.add(new Move<>(IDLE, OFFERED, FETCHING));
        assertThatThrownBy(() -> UpdateLifecycle.TABLE.require(FETCHING, SETTLED, history))
                .hasMessageStartingWith("SETTLED cannot happen in FETCHING")
                .hasMessageEndingWith("moves so far: IDLE --OFFERED--> FETCHING");
    }

    @Property
    void only_probing_leads_to_watching_and_only_watching_to_committed(
            @ForAll @Size(max = 60) List<UpdateEvent> events) {
        UpdateState state = IDLE;
        for (UpdateEvent event : events) {
            UpdateState next = UpdateLifecycle.TABLE.next(state, event).orElse(state);
            if (next == WATCHING) {
                assertThat(state).isIn(PROBING, WATCHING);
            }
            if (next == COMMITTED) {
                assertThat(state).isIn(WATCHING, COMMITTED);
            }
            if (next == ROLLED_BACK) {
                assertThat(state).isIn(WATCHING, COMMITTED, ROLLED_BACK);
            }
            state = next;
        }
    }

    @ParameterizedTest
    @EnumSource
    void every_state_takes_a_newer_assignment_and_a_restart(UpdateState state) {
        assertThat(UpdateLifecycle.TABLE.next(state, UpdateLifecycle.offer(state)))
                .contains(FETCHING);
        assertThat(UpdateLifecycle.TABLE.next(state, RESTARTED)).isPresent();
    }

    @ParameterizedTest
    @EnumSource
    void every_state_can_be_reached_and_every_unfinished_one_can_end(UpdateState state) {
        assertThat(reachableFrom(IDLE)).contains(state);
        if (state.inMotion()) {
            assertThat(reachableFrom(state)).contains(COMMITTED).containsAnyOf(FAILED, ROLLED_BACK);
        }
    }

    @Test
    void the_fourth_start_in_one_state_is_a_crash_loop() {
        assertThat(UpdateLifecycle.onStart(PROBING, 1)).isEqualTo(RESTARTED);
        assertThat(UpdateLifecycle.onStart(PROBING, UpdateLifecycle.MAX_CRASHES))
                .isEqualTo(RESTARTED);
        assertThat(UpdateLifecycle.onStart(PROBING, UpdateLifecycle.MAX_CRASHES + 1))
                .isEqualTo(CRASH_LOOP);
    }

    @ParameterizedTest
    @EnumSource
    void a_start_is_possible_in_every_state_however_often_it_happened(UpdateState state) {
        for (int crashes : new int[] {0, 1, 4, 1_000_000}) {
            assertThat(UpdateLifecycle.TABLE.next(state, UpdateLifecycle.onStart(state, crashes)))
                    .isPresent();
        }
    }

    /** The page shows the table itself; print {@code TABLE.toMermaid()} into it after a change. */
    @Test
    void the_diagram_in_the_protocol_page_is_that_of_the_table() throws IOException {
        assertThat(Files.readString(Path.of("../docs/protocol.md")))
                .contains("```mermaid\n" + UpdateLifecycle.TABLE.toMermaid() + "```\n");
    }

    @Test
    void states_and_their_wire_form_are_one_to_one() {
        Set<LifecycleState> wire = new HashSet<>();
        for (UpdateState state : UpdateState.values()) {
            assertThat(UpdateState.fromProto(state.toProto())).contains(state);
            wire.add(state.toProto());
        }
        Set<LifecycleState> named = EnumSet.allOf(LifecycleState.class);
        named.remove(LifecycleState.UNRECOGNIZED);
        named.remove(LifecycleState.LIFECYCLE_STATE_UNSPECIFIED);
        assertThat(wire).isEqualTo(named);
        assertThat(UpdateState.fromProto(LifecycleState.UNRECOGNIZED)).isEmpty();
        assertThat(UpdateState.fromProto(LifecycleState.LIFECYCLE_STATE_UNSPECIFIED))
                .isEmpty();
    }

    private static Set<UpdateState> reachableFrom(UpdateState start) {
        Set<UpdateState> reached = EnumSet.of(start);
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Move<UpdateState, UpdateEvent> edge : UpdateLifecycle.TABLE.edges()) {
                grew |= reached.contains(edge.from()) && reached.add(edge.to());
            }
        }
        return reached;
    }

    private static Story story(String name) {
        return new Story(name);
    }

    private static final class Story {
        private final String name;
        private final List<UpdateEvent> events = new ArrayList<>();
        private final List<UpdateState> states = new ArrayList<>();

        Story(String name) {
            this.name = name;
        }

        Story happens(UpdateEvent... more) {
            events.addAll(List.of(more));
            return this;
        }

        Story then(UpdateEvent... more) {
            return happens(more);
        }

        Story goes(UpdateState... more) {
            states.addAll(List.of(more));
            return this;
        }

        Story on(UpdateState... more) {
            return goes(more);
        }

        List<Move<UpdateState, UpdateEvent>> walk() {
            List<Move<UpdateState, UpdateEvent>> moves = new ArrayList<>();
            UpdateState state = IDLE;
            for (UpdateEvent event : events) {
                UpdateState next = UpdateLifecycle.TABLE.require(state, event, moves);
                moves.add(new Move<>(state, event, next));
                state = next;
            }
            return moves;
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
