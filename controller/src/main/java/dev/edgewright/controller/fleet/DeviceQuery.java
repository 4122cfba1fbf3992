package dev.edgewright.controller.fleet;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelBuilder;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.edgewright.common.error.EdgewrightException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A query over devices in CEL, compiled and type-checked once: {@code device.arch == "aarch64" && device.ram_mb >= 2048 &&
 * "i8mm" in device.isa}. Immutable and thread-safe.
 *
 * <p>A device for which the expression cannot be evaluated, such as one without the label that it names, does not match.
 *
 * @see <a href="https://github.com/google/cel-spec/blob/master/doc/langdef.md">Language definition of CEL</a>
 */
public final class DeviceQuery {

    private static final int MAX_LENGTH = 4096;
    private static final Pattern DEVICE_FIELD = Pattern.compile("\\bdevice\\s*\\.\\s*([A-Za-z_][A-Za-z0-9_]*)");
    private static final Pattern STRING = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])*'");
    private static final Cel CEL = environment();

    private final String text;
    private final CelRuntime.Program program;
    private final List<String> fields;

    private DeviceQuery(String text, CelRuntime.Program program, List<String> fields) {
        this.text = text;
        this.program = program;
        this.fields = fields;
    }

    /** Matches every device. */
    public static DeviceQuery all() {
        return new DeviceQuery("", null, List.of());
    }

    /** {@link #all()} for an empty or blank text. */
    public static DeviceQuery of(Optional<String> text) {
        return text.filter(t -> !t.isBlank()).map(DeviceQuery::compile).orElseGet(DeviceQuery::all);
    }

    /**
     * @throws EdgewrightException QUERY_INVALID, with line and column, and for an unknown field the nearest known one
     */
    public static DeviceQuery compile(String text) {
        if (text.length() > MAX_LENGTH) {
            throw invalid("a query may have " + MAX_LENGTH + " characters, this one has " + text.length());
        }
        var fields = fieldsIn(text);
        try {
            var ast = CEL.compile(text).getAst();
            return new DeviceQuery(text, CEL.createProgram(ast), fields);
        } catch (CelValidationException e) {
            throw invalid(describe(text, e.getErrors()));
        } catch (CelEvaluationException e) {
            throw invalid(e.getMessage());
        }
    }

    public boolean matches(Device device) {
        if (program == null) {
            return true;
        }
        try {
            return evaluate(device);
        } catch (CelEvaluationException e) {
            return false;
        }
    }

    /**
     * Why the expression could not be evaluated for any of these devices, if so: the difference between a query that matches
     * nothing and one that names what nobody has.
     */
    public Optional<String> failure(Collection<Device> devices) {
        if (program == null) {
            return Optional.empty();
        }
        String first = null;
        for (Device device : devices) {
            try {
                evaluate(device);
                return Optional.empty();
            } catch (CelEvaluationException e) {
                first = first == null ? device.id() + ": " + e.getMessage() : first;
            }
        }
        return Optional.ofNullable(first);
    }

    public String text() {
        return text;
    }

    /** Every field with its meaning, for help texts: name to words. */
    public static java.util.Map<String, String> documentedFields() {
        var docs = new java.util.LinkedHashMap<String, String>();
        DeviceFields.ALL.forEach(
                (name, field) -> docs.put("device." + name, field.type().name() + ": " + field.doc()));
        return docs;
    }

    private boolean evaluate(Device device) throws CelEvaluationException {
        var values = new HashMap<String, Object>();
        for (String field : fields) {
            values.put("device." + field, DeviceFields.ALL.get(field).value().apply(device));
        }
        return Boolean.TRUE.equals(program.eval(values));
    }

    private static Cel environment() {
        CelBuilder builder = CelFactory.standardCelBuilder()
                .setOptions(
                        CelOptions.current().comprehensionMaxIterations(10_000).build())
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .setResultType(SimpleType.BOOL);
        DeviceFields.ALL.forEach((name, field) -> builder.addVar("device." + name, field.type()));
        return builder.build();
    }

    /** Fields that the text names, whether known or not; what stands in a string is no field. */
    private static List<String> fieldsIn(String text) {
        var fields = new ArrayList<String>();
        Matcher matcher = DEVICE_FIELD.matcher(blankStrings(text));
        while (matcher.find()) {
            String name = matcher.group(1);
            if (!DeviceFields.ALL.containsKey(name)) {
                throw invalid("at column " + (matcher.start(1) + 1) + ": there is no field device." + name
                        + "; did you mean device." + DeviceFields.nearest(name) + "? Fields: " + DeviceFields.known());
            }
            fields.add(name);
        }
        return fields.stream().distinct().toList();
    }

    /** The text with every string replaced by as many blanks, so that columns stay. */
    private static String blankStrings(String text) {
        return STRING.matcher(text).replaceAll(m -> " ".repeat(m.group().length()));
    }

    private static String describe(String text, List<CelIssue> issues) {
        var words = new StringBuilder();
        for (CelIssue issue : issues) {
            if (!words.isEmpty()) {
                words.append("; ");
            }
            words.append("line ")
                    .append(issue.getSourceLocation().getLine())
                    .append(", column ")
                    .append(issue.getSourceLocation().getColumn() + 1)
                    .append(": ")
                    .append(issue.getMessage());
        }
        return words.append(" in: ").append(text).toString();
    }

    private static EdgewrightException invalid(String words) {
        return EdgewrightException.caller("QUERY_INVALID", "the query cannot be read: " + words);
    }

    @Override
    public String toString() {
        return text.isEmpty() ? "all devices" : text;
    }
}
