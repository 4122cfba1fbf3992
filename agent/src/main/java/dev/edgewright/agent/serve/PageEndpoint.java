package dev.edgewright.agent.serve;

import java.util.function.Function;

/** Serves one read-only page, such as {@code /metrics}. */
final class PageEndpoint implements Endpoint {
    private final String path;
    private final Function<String, Page> render;

    /** @param render from the request's Accept header, "" without one */
    PageEndpoint(String path, Function<String, Page> render) {
        this.path = path;
        this.render = render;
    }

    @Override
    public boolean owns(String requested) {
        return requested.equals(path);
    }

    @Override
    public Answer answer(Request request) {
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return Answer.error(405, path + " answers GET only").with("Allow", "GET, HEAD");
        }
        Page page = render.apply(request.header("Accept").orElse(""));
        return Answer.text(200, page.contentType(), page.body());
    }
}
