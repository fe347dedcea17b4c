package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.classifier.Filter;
import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.classifier.FilterException;
import dev.patchbay.stack.classifier.FilterGroup;
import dev.patchbay.stack.device.DeviceQueueing;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.qdisc.FilterQdisc;
import dev.patchbay.stack.qdisc.Qdisc;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Qdiscs that commands have made, each after the one it is a child of, and filters. */
public final class QdiscSaver implements Saver {
  @Override
  public void save(SaveScript script) {
    script
        .devices()
        .forEach(device -> {
          Space space = script.place(device);
          DeviceQueueing queueing = device.queueing();
          if (space != null && queueing != null) {
            tree(script, space, device, queueing.egress().root());
            ingress(script, space, device, queueing.ingress().root());
          }
        });
  }

  private static void tree(
      SaveScript script, Space space, NetDevice device, @Nullable Qdisc qdisc) {
    if (qdisc == null) {
      return;
    }
    if (!qdisc.isInvisible()) {
      List<String> words = head(device, qdisc.parent() == Qdisc.ROOT ? "add" : "replace");
      if (qdisc.parent() == Qdisc.ROOT) {
        words.add("root");
      } else {
        words.addAll(List.of("parent", TcId.text(qdisc.parent())));
      }
      words.addAll(List.of("handle", TcId.handleText(qdisc.handle()), qdisc.kind().text()));
      words.addAll(TcWords.of(qdisc));
      script.line(space, words);
    }
    filters(script, space, device, qdisc);
    for (int minor = 1; minor <= qdisc.classes(); minor++) {
      tree(script, space, device, qdisc.leaf(minor));
    }
  }

  private static void ingress(
      SaveScript script, Space space, NetDevice device, @Nullable Qdisc qdisc) {
    if (qdisc instanceof FilterQdisc place) {
      List<String> words = head(device, "add");
      words.add(place.kind().text());
      script.line(space, words);
      chain(script, space, device, place.incoming());
      FilterChain outgoing = place.outgoing();
      if (outgoing != null) {
        chain(script, space, device, outgoing);
      }
    } else if (qdisc != null) {
      List<String> words = head(device, "add");
      words.addAll(List.of("ingress", qdisc.kind().text()));
      words.addAll(TcWords.of(qdisc));
      script.line(space, words);
    }
  }

  private static void filters(SaveScript script, Space space, NetDevice device, Qdisc qdisc) {
    if (qdisc.takesFilters()) {
      try {
        chain(script, space, device, qdisc.filters(0));
      } catch (FilterException e) {
        throw new IllegalStateException("a qdisc that takes filters has none", e);
      }
    }
  }

  /** Tables of u32 have numbers in the order in which they came; others have their preferences. */
  private static void chain(SaveScript script, Space space, NetDevice device, FilterChain chain) {
    List<FilterGroup> groups = new ArrayList<>(chain.groups());
    groups.sort((one, other) -> Integer.compareUnsigned(one.table(), other.table()));
    for (FilterGroup group : groups) {
      for (Filter filter : group.inOrder()) {
        List<String> words = new ArrayList<>(List.of("tc", "filter", "add", "dev", device.name()));
        if (chain.parent() == Qdisc.ROOT) {
          words.add("root");
        } else {
          words.addAll(List.of("parent", TcId.text(chain.parent())));
        }
        String protocol = TcProtocol.text(group.protocol());
        words.add("protocol");
        words.add(protocol.startsWith("[") ? String.valueOf(group.protocol()) : protocol);
        words.addAll(List.of("pref", String.valueOf(group.preference())));
        List<String> own = TcFilterWords.of(device, group, filter);
        if (own == null) {
          script.comment(String.join(" ", words) + ": it leads to a device that has gone");
        } else {
          words.addAll(own);
          script.line(space, words);
        }
      }
    }
  }

  private static List<String> head(NetDevice device, String verb) {
    return new ArrayList<>(List.of("tc", "qdisc", verb, "dev", device.name()));
  }
}
