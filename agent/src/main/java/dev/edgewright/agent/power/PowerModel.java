package dev.edgewright.agent.power;

/**
 * The stated assumption behind an estimate.
 *
 * @param idleWatts that the machine takes with nothing to do, and this device's share of the estimate's gross joules
 * @param wattsPerBusyCpu that one processor adds while it works
 */
public record PowerModel(double idleWatts, double wattsPerBusyCpu) {
    public PowerModel {
        if (!(idleWatts >= 0) || !(wattsPerBusyCpu > 0)) {
            throw new IllegalArgumentException(
                    "idleWatts must be at least 0 and wattsPerBusyCpu above 0: " + idleWatts + ", " + wattsPerBusyCpu);
        }
    }

    /** A round figure for the class of machine: single-board computers on Arm, desktop and server cores on x86-64. */
    public static PowerModel forArch(String arch) {
        return arch.equals("x86_64") || arch.equals("amd64") ? new PowerModel(5, 6) : new PowerModel(2, 1);
    }

    double joules(double cpuSeconds, double seconds) {
        return idleWatts * seconds + wattsPerBusyCpu * cpuSeconds;
    }
}
