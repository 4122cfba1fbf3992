package dev.edgewright.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.remote.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

/** What help pages and documents tell people to type is taken by the command line. */
class ExamplesTest {
    private static final Pattern EXAMPLE = Pattern.compile("^\\s*(?:\\$ )?(?:\\./)?edgewright (.+)$");
    private static final Pattern INLINE = Pattern.compile("`(?:\\./)?edgewright ([^`]+)`");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    private static final Set<String> END = Set.of("#", "|", ">", "&", "&&", "…", "...");

    /** Verbs of the launcher itself. */
    private static final Set<String> OF_THE_LAUNCHER = Set.of("test", "cds", "dist");

    @TestFactory
    Stream<DynamicTest> examplesOfEveryHelpPageParse() {
        return HelpTest.verbs().stream().map(words -> {
            List<String> args = new ArrayList<>(words);
            args.add("--help");
            String page = CommandRun.withoutServer(args.toArray(String[]::new)).out();
            return DynamicTest.dynamicTest(String.join(" ", words), () -> parse(lines(page)));
        });
    }

    @TestFactory
    Stream<DynamicTest> examplesOfEveryDocumentParse() throws IOException {
        Path root = Path.of(System.getProperty("edgewright.root", ".."));
        List<Path> documents = new ArrayList<>(List.of(root.resolve("README.md")));
        try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
        }
        assertThat(documents.stream().flatMap(d -> all(d).stream())).hasSizeGreaterThan(20);
        return documents.stream()
                .map(d -> DynamicTest.dynamicTest(d.getFileName().toString(), () -> parse(all(d))));
    }

    @Test
    void anExampleThatIsNotTakenIsSeen() {
        assertThatCode(() -> parse(lines("  edgewright rollouts create fashion-mnist --wave 5%")))
                .hasMessageContaining("--wave 5%");
    }

    private static void parse(List<String> examples) {
        for (String example : examples) {
            String[] args = words(example);
            boolean named = HelpTest.verbs().contains(List.of(args)); // a verb that is spoken of, not called
            if (!named && !OF_THE_LAUNCHER.contains(args[0])) {
                assertThatCode(() -> tree().parseArgs(args)).as(example).doesNotThrowAnyException();
            }
        }
    }

    private static CommandLine tree() {
        return Commands.tree(new Shell(Terminal.system(Map.of()), Map.of(), Path.of("/")), Clock.systemUTC());
    }

    /** Lines that begin with the command, a backslash at the end goes on, as in a shell; what follows two spaces explains. */
    private static List<String> lines(String text) {
        List<String> found = new ArrayList<>();
        for (String line : text.replaceAll("\\\\\\R\\s*", "").lines().toList()) {
            Matcher example = EXAMPLE.matcher(line);
            if (example.matches()) {
                found.add(example.group(1));
            }
        }
        return found;
    }

    /** Lines of code blocks, and commands between back quotes. */
    private static List<String> all(Path document) {
        String text;
        try {
            text = Files.readString(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> found = new ArrayList<>();
        String[] parts = text.split("```[a-z]*\n");
        for (int i = 0; i < parts.length; i++) {
            if (i % 2 == 1) {
                found.addAll(lines(parts[i]));
            } else {
                INLINE.matcher(parts[i]).results().forEach(m -> found.add(m.group(1)));
            }
        }
        return found;
    }

    /** The words of a command, up to what a shell takes for itself or two spaces, behind which an explanation stands. */
    private static String[] words(String example) {
        List<String> words = new ArrayList<>();
        int end = 0;
        for (MatchResult word : (Iterable<MatchResult>) WORD.matcher(example).results()::iterator) {
            if (word.start() - end > 1 || END.contains(word.group())) {
                break;
            }
            String quoted = word.group(1) != null ? word.group(1) : word.group(2);
            words.add(quoted != null ? quoted : word.group());
            end = word.end();
        }
        return words.toArray(String[]::new);
    }
}
