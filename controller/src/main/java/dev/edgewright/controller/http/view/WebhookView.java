package dev.edgewright.controller.http.view;

import dev.edgewright.controller.events.Delivery;
import dev.edgewright.controller.events.Webhook;
import java.util.List;

/** Schema {@code Webhook}; the secret is in the answer to its creation and nowhere else. */
public record WebhookView(
        String id, String url, List<String> kinds, String createdAt, String createdBy, String secret) {

    public static WebhookView of(Webhook webhook, boolean withSecret) {
        return new WebhookView(
                webhook.id(),
                webhook.url().toString(),
                webhook.kinds(),
                Text.time(webhook.createdAt()),
                Text.some(webhook.createdBy()),
                withSecret ? webhook.secret().reveal() : null);
    }

    /** Schema {@code WebhookRequest}. */
    public record Body(String url, List<String> kinds, String secret) {}

    /** Schema {@code Delivery}. */
    public record DeliveryView(
            String event,
            String state,
            int attempts,
            String nextAt,
            Integer lastStatus,
            String lastError,
            String updatedAt) {
        public static DeliveryView of(Delivery delivery) {
            return new DeliveryView(
                    "ev-" + delivery.event(),
                    delivery.state().name(),
                    delivery.attempts(),
                    delivery.state() == Delivery.State.PENDING ? Text.time(delivery.nextAt()) : null,
                    Text.positive(delivery.lastStatus()),
                    delivery.lastError().orElse(null),
                    Text.time(delivery.updatedAt()));
        }
    }
}
