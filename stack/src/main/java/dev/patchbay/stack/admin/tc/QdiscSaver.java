package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.SaveScript.Space;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.device.DeviceQueueing;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.qdisc.Qdisc;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Qdiscs that commands have made, each after the one it is a child of. */
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
    for (int minor = 1; minor <= qdisc.classes(); minor++) {
      tree(script, space, device, qdisc.leaf(minor));
    }
  }

  private static void ingress(
      SaveScript script, Space space, NetDevice device, @Nullable Qdisc qdisc) {
    if (qdisc != null) {
      List<String> words = head(device, "add");
      words.addAll(List.of("ingress", qdisc.kind().text()));
      words.addAll(TcWords.of(qdisc));
      script.line(space, words);
    }
  }

  private static List<String> head(NetDevice device, String verb) {
    return new ArrayList<>(List.of("tc", "qdisc", verb, "dev", device.name()));
  }
}
