package dev.edgewright.controller.fake;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** A headless Chromium with one page, driven over its DevTools protocol, because a page with an event stream never ends loading. */
public final class Browser implements AutoCloseable, WebSocket.Listener {
    private static final Duration SOON = Duration.ofSeconds(40);

    private final Process process;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final StringBuilder text = new StringBuilder();

    /** @param folder empty; the browser's profile */
    public Browser(Path program, Path folder, String url) throws IOException {
        process = new ProcessBuilder(
                        program.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-background-networking",
                        "--hide-scrollbars",
                        "--window-size=1440,1180",
                        "--remote-debugging-address=127.0.0.1",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder,
                        url)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        var portFile = folder.resolve("DevToolsActivePort");
        Awaitility.await()
                .atMost(SOON)
                .until(() ->
                        Files.exists(portFile) && !Files.readAllLines(portFile).isEmpty());
        var list = URI.create("http://127.0.0.1:" + Files.readAllLines(portFile).get(0) + "/json");
        var http = HttpClient.newHttpClient();
        var page = new String[1];
        Awaitility.await().atMost(SOON).until(() -> {
            var answer = http.send(
                            java.net.http.HttpRequest.newBuilder(list).build(),
                            java.net.http.HttpResponse.BodyHandlers.ofString())
                    .body();
            for (var target : new io.vertx.core.json.JsonArray(answer)) {
                if (((JsonObject) target).getString("type").equals("page")) {
                    page[0] = ((JsonObject) target).getString("webSocketDebuggerUrl");
                }
            }
            return page[0] != null;
        });
        socket =
                http.newWebSocketBuilder().buildAsync(URI.create(page[0]), this).join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
        text.append(part);
        if (last) {
            var message = new JsonObject(text.toString());
            text.setLength(0);
            var waiting = asked.remove(message.getInteger("id", -1));
            if (waiting != null) {
                waiting.complete(message.getJsonObject("result", new JsonObject()));
            }
        }
        from.request(1);
        return null;
    }

    private JsonObject ask(String method, JsonObject parameters) {
        int id = ids.incrementAndGet();
        var answer = new CompletableFuture<JsonObject>();
        asked.put(id, answer);
        var message = new JsonObject().put("id", id).put("method", method).put("params", parameters);
        socket.sendText(message.encode(), true).join();
        return answer.orTimeout(20, TimeUnit.SECONDS).join();
    }

    /** The value of an expression in the page. */
    public Object evaluate(String expression) {
        var result = ask(
                "Runtime.evaluate",
                new JsonObject().put("expression", expression).put("returnByValue", true));
        return result.getJsonObject("result").getValue("value");
    }

    /** Waits until an expression is true in the page. */
    public void await(String expression) {
        Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> Boolean.TRUE.equals(evaluate(expression)));
    }

    /** Writes the page as it looks now, all of it, as PNG. */
    public void screenshot(Path file) throws IOException {
        var answer = ask(
                "Page.captureScreenshot", new JsonObject().put("format", "png").put("captureBeyondViewport", true));
        Files.write(file, Base64.getDecoder().decode(answer.getString("data")));
    }

    @Override
    public void close() throws InterruptedException {
        socket.abort();
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
