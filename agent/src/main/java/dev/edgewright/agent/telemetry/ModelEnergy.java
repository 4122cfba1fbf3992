package dev.edgewright.agent.telemetry;

import dev.edgewright.agent.inference.ModelActivity;
import dev.edgewright.agent.inference.ShadowActivity;
import dev.edgewright.agent.power.EnergyWindow;

/**
 * A model's part of a window's energy: as the seconds that its answers took to those of all answers. Parallel answers share alike.
 *
 * @param energy of the whole machine
 * @param busySeconds of all models in the window, more than 0 when anything ran
 */
record ModelEnergy(EnergyWindow energy, double busySeconds) {

    double gross(ModelActivity activity) {
        return energy.grossJoules() * share(activity);
    }

    double net(ModelActivity activity) {
        return energy.netJoules() * share(activity);
    }

    /** Of a shadow's runs. */
    double net(ShadowActivity shadow) {
        return busySeconds <= 0 ? 0 : energy.netJoules() * shadow.latency().sum() / busySeconds;
    }

    private double share(ModelActivity activity) {
        return busySeconds <= 0 ? 0 : activity.stats().latency().sum() / busySeconds;
    }
}
