package dev.patchbay.backend.service;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.ServiceKeys;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The words {@code dhcp}, {@code ra} and {@code dns}: {@code show} and {@code set}. */
public final class ServiceWord {
  private static final int USAGE = 2;
  private static final int FAILED = 1;
  private static final JsonMapper JSON = new JsonMapper();

  private ServiceWord() {}

  /**
   * What a word answers.
   *
   * @param status 0, 1 for a device that is not there, 2 for wrong usage
   */
  public record Answer(int status, String stdout, String stderr) {}

  /**
   * Runs a word.
   *
   * @param netns the namespace where it stands, to which devices belong; empty for the initial one,
   *     where a device is written {@code [NETNS/]DEVICE}
   * @param args what follows it
   */
  public static Answer run(
      ServiceTable table, ServiceKeys.Kind kind, String netns, List<String> args) {
    String prefix = netns.isEmpty() ? "" : netns + "/";
    List<String> rest = new ArrayList<>(args);
    boolean json = rest.removeIf(arg -> arg.equals("-j") || arg.equals("--json"));
    String what = rest.isEmpty() ? "show" : rest.removeFirst();
    return switch (what) {
      case "show" -> show(table, kind, prefix, rest, json);
      case "set" -> set(table, kind, prefix, rest);
      case "fault" -> usage(kind + " fault is not supported yet", kind);
      default -> usage("unknown argument '" + what + "'; expected show or set", kind);
    };
  }

  private static Answer usage(String message, ServiceKeys.Kind kind) {
    return new Answer(USAGE, "", kind.word() + ": " + message + "\n");
  }

  private static Answer set(
      ServiceTable table, ServiceKeys.Kind kind, String prefix, List<String> args) {
    if (args.isEmpty()) {
      return usage("set: expected [NETNS/]DEVICE", kind);
    }
    String device = prefix + args.getFirst();
    try {
      ServiceKeys words = ServiceKeys.ofWords(kind, device, args.subList(1, args.size()));
      ServiceKeys before = table.keys(kind, device);
      if (before == null && !table.isDevice(words)) {
        return new Answer(
            FAILED, "", kind.word() + " set " + device + ": there is no such device\n");
      }
      table.setChecked((before == null ? ServiceKeys.defaults(kind, device) : before).with(words));
    } catch (ConfigException e) {
      return new Answer(USAGE, "", e.getMessage() + "\n");
    }
    return new Answer(0, "", "");
  }

  private static Answer show(
      ServiceTable table, ServiceKeys.Kind kind, String prefix, List<String> args, boolean json) {
    if (args.size() > 1) {
      return usage("show: unknown argument '" + args.get(1) + "'; expected one device", kind);
    }
    String only = args.isEmpty() ? null : prefix + args.getFirst();
    if (only != null && table.keys(kind, only) == null) {
      return new Answer(
          FAILED, "", kind.word() + " show " + only + ": nothing is set for that device\n");
    }
    List<Map<String, @Nullable Object>> found = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (ServiceKeys keys : table.keys()) {
      String device = keys.device();
      if (keys.kind() == kind && (only == null ? device.startsWith(prefix) : device.equals(only))) {
        DeviceService service = table.services(kind).get(device);
        if (json) {
          found.add(object(keys, service));
        } else {
          text.append(line(keys, service)).append('\n');
        }
      }
    }
    return new Answer(0, json ? JSON.writeValueAsString(found) + "\n" : text.toString(), "");
  }

  private static String line(ServiceKeys keys, @Nullable DeviceService service) {
    StringBuilder text = new StringBuilder(keys.device());
    String fault = service == null ? null : service.fault();
    text.append(service == null ? " off" : fault == null ? " serves" : " waits: " + fault);
    if (service != null && fault == null) {
      service
          .values()
          .forEach((key, value) -> text.append(' ').append(key).append('=').append(value));
    }
    return text.toString();
  }

  private static Map<String, @Nullable Object> object(
      ServiceKeys keys, @Nullable DeviceService service) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("device", keys.device());
    object.put("on", service != null);
    object.put("serves", service != null && service.fault() == null);
    object.put("reason", service == null ? null : service.fault());
    object.put("set", words(keys));
    object.put("values", service == null ? Map.of() : service.values());
    return object;
  }

  private static List<String> words(ServiceKeys keys) {
    try {
      return keys.words();
    } catch (ConfigException e) {
      throw new IllegalStateException("keys that were checked", e);
    }
  }
}
