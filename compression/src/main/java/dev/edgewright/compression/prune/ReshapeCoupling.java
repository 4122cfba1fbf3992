package dev.edgewright.compression.prune;

/**
 * How axes correspond through an operator that keeps the order of elements (Reshape, Flatten, Squeeze, Unsqueeze). Equal axes at both ends
 * correspond; in between, axes that are merged into one, or one that is split, correspond through the outermost of them:
 * [N,C,H,W] to [N,C*H*W] couples channel c with its H*W positions, [N,S,heads*d] to [N,S,heads,d] couples a head with its d features.
 */
final class ReshapeCoupling {

    private final Couplings couplings;
    private final String in;
    private final String out;
    private final String where;

    private ReshapeCoupling(Couplings couplings, String in, String out, String where) {
        this.couplings = couplings;
        this.in = in;
        this.out = out;
        this.where = where;
    }

    static void couple(Couplings couplings, String in, String out, String where) {
        if (couplings.rank(in) < 0 || couplings.rank(out) < 0) {
            couplings.freeze(in, "unknown rank at " + where);
            couplings.freeze(out, "unknown rank at " + where);
            return;
        }
        new ReshapeCoupling(couplings, in, out, where).couple();
    }

    private void couple() {
        long[] from = couplings.sizes(in);
        long[] to = couplings.sizes(out);
        int start = 0;
        while (start < from.length && start < to.length && same(from[start], to[start])) {
            pair(start, start);
            start++;
        }
        int endFrom = from.length;
        int endTo = to.length;
        while (endFrom > start && endTo > start && same(from[endFrom - 1], to[endTo - 1])) {
            endFrom--;
            endTo--;
            pair(endFrom, endTo);
        }
        middle(start, endFrom, endTo, from, to);
    }

    private static boolean same(long a, long b) {
        return a == b || a < 0 && b < 0;
    }

    private void pair(int a, int b) {
        if (couplings.has(in, a) && couplings.has(out, b)) {
            couplings.link(in, a, out, b, where);
        }
    }

    private void middle(int start, int endFrom, int endTo, long[] from, long[] to) {
        int a = outermost(from, start, endFrom);
        int b = outermost(to, start, endTo);
        long productFrom = product(from, start, endFrom);
        long productTo = product(to, start, endTo);
        boolean merge = b >= 0 && only(to, start, endTo, b);
        boolean split = a >= 0 && only(from, start, endFrom, a);
        if (a < 0 || b < 0 || productFrom < 0 || productFrom != productTo || !(merge || split)) {
            freezeExcept(start, endFrom, endTo, -1, -1);
            return;
        }
        freezeExcept(start, endFrom, endTo, a, b);
        long parts = Math.max(from[a], to[b]);
        long units = Math.min(from[a], to[b]);
        int repeat = (int) (parts / units);
        if (parts % units != 0) {
            freezeExcept(start, endFrom, endTo, -1, -1);
            return;
        }
        for (int i = 0; i < parts; i++) {
            couplings.link(in, a, from[a] == parts ? i : i / repeat, out, b, to[b] == parts ? i : i / repeat);
        }
    }

    private void freezeExcept(int start, int endFrom, int endTo, int a, int b) {
        for (int axis = start; axis < endFrom; axis++) {
            if (axis != a) {
                couplings.freeze(in, axis, "inner axis at " + where);
            }
        }
        for (int axis = start; axis < endTo; axis++) {
            if (axis != b) {
                couplings.freeze(out, axis, "inner axis at " + where);
            }
        }
    }

    private static int outermost(long[] sizes, int start, int end) {
        for (int i = start; i < end; i++) {
            if (sizes[i] != 1) {
                return i;
            }
        }
        return -1;
    }

    private static boolean only(long[] sizes, int start, int end, int axis) {
        for (int i = start; i < end; i++) {
            if (i != axis && sizes[i] != 1) {
                return false;
            }
        }
        return true;
    }

    /** -1 when a size is not fixed. */
    private static long product(long[] sizes, int start, int end) {
        long product = 1;
        for (int i = start; i < end; i++) {
            if (sizes[i] < 0) {
                return -1;
            }
            product *= sizes[i];
        }
        return product;
    }
}
