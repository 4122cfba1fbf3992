package dev.edgewright.controller.http.view;

import dev.edgewright.controller.jobs.Job;
import java.util.List;

/** Schema {@code Job}. */
public record JobView(
        String id,
        String kind,
        String state,
        String model,
        String version,
        List<String> recipes,
        List<String> done,
        double progress,
        String step,
        String error,
        int attempts,
        String createdAt,
        String startedAt,
        String endedAt) {

    public static JobView of(Job job) {
        return new JobView(
                job.id(),
                "variants",
                job.state().name(),
                job.model().value(),
                job.version(),
                job.recipes(),
                job.done(),
                job.progress(),
                Text.some(job.step()),
                job.error().orElse(null),
                job.attempts(),
                Text.time(job.createdAt()),
                Text.time(job.startedAt()),
                Text.time(job.finishedAt()));
    }
}
