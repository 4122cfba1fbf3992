package dev.edgewright.controller.http;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.catalog.Model;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.fleet.DeviceQuery;
import dev.edgewright.controller.http.view.ModelView;
import dev.edgewright.controller.http.view.Page;
import dev.edgewright.controller.http.view.SelectionView;
import dev.edgewright.controller.http.view.VariantView;
import dev.edgewright.controller.selection.Requirement;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** {@code /api/v1/models} and {@code /api/v1/variants}, except for uploads. */
final class ModelRoutes {
    private static final int MAX_RECIPES = 32;

    private final ControllerApi api;

    ModelRoutes(ControllerApi api) {
        this.api = api;
    }

    void on(Mount mount) {
        mount.get("/api/v1/models", Set.of(), this::list);
        mount.get("/api/v1/models/:name", Set.of(), this::show);
        mount.get("/api/v1/models/:name/variants", Set.of(), this::variants);
        mount.json(HttpMethod.POST, "/api/v1/models/:name/variants", this::make);
        mount.get("/api/v1/models/:name/selection", Set.of("query", "floor", "maxDrop", "version"), this::select);
        mount.get("/api/v1/variants/:digest", Set.of(), this::variant);
    }

    private Reply list(Request request) {
        return Reply.ok(
                Page.of(api.catalog().models().stream().map(ModelView::of).toList()));
    }

    private Reply show(Request request) {
        return Reply.ok(ModelView.of(require(request)));
    }

    private Reply variants(Request request) {
        var newestFirst =
                new ArrayList<>(api.catalog().variants(require(request).name()));
        Collections.reverse(newestFirst);
        return Reply.ok(Page.of(newestFirst.stream().map(VariantView::of).toList()));
    }

    private Reply make(Request request) {
        var model = require(request);
        var body = request.json(VariantBody.class);
        if (body.recipes() == null || body.recipes().isEmpty() || body.recipes().size() > MAX_RECIPES) {
            throw EdgewrightException.caller(
                    "FIELD_INVALID",
                    "field 'recipes': it must name 1 to " + MAX_RECIPES + " recipes; there are "
                            + String.join(", ", api.variants().recipes()));
        }
        var job = api.jobs().submit(model.name(), Optional.ofNullable(body.version()), body.recipes());
        return Reply.json(202, Map.of("job", job.id())).with("location", "/api/v1/jobs/" + job.id());
    }

    private Reply select(Request request) {
        var query = DeviceQuery.of(request.query("query"));
        var requirement = Requirement.of(optional(request.ratio("floor")), optional(request.ratio("maxDrop")));
        var choices = api.selection()
                .select(ModelName.of(request.path("name")), request.query("version"), query, requirement);
        return Reply.ok(Page.of(choices.stream()
                .map(choice -> SelectionView.of(
                        choice,
                        api.fleet()
                                .get(choice.device())
                                .filter(d -> d.introduced())
                                .map(d -> d.hardwareClass().value())
                                .orElse(null)))
                .toList()));
    }

    private Reply variant(Request request) {
        var text = request.path("digest");
        if (Digest.isHex(text)) {
            return Reply.ok(
                    VariantView.of(api.catalog().variant(Digest.ofHex(text)).orElseThrow(() -> noVariant(text))));
        }
        if (!text.matches("[0-9a-f]{8,63}")) {
            throw EdgewrightException.caller(
                    "DIGEST_INVALID", "'" + text + "' is no digest; give 8 to 64 lower-case hex digits");
        }
        List<Variant> matching = api.catalog().models().stream()
                .flatMap(m -> api.catalog().variants(m.name()).stream())
                .filter(v -> v.digest().hex().startsWith(text))
                .toList();
        if (matching.size() != 1) {
            throw matching.isEmpty()
                    ? noVariant(text)
                    : EdgewrightException.caller(
                            "DIGEST_AMBIGUOUS",
                            matching.size() + " variants begin with '" + text + "'; give more digits");
        }
        return Reply.ok(VariantView.of(matching.get(0)));
    }

    private Model require(Request request) {
        return api.catalog().requireModel(ModelName.of(request.path("name")));
    }

    private static EdgewrightException noVariant(String digest) {
        return EdgewrightException.caller("VARIANT_NOT_FOUND", "there is no variant '" + digest + "'");
    }

    private static OptionalDouble optional(Optional<Double> value) {
        return value.map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
    }

    /** Schema {@code VariantRequest}. */
    record VariantBody(String version, List<String> recipes) {}
}
