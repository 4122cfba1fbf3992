package dev.edgewright.common.update;

import dev.edgewright.common.protocol.v1.LifecycleState;
import java.util.Optional;

/** Where one assignment of one model stands on one device. Persisted before it is acted on. */
public enum UpdateState {
    /** No assignment is known. */
    IDLE(LifecycleState.LIFECYCLE_STATE_IDLE, false),
    /** Chunks are on their way. */
    FETCHING(LifecycleState.LIFECYCLE_STATE_FETCHING, true),
    /** Whole files are checked against the manifest. */
    VERIFYING(LifecycleState.LIFECYCLE_STATE_VERIFYING, true),
    /** The new variant runs beside the one that serves, on golden inputs only. */
    PROBING(LifecycleState.LIFECYCLE_STATE_PROBING, true),
    /** The new variant serves; the previous one is kept ready. */
    WATCHING(LifecycleState.LIFECYCLE_STATE_WATCHING, true),
    /** The new variant serves and is the one to fall back to. */
    COMMITTED(LifecycleState.LIFECYCLE_STATE_COMMITTED, false),
    /** Given up before the switch: what served before was never touched. */
    FAILED(LifecycleState.LIFECYCLE_STATE_FAILED, false),
    /** Given up after the switch: the previous variant serves again. */
    ROLLED_BACK(LifecycleState.LIFECYCLE_STATE_ROLLED_BACK, false);

    private final LifecycleState proto;
    private final boolean inMotion;

    UpdateState(LifecycleState proto, boolean inMotion) {
        this.proto = proto;
        this.inMotion = inMotion;
    }

    /** True while there is something left to do for the assignment: FETCHING, VERIFYING, PROBING, WATCHING. */
    public boolean inMotion() {
        return inMotion;
    }

    /** True where the assignment came to an end, good or bad: COMMITTED, FAILED, ROLLED_BACK. */
    public boolean settled() {
        return !inMotion && this != IDLE;
    }

    public LifecycleState toProto() {
        return proto;
    }

    /** Empty for the unspecified state and for states that a newer version may add. */
    public static Optional<UpdateState> fromProto(LifecycleState proto) {
        for (UpdateState state : values()) {
            if (state.proto == proto) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
