package dev.edgewright.controller.selection;

import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.fleet.Device;
import dev.edgewright.controller.fleet.DeviceQuery;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Chooses for devices from what the catalog holds. */
public interface SelectionService {

    /**
     * The choice for every device that matches.
     *
     * @param version empty for the latest
     * @throws dev.edgewright.common.error.EdgewrightException MODEL_NOT_FOUND, VERSION_NOT_FOUND
     */
    List<Selection> select(ModelName model, Optional<String> version, DeviceQuery query, Requirement requirement);

    /**
     * The choice for one device.
     *
     * @param variant "auto", or the name of the only variant to consider
     */
    Selection select(ModelName model, String version, Device device, String variant, Requirement requirement);

    /** Writes down why each device got what it got, when a rollout was planned with these choices. */
    default void record(Occasion occasion, Collection<Selection> choices) {}

    /**
     * What choices were made for.
     *
     * @param who or what asked
     */
    record Occasion(String rollout, String who, ModelName model, String version, Requirement requirement) {}
}
