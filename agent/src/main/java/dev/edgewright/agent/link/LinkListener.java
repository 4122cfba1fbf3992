package dev.edgewright.agent.link;

import dev.edgewright.common.id.Digest;

/** What a {@link Link} tells. Called on the link's threads: implementations return at once and never throw. */
public interface LinkListener {

    /** Connected and subscribed; presence is out. Hello and report are expected next. */
    void connected();

    void disconnected(String why);

    /** The bytes of a {@code Signed} desired state; nothing about them has been checked but their size. */
    void desired(byte[] signed);

    /** The bytes of a {@code Signed} trial state; nothing about them has been checked but their size. */
    default void trial(byte[] signed) {}

    /** One zstd frame; nothing about it has been checked but its size. */
    void chunk(Digest blob, int index, byte[] frame);

    /** Something arrived that this link cannot take: too large, not for this device, not a known topic. */
    void refused(String code, String detail);
}
