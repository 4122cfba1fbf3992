package dev.edgewright.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/protocol.md says what the code does: whoever changes one has to change the other. */
class ProtocolPageTest {

    private final String page = read(Path.of("../docs/protocol.md"));

    @Test
    void every_bound_is_listed_with_its_value() throws IllegalAccessException {
        Map<String, Long> coded = new TreeMap<>();
        for (Field field : Limits.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && !field.getName().equals("MQTT_PACKET_BYTES")) {
                coded.put(field.getName(), ((Number) field.get(null)).longValue());
            }
        }
        Map<String, Long> listed = new TreeMap<>();
        Matcher row =
                Pattern.compile("(?m)^\\| `([A-Z_]+)`[^|]*\\| (\\d+) \\|$").matcher(page);
        while (row.find()) {
            listed.put(row.group(1), Long.valueOf(row.group(2)));
        }
        assertThat(listed).isEqualTo(coded);
    }

    @Test
    void the_packet_size_is_the_one_in_the_text() {
        assertThat(page).contains(String.format("%,d bytes (`Limits.MQTT_PACKET_BYTES`)", Limits.MQTT_PACKET_BYTES));
    }

    @Test
    void every_reason_is_explained() {
        assertThat(Stream.of(RefusalReason.values()))
                .allSatisfy(reason -> assertThat(page).contains("\n| `" + reason.label() + "` | "));
    }

    @Test
    void the_worked_example_is_the_golden_file() throws IOException {
        String example = page.substring(page.indexOf("<!-- golden: want.bin -->"));
        String block = example.substring(example.indexOf("```\n") + 4, example.indexOf("\n```\n\n"));
        String hex = block.lines()
                .flatMap(line -> Pattern.compile("^\\s*((?:[0-9a-f]{2}(?: |$))+)")
                        .matcher(line)
                        .results())
                .map(match -> match.group(1).replace(" ", ""))
                .collect(Collectors.joining());
        byte[] golden = Files.readAllBytes(Path.of("src/test/resources/golden/v1/want.bin"));
        assertThat(hex).isEqualTo(HexFormat.of().formatHex(golden));
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
