package dev.edgewright.controller.trial;

import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.selection.Requirement;
import java.util.List;
import java.util.Optional;

/** What others do with trials. Thread-safe; may block on the database. */
public interface TrialService {

    /**
     * Begins a trial on a class, or says why there is nothing to try.
     *
     * @param deviceClass as {@link dev.edgewright.controller.fleet.DeviceClasses} names it
     */
    Started start(ModelName model, String version, String deviceClass, Requirement requirement, TrialPolicy policy);

    /** Whom a trial would ask to measure what, without beginning one. */
    Plan plan(ModelName model, String version, String deviceClass, Requirement requirement, TrialPolicy policy);

    Optional<Trial> get(String id);

    /** Newest first. */
    List<Trial> list(int limit);

    /** @param trial empty when there is nothing to try; {@code why} says so */
    record Started(Optional<Trial> trial, String why) {}

    /**
     * @param devices that would measure; empty when none may
     * @param candidates names of the variants in the first round; fewer than two need no trial
     */
    record Plan(List<String> devices, List<String> candidates, String why) {}
}
