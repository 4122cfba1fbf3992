package dev.edgewright.agent.scenario;

import dev.edgewright.agent.fakes.Variant;
import java.util.List;
import java.util.function.UnaryOperator;

/** The controller's side of a link, as far as an agent can tell. */
interface ControlPlane extends AutoCloseable {

    /** Options that let an agent connect here. */
    List<String> agentOptions(String device);

    /** The desired state of a device, until another is set. */
    void desire(String device, byte[] signed);

    /** Chunks of this variant can be had. */
    void publish(Variant variant);

    Seen seen();

    /** Chunks that went out, each as often as it did. */
    List<String> chunksSent();

    /** Changes chunks on their way out; one that becomes empty is lost. */
    void damage(UnaryOperator<byte[]> change);

    /** Ends every connection and refuses new ones. */
    void cut();

    /** Takes connections again. */
    void mend();

    @Override
    void close();
}
