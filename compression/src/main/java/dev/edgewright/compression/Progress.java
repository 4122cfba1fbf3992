package dev.edgewright.compression;

/** Hears how far a compression is; may stop it. Called from the thread that compresses. */
@FunctionalInterface
public interface Progress {

    /** Says nothing, stops nothing. */
    Progress NONE = (stage, candidate, fraction) -> {};

    /**
     * @param stage what is being done: read, clean-up, calibrate, quantise, evaluate, measure, report
     * @param candidate the variant that it is done for
     * @param fraction how much of the whole is done, 0..1
     */
    void update(String stage, String candidate, double fraction);

    /** True when the caller wants to stop; looked at between steps. */
    default boolean cancelled() {
        return false;
    }
}
