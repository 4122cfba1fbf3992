package dev.edgewright.controller.testing;

import dev.edgewright.controller.catalog.CatalogService;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.fleet.FleetService;
import dev.edgewright.controller.selection.CatalogSelection;
import dev.edgewright.controller.selection.FleetKnowledge;
import dev.edgewright.controller.storage.Database;
import dev.edgewright.controller.storage.JdbiChoiceStore;
import java.time.Clock;

/** Selection as the controller has it, over a real database. */
public final class Choosing {

    private Choosing() {}

    public static CatalogSelection over(CatalogService catalog, FleetService fleet, Database database, Clock clock) {
        var store = new JdbiChoiceStore(database);
        var classes = new DeviceClasses(store, fleet);
        return new CatalogSelection(
                catalog, fleet, classes, new FleetKnowledge(fleet, classes, catalog, store), store, clock);
    }
}
