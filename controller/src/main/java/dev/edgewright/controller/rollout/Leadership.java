package dev.edgewright.controller.rollout;

import java.util.Optional;

/**
 * Which of several controllers on one database decides about rollouts. The others only look. Should two believe it at once, because one slept over its
 * time, the revisions of rollouts and the sequences of desired states let one of them write, and the other start over.
 */
public interface Leadership {

    /** One controller alone. */
    Leadership ALONE = new Leadership() {
        @Override
        public boolean renew() {
            return true;
        }

        @Override
        public Optional<String> holder() {
            return Optional.empty();
        }
    };

    /** Takes or keeps the lead for a while; false when another has it. Blocks on the database. */
    boolean renew();

    /** Who has it, as far as is known. */
    Optional<String> holder();
}
