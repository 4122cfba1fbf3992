package dev.edgewright.compression.pass;

/**
 * What a process that a pass starts may use of the machine.
 *
 * @param threads 0 for all
 * @param memoryMb resident memory above which it is ended, 0 for no limit
 */
public record Allowance(int threads, int memoryMb) {

    /** All of it. */
    public static final Allowance WHOLE = new Allowance(0, 0);

    public Allowance {
        if (threads < 0 || memoryMb < 0) {
            throw new IllegalArgumentException(
                    "threads " + threads + " and memory " + memoryMb + " cannot be negative");
        }
    }
}
