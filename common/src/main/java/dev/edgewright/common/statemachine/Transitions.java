package dev.edgewright.common.statemachine;

import dev.edgewright.common.error.EdgewrightException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A state machine as data: every edge there is, in the order in which it was written. Immutable; {@link #edge} returns a larger table.
 *
 * <pre>{@code
 * static final Transitions<Door, Push> TABLE = Transitions.<Door, Push>table()
 *         .edge(CLOSED, OPEN_IT,  OPEN)
 *         .edge(OPEN,   CLOSE_IT, CLOSED);
 * }</pre>
 */
public final class Transitions<S extends Enum<S>, E extends Enum<E>> {

    private final S initial;
    private final List<Move<S, E>> edges;

    private Transitions(S initial, List<Move<S, E>> edges) {
        this.initial = initial;
        this.edges = edges;
    }

    public static <S extends Enum<S>, E extends Enum<E>> Transitions<S, E> table() {
        return new Transitions<>(null, List.of());
    }

    /** The state of something that has no history yet; drawn as the entry of the diagram. */
    public Transitions<S, E> startsAt(S state) {
        return new Transitions<>(state, edges);
    }

    /** This table and one more edge. Two edges from one state on one event would be a choice, which a table does not make: refused. */
    public Transitions<S, E> edge(S from, E event, S to) {
        next(from, event).ifPresent(taken -> {
            throw EdgewrightException.bug(
                    "EDGE_TWICE",
                    from + " on " + event + " already leads to " + taken + ", so it cannot lead to " + to);
        });
        List<Move<S, E>> larger = new ArrayList<>(edges);
        larger.add(new Move<>(from, event, to));
        return new Transitions<>(initial, List.copyOf(larger));
    }

    public Optional<S> initial() {
        return Optional.ofNullable(initial);
    }

    /** Where this event leads; empty where it means nothing in this state, which is normal for what comes late from a network. */
    public Optional<S> next(S from, E event) {
        for (Move<S, E> edge : edges) {
            if (edge.from() == from && edge.event() == event) {
                return Optional.of(edge.to());
            }
        }
        return Optional.empty();
    }

    /**
     * Where this event leads, for events that this program raised itself.
     *
     * @param history the moves that led here, oldest first; they go into the message
     * @throws EdgewrightException {@code IMPOSSIBLE_MOVE} (bug) where there is no such edge
     */
    public S require(S from, E event, Iterable<?> history) {
        return next(from, event)
                .orElseThrow(() -> EdgewrightException.bug(
                        "IMPOSSIBLE_MOVE",
                        event + " cannot happen in " + from + ", where only " + eventsFrom(from)
                                + " can; moves so far: " + listed(history)));
    }

    public S require(S from, E event, History<S, E> history) {
        return require(from, event, history.moves());
    }

    /** Every edge, in the order of the table. */
    public List<Move<S, E>> edges() {
        return edges;
    }

    /** The events that mean something in this state. */
    public List<E> eventsFrom(S from) {
        return edges.stream()
                .filter(edge -> edge.from() == from)
                .map(Move::event)
                .toList();
    }

    /** The edges that none of these moves went along: a test that walks a machine asserts that this is empty. */
    public List<Move<S, E>> notWalkedBy(Collection<Move<S, E>> moves) {
        return edges.stream().filter(edge -> !moves.contains(edge)).toList();
    }

    /** The table as a Mermaid state diagram; edges between the same two states share one arrow. */
    public String toMermaid() {
        StringBuilder out = new StringBuilder("stateDiagram-v2\n");
        initial().ifPresent(state -> out.append("    [*] --> ").append(state).append('\n'));
        List<String> drawn = new ArrayList<>();
        for (Move<S, E> edge : edges) {
            String arrow = edge.from() + " --> " + edge.to();
            if (!drawn.contains(arrow)) {
                drawn.add(arrow);
                out.append("    ")
                        .append(arrow)
                        .append(" : ")
                        .append(labels(edge))
                        .append('\n');
            }
        }
        return out.toString();
    }

    private String labels(Move<S, E> like) {
        return edges.stream()
                .filter(edge -> edge.from() == like.from() && edge.to() == like.to())
                .map(edge -> edge.event().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
    }

    private static String listed(Iterable<?> history) {
        List<String> moves = new ArrayList<>();
        history.forEach(move -> moves.add(String.valueOf(move)));
        return moves.isEmpty() ? "none" : String.join("; ", moves);
    }
}
