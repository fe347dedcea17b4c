package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.classifier.Action;
import dev.patchbay.stack.classifier.Filter;
import dev.patchbay.stack.classifier.FilterGroup;
import dev.patchbay.stack.classifier.FlowerFilter;
import dev.patchbay.stack.classifier.FwFilter;
import dev.patchbay.stack.classifier.GactAction;
import dev.patchbay.stack.classifier.MirredAction;
import dev.patchbay.stack.classifier.SkbeditAction;
import dev.patchbay.stack.classifier.U32Filter;
import dev.patchbay.stack.classifier.Verdict;
import dev.patchbay.stack.classifier.VlanAction;
import dev.patchbay.stack.device.NetDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Filters as words that give exactly the same when they are read. */
final class TcFilterWords {
  private static final int NODE = 0xfff;

  private final List<String> words = new ArrayList<>();
  private final NetDevice device;

  private TcFilterWords(NetDevice device) {
    this.device = device;
  }

  /**
   * The words behind {@code protocol} and {@code pref}: handle, kind, conditions, class, actions.
   *
   * @return null where no words say it: a device that it leads to has gone
   */
  static @Nullable List<String> of(NetDevice device, FilterGroup group, Filter filter) {
    TcFilterWords all = new TcFilterWords(device);
    return all.filter(group, filter) ? all.words : null;
  }

  private void put(String... more) {
    words.addAll(List.of(more));
  }

  private static String hex(int value) {
    return "0x" + Integer.toHexString(value);
  }

  private boolean filter(FilterGroup group, Filter filter) {
    String handle =
        switch (filter) {
          case FwFilter fw when fw.mask() != -1 -> hex(filter.handle()) + "/" + hex(fw.mask());
          case U32Filter u32 -> "::" + Integer.toHexString(u32.handle() & NODE);
          default -> hex(filter.handle());
        };
    put("handle", handle, group.kind().text());
    switch (filter) {
      case U32Filter u32 -> {
        for (U32Filter.Key key : u32.keys()) {
          String offset = String.valueOf(key.offset());
          put("match", "u32", hex(key.value()), hex(key.mask()), "at", offset);
        }
      }
      case FlowerFilter flower -> TcFlowerShow.words(flower, words);
      default -> {}
    }
    if (filter.namesClass()) {
      put("classid", TcId.text(filter.classId()));
    }
    for (Action action : filter.actions()) {
      put("action");
      if (!action(action)) {
        return false;
      }
    }
    return true;
  }

  private boolean action(Action action) {
    String control = Verdict.text(action.control());
    switch (action) {
      case GactAction gact -> put("gact", control);
      case MirredAction mirred -> {
        NetDevice target = mirred.target(device);
        if (target == null) {
          return false;
        }
        String direction = mirred.isIngress() ? "ingress" : "egress";
        put("mirred", direction, mirred.redirects() ? "redirect" : "mirror", "dev", target.name());
        if (!mirred.redirects()) {
          put(control);
        }
      }
      case SkbeditAction skbedit -> skbedit(skbedit, control);
      case VlanAction vlan -> vlan(vlan, control);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void skbedit(SkbeditAction action, String control) {
    put("skbedit");
    Integer priority = action.priority();
    if (priority != null) {
      put("priority", TcId.text(priority));
    }
    Integer mark = action.mark();
    if (mark != null) {
      put("mark", hex(mark) + (action.mask() == -1 ? "" : "/" + hex(action.mask())));
    }
    put(control);
  }

  private void vlan(VlanAction action, String control) {
    put("vlan", action.operation().name().toLowerCase(Locale.ROOT));
    if (action.operation() != VlanAction.Operation.POP) {
      put("id", String.valueOf(action.id()), "protocol", TcProtocol.text(action.protocol()));
      Integer priority = action.priority();
      if (priority != null) {
        put("priority", String.valueOf(priority));
      }
    }
    put(control);
  }
}
