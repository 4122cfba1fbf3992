package dev.edgewright.controller.fleet;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The starts of one device, oldest first; the last one runs, the others have ended. No clock takes part: a boot that was never seen is
 * newer than all that were, and one that another has replaced is over, whatever still comes of it.
 *
 * <p>Only what a boot says of itself begins it: its presence or its hello, which every agent sends at each connect. Reports begin none, so that
 * one of a boot that nobody saw cannot end the boot that runs.
 */
public record Boots(List<Boot> seen) {

    /** Of older ones a message that comes again is taken for a new boot. */
    static final int REMEMBERED = 16;

    public static final Boots NONE = new Boots(List.of());

    /**
     * @param id 16 random bytes
     * @param hello highest sequence of a hello of it, 0 for none
     * @param reported highest sequence of a report of it, 0 for none
     */
    public record Boot(ByteString id, long hello, long reported) {}

    public Boots {
        seen = List.copyOf(seen);
    }

    /** The boot that runs. */
    public Optional<Boot> current() {
        return seen.isEmpty() ? Optional.empty() : Optional.of(seen.get(seen.size() - 1));
    }

    Optional<Boot> find(ByteString id) {
        return seen.stream().filter(b -> b.id().equals(id)).findFirst();
    }

    boolean runs(ByteString id) {
        return current().filter(b -> b.id().equals(id)).isPresent();
    }

    /** It was seen, and another one has come since. */
    boolean ended(ByteString id) {
        return !runs(id) && find(id).isPresent();
    }

    /** This boot runs from now on. */
    Boots running(ByteString id) {
        return runs(id) ? this : last(find(id).orElse(new Boot(id, 0, 0)));
    }

    /** This boot runs and said hello. */
    Boots hello(ByteString id, long sequence) {
        var boot = find(id).orElse(new Boot(id, 0, 0));
        return last(new Boot(id, Math.max(boot.hello(), sequence), boot.reported()));
    }

    /** The boot that runs reported. */
    Boots reported(ByteString id, long sequence) {
        return find(id).filter(b -> runs(id))
                .map(b -> last(new Boot(id, b.hello(), Math.max(b.reported(), sequence))))
                .orElse(this);
    }

    private Boots last(Boot boot) {
        var all = new ArrayList<Boot>(seen.size() + 1);
        seen.stream().filter(b -> !b.id().equals(boot.id())).forEach(all::add);
        all.add(boot);
        return new Boots(all.subList(Math.max(0, all.size() - REMEMBERED), all.size()));
    }

    /** For the store: {@code ID:HELLO:REPORTED}, IDs in hexadecimal, oldest first. */
    public String toText() {
        var text = new StringBuilder();
        for (Boot boot : seen) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(HexFormat.of().formatHex(boot.id().toByteArray()))
                    .append(':')
                    .append(boot.hello())
                    .append(':')
                    .append(boot.reported());
        }
        return text.toString();
    }

    /** What {@link #toText} wrote. */
    public static Boots ofText(String text) {
        var all = new ArrayList<Boot>();
        for (String word : text.isEmpty() ? new String[0] : text.split(" ")) {
            String[] parts = word.split(":");
            all.add(new Boot(
                    ByteString.copyFrom(HexFormat.of().parseHex(parts[0])),
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2])));
        }
        return new Boots(all);
    }
}
