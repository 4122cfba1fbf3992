package dev.edgewright.controller.transfer;

import dev.edgewright.common.id.Digest;
import java.util.Optional;

/** Which budget a blob is charged to, besides the one for all. */
@FunctionalInterface
public interface Budgets {

    Budgets NONE = blob -> Optional.empty();

    Optional<Scope> of(Digest blob);

    /** @param name of whom the budget belongs to; blobs of one name share it */
    record Scope(String name, ByteBudget budget) {}
}
