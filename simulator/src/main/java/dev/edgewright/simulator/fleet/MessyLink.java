package dev.edgewright.simulator.fleet;

import dev.edgewright.simulator.device.Blueprint;
import dev.edgewright.simulator.profile.Fault;
import dev.edgewright.simulator.profile.Faults;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Lets messages through: once and at once, or, on a messy link, sometimes twice and sometimes late. */
@FunctionalInterface
interface MessyLink {

    /** On the lane. */
    void pass(Runnable message);

    static MessyLink of(Blueprint blueprint, Lane lane) {
        if (blueprint.fault() != Fault.MESSY_LINK) {
            return Runnable::run;
        }
        Faults.MessyLink how = blueprint.faults().messyLink();
        RandomGenerator random = new SplittableRandom(blueprint.boot().hashCode());
        return message -> {
            if (random.nextDouble() < how.delays()) {
                lane.later(how.delay().toMillis(), message);
            } else {
                message.run();
            }
            if (random.nextDouble() < how.duplicates()) {
                lane.later(random.nextLong(how.delay().toMillis() + 1), message);
            }
        };
    }
}
