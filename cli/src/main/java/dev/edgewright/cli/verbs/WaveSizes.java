package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code 1,25%,100%!} as the API's waves; {@code !} marks a wave that waits for approval. {@code 1x2} at the end stands for waves of 1, 2, 4 …
 * devices until all are in one.
 */
final class WaveSizes {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,7}(?:\\.\\d{1,3})?)(%?)(!?)");

    private static final Pattern GROWING = Pattern.compile("(\\d{1,7})x(\\d{1,2}(?:\\.\\d{1,3})?)(!?)");

    private WaveSizes() {}

    /** Empty where a size is neither a whole number above zero nor a percentage in (0, 100]. */
    static Optional<ArrayNode> parse(String text) {
        ArrayNode waves = JsonNodeFactory.instance.arrayNode();
        for (String part : text.split(",", -1)) {
            Matcher growing = GROWING.matcher(part.strip());
            if (growing.matches()) {
                ObjectNode wave = waves.addObject();
                wave.put("start", Integer.parseInt(growing.group(1)));
                wave.put("factor", Double.parseDouble(growing.group(2)));
                if (!growing.group(3).isEmpty()) {
                    wave.put("approval", true);
                }
                continue;
            }
            Matcher size = SIZE.matcher(part.strip());
            if (!size.matches()) {
                return Optional.empty();
            }
            double value = Double.parseDouble(size.group(1));
            boolean percent = !size.group(2).isEmpty();
            boolean whole = !size.group(1).contains(".");
            if (value <= 0 || (percent ? value > 100 : !whole)) {
                return Optional.empty();
            }
            ObjectNode wave = waves.addObject();
            if (percent) {
                wave.put("percent", value);
            } else {
                wave.put("count", (int) value);
            }
            if (!size.group(3).isEmpty()) {
                wave.put("approval", true);
            }
        }
        return Optional.of(waves);
    }
}
