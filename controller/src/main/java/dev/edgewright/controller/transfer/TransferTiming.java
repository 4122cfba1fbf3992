package dev.edgewright.controller.transfer;

/**
 * How transfers are paced; milliseconds.
 *
 * @param gatherQuiet a blob is not begun before no new receiver has come for so long
 * @param gatherMost but begun after this in any case
 * @param allAskedQuiet in place of gatherQuiet when every device that was told of the blob has asked
 * @param inFlight a chunk that was published so lately is not published again for who asks for it now: it is on its way
 * @param patience a receiver without room holds the others back for so long, then no longer
 * @param stalled a receiver that has not asked for so long is not waited for
 * @param forgotten a receiver that has not asked for so long is gone
 */
public record TransferTiming(
        long gatherQuiet,
        long gatherMost,
        long allAskedQuiet,
        long inFlight,
        long patience,
        long stalled,
        long forgotten) {
    public static final TransferTiming DEFAULT = new TransferTiming(200, 1500, 10, 10_000, 4000, 15_000, 60_000);
}
