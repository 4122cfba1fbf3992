package dev.edgewright.controller.rollout;

import dev.edgewright.common.error.EdgewrightException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.Set;

/**
 * When devices may be changed, in a time zone. A window whose end is before its begin goes over midnight and belongs to the
 * day on which it begins.
 *
 * @param days on which it opens; at least one
 * @param zone used where a device's label {@code timezone} names none
 */
public record MaintenanceWindow(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone) {
    public MaintenanceWindow {
        if (days.isEmpty() || from.equals(to)) {
            throw EdgewrightException.caller(
                    "WINDOW_NEVER_OPENS", "a window needs at least one day, and an end that differs from its begin");
        }
        days = Set.copyOf(days);
    }

    public static MaintenanceWindow daily(LocalTime from, LocalTime to, ZoneId zone) {
        return new MaintenanceWindow(EnumSet.allOf(DayOfWeek.class), from, to, zone);
    }

    public boolean open(Instant now, ZoneId where) {
        ZonedDateTime local = now.atZone(where);
        LocalTime time = local.toLocalTime();
        if (from.isBefore(to)) {
            return days.contains(local.getDayOfWeek()) && !time.isBefore(from) && time.isBefore(to);
        }
        boolean evening = days.contains(local.getDayOfWeek()) && !time.isBefore(from);
        boolean morning = days.contains(local.getDayOfWeek().minus(1)) && time.isBefore(to);
        return evening || morning;
    }
}
