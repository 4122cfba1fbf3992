package dev.edgewright.training.child;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.trainer.EpochReport;
import dev.edgewright.training.trainer.TrainingListener;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the child says to its parent: one JSON object a line. Anything else on the pipe is noise of a library and is ignored. */
final class Messages {

    static final String CANCEL = "cancel";

    private static final long STEP_INTERVAL_NANOS = 500_000_000L;
    private static final ObjectMapper JSON = TrainingJob.json();

    private Messages() {}

    /** The child's side: writes to the pipe. */
    static final class Writer implements TrainingListener {
        private final PrintStream out;
        private long lastStep;
        private volatile boolean cancelled;

        Writer(PrintStream out) {
            this.out = out;
        }

        void cancel() {
            cancelled = true;
        }

        @Override
        public void started(String engine, long steps) {
            write("started", Map.of("engine", engine, "steps", steps));
        }

        @Override
        public void step(int epoch, int step, int steps, double loss) {
            long now = System.nanoTime();
            if (step == steps || now - lastStep > STEP_INTERVAL_NANOS) {
                lastStep = now;
                write("step", Map.of("epoch", epoch, "step", step, "steps", steps, "loss", loss));
            }
        }

        @Override
        public void epoch(EpochReport report) {
            write("epoch", Map.of("report", report));
        }

        @Override
        public void stage(String name) {
            write("stage", Map.of("name", name));
        }

        @Override
        public boolean cancelled() {
            return cancelled;
        }

        void done(Map<String, Object> record) {
            write("done", Map.of("record", record));
        }

        void failed(TrainingException.Code code, String message) {
            write("failed", Map.of("code", code, "message", String.valueOf(message)));
        }

        private synchronized void write(String type, Map<String, ?> content) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", type);
            line.putAll(content);
            try {
                out.println(JSON.writeValueAsString(line));
                out.flush();
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** How a child ended, once it said so. */
    sealed interface End {
        record Done(Map<String, Object> record) implements End {}

        record Failed(TrainingException error) implements End {}
    }

    /** The parent's side: passes one line on to the listener; gives the end when the line was one, else null. */
    @SuppressWarnings("unchecked")
    static End read(String line, TrainingListener listener) {
        JsonNode message;
        try {
            message = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            return null;
        }
        if (message == null || !message.isObject()) {
            return null;
        }
        switch (message.path("type").asText()) {
            case "started" ->
                listener.started(
                        message.path("engine").asText(), message.path("steps").asLong());
            case "step" ->
                listener.step(
                        message.path("epoch").asInt(),
                        message.path("step").asInt(),
                        message.path("steps").asInt(),
                        message.path("loss").asDouble());
            case "epoch" -> listener.epoch(JSON.convertValue(message.path("report"), EpochReport.class));
            case "stage" -> listener.stage(message.path("name").asText());
            case "done" -> {
                return new End.Done(JSON.convertValue(message.path("record"), Map.class));
            }
            case "failed" -> {
                return new End.Failed(new TrainingException(
                        TrainingException.Code.valueOf(message.path("code").asText()),
                        message.path("message").asText()));
            }
            default -> {}
        }
        return null;
    }
}
