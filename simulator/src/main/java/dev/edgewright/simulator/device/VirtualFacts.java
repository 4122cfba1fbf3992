package dev.edgewright.simulator.device;

import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.PowerSource;
import dev.edgewright.simulator.profile.Profile;

/** What a device of a profile says of its hardware. */
final class VirtualFacts {

    private VirtualFacts() {}

    static DeviceFacts of(Profile profile, String version) {
        long ram = profile.ramMb() * 1024L * 1024;
        return DeviceFacts.newBuilder()
                .setArch(profile.arch())
                .setOs("virtual")
                .setCpuModel(profile.cpu())
                .setCores(profile.cores())
                .setIntraOpThreads(profile.cores())
                .setRamBytes(ram)
                .setDiskFreeBytes(8L * ram)
                .addAllIsa(profile.isa())
                .setPower(PowerSource.POWER_SOURCE_MAINS)
                .addEnergySensors("estimated")
                .setAgentVersion(version)
                .build();
    }
}
