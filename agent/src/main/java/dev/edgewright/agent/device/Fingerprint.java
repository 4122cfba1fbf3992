package dev.edgewright.agent.device;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import java.nio.charset.StandardCharsets;

/** Names hardware and runtime: probes measured under one fingerprint are valid wherever it is the same. */
public final class Fingerprint {
    private Fingerprint() {}

    /** 16 hex digits over processor, threads, instruction sets, runtime version and the probes' own version. */
    public static String of(DeviceFacts facts) {
        String parts = String.join(
                "\n",
                facts.getArch(),
                facts.getCpuModel(),
                Integer.toString(facts.getIntraOpThreads()),
                String.join(",", facts.getIsaList()),
                facts.getOnnxruntimeVersion(),
                Integer.toString(ProbeSuite.VERSION));
        return Digest.of(parts.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
    }
}
