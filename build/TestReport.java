import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Totals of the test reports under a checkout, and by name what was left out and why.
 *
 * <p>Run as a single file: {@code java build/TestReport.java ROOT [STARTED]}. Reads the Surefire and Failsafe XML
 * reports of every module; reports older than STARTED (ISO-8601) are from an earlier run and not counted. Always exits
 * with 0: whether the build fails is Maven's to say.
 */
public final class TestReport {
    private int tests;
    private int failures;
    private int errors;
    private int skipped;
    private final List<String> failed = new ArrayList<>();
    private final Map<String, List<String>> leftOut = new TreeMap<>();

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[0]);
        Instant started = args.length > 1 ? Instant.parse(args[1]) : Instant.EPOCH;
        TestReport report = new TestReport();
        for (Path file : reports(root)) {
            if (!Files.getLastModifiedTime(file).toInstant().isBefore(started)) {
                report.add(file);
            }
        }
        report.print();
    }

    private static List<Path> reports(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.sorted().toList()) {
                for (String kind : List.of("surefire-reports", "failsafe-reports")) {
                    Path folder = module.resolve("target").resolve(kind);
                    if (Files.isDirectory(folder)) {
                        try (Stream<Path> found = Files.list(folder)) {
                            found.filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml"))
                                    .sorted()
                                    .forEach(files::add);
                        }
                    }
                }
            }
        }
        return files;
    }

    private void add(Path file) throws Exception {
        NodeList cases = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            Element test = (Element) cases.item(i);
            String owner = test.getAttribute("classname").replaceFirst(".*\\.", "");
            String name = test.getAttribute("name").isEmpty() ? owner : owner + "." + test.getAttribute("name");
            tests++;
            if (test.getElementsByTagName("failure").getLength() > 0) {
                failures++;
                failed.add(name);
            } else if (test.getElementsByTagName("error").getLength() > 0) {
                errors++;
                failed.add(name);
            } else if (test.getElementsByTagName("skipped").getLength() > 0) {
                skipped++;
                Element skip = (Element) test.getElementsByTagName("skipped").item(0);
                leftOut.computeIfAbsent(reason(skip), r -> new ArrayList<>()).add(name);
            }
        }
    }

    /** The words after "needs ", without what JUnit and Surefire put around them. */
    private static String reason(Element skip) {
        String message = skip.getAttribute("message").isBlank() ? skip.getTextContent() : skip.getAttribute("message");
        int needs = message.indexOf("needs ");
        String words = needs >= 0 ? message.substring(needs) : message;
        String line = words.strip().lines().findFirst().orElse("");
        return line.isEmpty() ? "no reason given" : line;
    }

    private void print() {
        System.out.println();
        System.out.printf(
                "Tests: %d run, %d passed, %d failed, %d errors, %d left out%n",
                tests, tests - failures - errors - skipped, failures, errors, skipped);
        if (!failed.isEmpty()) {
            System.out.println("Failed:");
            failed.forEach(name -> System.out.println("  " + name));
        }
        if (!leftOut.isEmpty()) {
            System.out.println("Left out (./edgewright test installs what Debian has and leaves none out):");
            leftOut.forEach((why, names) -> {
                System.out.println("  " + why);
                names.forEach(name -> System.out.println("      " + name));
            });
        }
    }
}
