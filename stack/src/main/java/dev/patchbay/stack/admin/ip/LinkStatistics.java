package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.device.DeviceStatistics;
import dev.patchbay.stack.device.NetDevice;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code -s} prints of a device ({@code rtnl_link_stats64}), and {@code -s -s} besides. */
final class LinkStatistics {
  private static final int[] WIDTHS = {10, 7, 6, 7, 7, 7};
  private static final int[] ERROR_WIDTHS = {7, 6, 7, 7, 7};

  private LinkStatistics() {}

  static Map<String, Object> json(NetDevice device, boolean more) {
    DeviceStatistics s = device.statistics;
    Map<String, Object> rx = new LinkedHashMap<>();
    rx.put("bytes", s.rxBytes);
    rx.put("packets", s.rxPackets);
    rx.put("errors", s.rxErrors);
    rx.put("dropped", s.rxDropped);
    rx.put("over_errors", 0);
    rx.put("multicast", s.rxMulticast);
    Map<String, Object> tx = new LinkedHashMap<>();
    tx.put("bytes", s.txBytes);
    tx.put("packets", s.txPackets);
    tx.put("errors", s.txErrors);
    tx.put("dropped", s.txDropped);
    tx.put("carrier_errors", 0);
    tx.put("collisions", 0);
    if (more) {
      for (String name : new String[] {"length", "crc", "frame", "fifo", "missed"}) {
        rx.put(name + "_errors", 0);
      }
      for (String name : new String[] {"aborted", "fifo", "window", "heartbeat"}) {
        tx.put(name + "_errors", 0);
      }
      tx.put("carrier_changes", device.attributes().carrierChanges);
    }
    Map<String, Object> both = new LinkedHashMap<>();
    both.put("rx", rx);
    both.put("tx", tx);
    return both;
  }

  static String text(NetDevice device, boolean more) {
    DeviceStatistics s = device.statistics;
    long[] rx = {s.rxBytes, s.rxPackets, s.rxErrors, s.rxDropped, 0, s.rxMulticast};
    long[] tx = {s.txBytes, s.txPackets, s.txErrors, s.txDropped, 0, 0};
    int[] widths = WIDTHS.clone();
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], Long.toString(Math.max(rx[i], tx[i])).length());
    }
    String[] rxNames = {"bytes", "packets", "errors", "dropped", "missed", "mcast"};
    String[] txNames = {"bytes", "packets", "errors", "dropped", "carrier", "collsns"};
    // the column of compressed packets stays empty
    String gap = " ".repeat(11);
    String received = columns("RX:", widths, rxNames, rx, gap);
    String sent = columns("TX:", widths, txNames, tx, gap);
    return more ? received + rxErrors() + sent + txErrors(device) : received + sent;
  }

  private static String rxErrors() {
    String[] names = {"length", "crc", "frame", "fifo", "overrun"};
    return columns("RX errors:", errorWidths(0), names, new long[5], "");
  }

  private static String txErrors(NetDevice device) {
    String[] names = {"aborted", "fifo", "window", "heartbt", "transns"};
    long[] values = {0, 0, 0, 0, device.attributes().carrierChanges};
    int[] widths = errorWidths(values[4]);
    return columns("TX errors:", widths, names, values, "");
  }

  private static int[] errorWidths(long last) {
    int[] widths = ERROR_WIDTHS.clone();
    // the first column stands behind the title
    widths[0] += 11;
    widths[4] = Math.max(widths[4], Long.toString(last).length());
    return widths;
  }

  /** A line of names and one of values; the title takes its room from the first column. */
  private static String columns(
      String title, int[] widths, String[] names, long[] values, String tail) {
    StringBuilder head = new StringBuilder("    ").append(title);
    StringBuilder line = new StringBuilder("    ");
    for (int i = 0; i < widths.length; i++) {
      int width = i == 0 ? widths[0] - title.length() - 1 : widths[i];
      head.append(' ').append(String.format("%" + width + "s", names[i]));
      line.append(String.format("%" + widths[i] + "d ", values[i]));
    }
    return head.append(tail).append('\n').append(line).append('\n').toString();
  }
}
