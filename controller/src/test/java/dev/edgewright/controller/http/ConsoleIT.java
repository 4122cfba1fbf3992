package dev.edgewright.controller.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.controller.events.NewEvent;
import dev.edgewright.controller.fake.Browser;
import dev.edgewright.controller.fake.Tool;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real browser: its scripts run under the content security policy and show what is there. */
class ConsoleIT {
    @TempDir
    Path folder;

    @Test
    void a_browser_shows_a_row_for_each_device() throws Exception {
        var chromium = Tool.require("chromium", "that the console shows devices in a browser");
        try (var server = new HttpFixture(folder)) {
            server.device("cam-1");
            server.device("gate-7");
            try (var browser = new Browser(
                    chromium, folder.resolve("browser"), server.uri("/").toString())) {
                browser.await("document.querySelectorAll('tr[data-device]').length === 2");
                assertThat(browser.evaluate("document.querySelector('tr[data-device=\"gate-7\"]').innerText"))
                        .asString()
                        .contains("gate-7")
                        .contains("x86_64");
                assertThat(browser.evaluate("document.getElementById('tile-devices').innerText"))
                        .isEqualTo("2 of 2");
                assertThat(browser.evaluate("document.getElementById('link-text').innerText"))
                        .isEqualTo("live");

                browser.evaluate("document.querySelector('[data-open=\"gate-7\"]').click()");
                browser.await("document.querySelector('tr[data-decisions=\"gate-7\"]') !== null");
                browser.await("document.querySelector('tr.decisions').innerText.includes('Nothing was chosen')");
                browser.evaluate("document.querySelector('[data-open=\"gate-7\"]').click()");
                browser.await("document.querySelector('tr.decisions') === null");

                server.domain
                        .events()
                        .append(List.of(new NewEvent(
                                Clock.systemUTC().instant(),
                                "rollout.verdict",
                                "rollouts/ro-1",
                                "controller",
                                "p95 is 1.50 times what the same 3 devices had before",
                                Map.of())));
                browser.await("document.querySelector('article[data-kind=\"rollout.verdict\"]') !== null");
                browser.await("document.getElementById('events').innerText.includes('1.50 times')");

                server.device("late-1");
                browser.await("document.querySelectorAll('tr[data-device]').length === 3");

                browser.evaluate("document.getElementById('filter').value = 'gate';"
                        + "document.getElementById('filter').dispatchEvent(new Event('input'))");
                browser.await("document.querySelectorAll('tr[data-device]').length === 1");
            }
        }
    }

    @Test
    void the_page_asks_nobody_else_for_anything() throws Exception {
        try (var server = new HttpFixture(folder)) {
            for (var file : List.of("/", "/web/console.js", "/web/console.css")) {
                var answer = server.get(file);
                assertThat(new String(answer.body()))
                        .as(file)
                        .doesNotContainPattern("(src|href|url\\(|fetch\\(|EventSource\\()[^\\n]{0,3}https?:");
                assertThat(answer.headers().firstValue("content-security-policy"))
                        .hasValueSatisfying(policy -> assertThat(policy)
                                .contains("default-src 'none'")
                                .doesNotContain("unsafe")
                                .doesNotContain("http"));
            }
        }
    }
}
