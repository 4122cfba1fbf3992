package dev.edgewright.agent.inference;

/**
 * How the device runs models.
 *
 * @param intraOpThreads threads of one session, at least 1; a manifest may ask for fewer
 * @param memoryLimitBytes resident memory that the whole process may reach; 0 for none
 */
public record InferenceSettings(int intraOpThreads, long memoryLimitBytes) {
    public InferenceSettings {
        if (intraOpThreads < 1) {
            throw new IllegalArgumentException("intraOpThreads must be at least 1, is " + intraOpThreads);
        }
        if (memoryLimitBytes < 0) {
            throw new IllegalArgumentException("memoryLimitBytes must not be negative, is " + memoryLimitBytes);
        }
    }
}
