package dev.edgewright.training.child;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.edgewright.compression.CompressionException;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The child process: reads a job as one line of JSON from its input, trains, and says on its output how it goes. Ends when its input
 * ends, because then its parent is gone.
 */
public final class ChildMain {

    /** Exit code after a failure that was reported over the pipe. */
    static final int REPORTED = 3;

    private ChildMain() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream pipe = System.out;
        System.setOut(System.err); // what libraries print must not get between the messages
        Messages.Writer writer = new Messages.Writer(pipe);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = in.readLine();
        if (line == null) {
            Runtime.getRuntime().halt(REPORTED);
        }
        Thread watch = new Thread(() -> listen(in, writer), "parent-watch");
        watch.setDaemon(true);
        watch.start();
        int exit = REPORTED;
        try {
            writer.done(TrainingRun.run(TrainingJob.json().readValue(line, TrainingJob.class), writer));
            exit = 0;
        } catch (JsonProcessingException e) {
            writer.failed(Code.SETTINGS_INVALID, "the job cannot be read: " + e.getOriginalMessage());
        } catch (TrainingException e) {
            writer.failed(e.code(), e.getMessage());
        } catch (CompressionException e) {
            writer.failed(Code.SETTINGS_INVALID, e.getMessage());
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
            writer.failed(Code.ENGINE_UNAVAILABLE, "libtorch cannot be loaded: " + e);
        }
        // Not exit(): native threads may still hold what shutdown hooks wait for.
        System.err.flush();
        Runtime.getRuntime().halt(exit);
    }

    private static void listen(BufferedReader in, Messages.Writer writer) {
        try {
            String line;
            while ((line = in.readLine()) != null) {
                if (line.equals(Messages.CANCEL)) {
                    writer.cancel();
                }
            }
        } catch (IOException e) {
            // The pipe broke, which says the same as its end.
        }
        Runtime.getRuntime().halt(REPORTED);
    }
}
