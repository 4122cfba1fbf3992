package dev.edgewright.common.statemachine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last moves of one machine, kept so that an impossible move can say how things got there. Not thread-safe. */
public final class History<S extends Enum<S>, E extends Enum<E>> {

    private static final int KEPT = 32;

    private final Deque<Move<S, E>> moves = new ArrayDeque<>();

    public void add(Move<S, E> move) {
        if (moves.size() == KEPT) {
            moves.removeFirst();
        }
        moves.addLast(move);
    }

    /** The last 32 moves, oldest first. */
    public List<Move<S, E>> moves() {
        return List.copyOf(moves);
    }

    @Override
    public String toString() {
        return moves.toString();
    }
}
