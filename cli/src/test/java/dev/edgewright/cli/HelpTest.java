package dev.edgewright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.compression.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

class HelpTest {
    /** Every verb, as the words that call it. */
    static List<List<String>> verbs() {
        List<List<String>> verbs = new ArrayList<>();
        collect(Tree.commands(), List.of(), verbs);
        return verbs;
    }

    private static void collect(CommandLine line, List<String> words, List<List<String>> verbs) {
        for (Map.Entry<String, CommandLine> entry : line.getSubcommands().entrySet()) {
            if (entry.getKey().equals(entry.getValue().getCommandName())) {
                List<String> longer = new ArrayList<>(words);
                longer.add(entry.getKey());
                verbs.add(longer);
                collect(entry.getValue(), longer, verbs);
            }
        }
    }

    @TestFactory
    List<DynamicTest> everyVerbTeachesItself() {
        return verbs().stream()
                .map(words -> DynamicTest.dynamicTest(String.join(" ", words), () -> {
                    List<String> args = new ArrayList<>(words);
                    args.add("--help");
                    CommandRun run = CommandRun.withoutServer(args.toArray(String[]::new));
                    assertThat(run.exit()).isZero();
                    assertThat(run.out()).contains("Usage: edgewright " + String.join(" ", words));
                    if (words.size() > 1) {
                        assertThat(run.out()).as("an example").contains("edgewright " + String.join(" ", words));
                        assertThat(run.out()).contains("Example");
                    }
                }))
                .toList();
    }

    @Test
    void theStartPageNamesEveryVerbAndTheExitCodes() {
        CommandRun run = CommandRun.withoutServer();

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("Start here:", "Exit codes:");
        assertThat(run.out())
                .contains(verbs().stream()
                        .filter(w -> w.size() == 1)
                        .map(w -> w.get(0))
                        .toList());
    }

    @Test
    void compressNamesEveryRecipeAndWhatItIsFor() {
        CommandRun run = CommandRun.withoutServer("compress", "--help");

        String words = run.out().replaceAll("\\s+", " ");
        assertThat(Recipe.names())
                .contains("int8-static-avx2", "prune-int8")
                .allSatisfy(name -> assertThat(words).contains(" " + name + " " + Recipe.description(name)));
    }

    @Test
    void completionKnowsEveryVerb() {
        CommandRun run = CommandRun.withoutServer("completion");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("complete -F", "rollouts", "--max-failures");
    }

    /** The tree of commands without a server behind it. */
    private static final class Tree {
        static CommandLine commands() {
            return Commands.tree(
                    new dev.edgewright.cli.remote.Shell(
                            dev.edgewright.cli.output.Terminal.system(Map.of()), Map.of(), java.nio.file.Path.of("/")),
                    java.time.Clock.systemUTC());
        }
    }
}
