package dev.edgewright.controller;

import dev.edgewright.controller.deployment.DeploymentEngine;
import dev.edgewright.controller.fleet.DeviceClasses;
import dev.edgewright.controller.trial.TrialEngine;
import java.util.function.BooleanSupplier;

/** Of several controllers on one database one runs trials and deployments; who takes over begins with what is written down. */
final class ChoosingTurn implements Runnable {

    private final BooleanSupplier leads;
    private final TrialEngine trials;
    private final DeploymentEngine deployments;
    private final DeviceClasses classes;
    private boolean led = true;

    ChoosingTurn(BooleanSupplier leads, TrialEngine trials, DeploymentEngine deployments, DeviceClasses classes) {
        this.leads = leads;
        this.trials = trials;
        this.deployments = deployments;
        this.classes = classes;
    }

    @Override
    public void run() {
        boolean now = leads.getAsBoolean();
        if (now && !led) {
            trials.reload();
            deployments.reload();
        }
        led = now;
        if (now) {
            trials.tick();
            deployments.tick();
            classes.flush();
        }
    }
}
