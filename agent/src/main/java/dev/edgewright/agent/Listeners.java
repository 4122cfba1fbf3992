package dev.edgewright.agent;

import dev.edgewright.agent.link.LinkListener;
import dev.edgewright.common.id.Digest;
import java.util.List;

/** Tells everyone who listens to the link, in this order. */
record Listeners(List<LinkListener> all) implements LinkListener {

    @Override
    public void connected() {
        all.forEach(LinkListener::connected);
    }

    @Override
    public void disconnected(String why) {
        all.forEach(listener -> listener.disconnected(why));
    }

    @Override
    public void desired(byte[] signed) {
        all.forEach(listener -> listener.desired(signed));
    }

    @Override
    public void trial(byte[] signed) {
        all.forEach(listener -> listener.trial(signed));
    }

    @Override
    public void chunk(Digest blob, int index, byte[] frame) {
        all.forEach(listener -> listener.chunk(blob, index, frame));
    }

    @Override
    public void refused(String code, String detail) {
        all.forEach(listener -> listener.refused(code, detail));
    }
}
