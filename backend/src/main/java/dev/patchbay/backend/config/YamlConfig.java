package dev.patchbay.backend.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration file. Its scalars bear the names of the options; the JSON Schema beside
 * this class, {@code patchbay.schema.json}, describes it.
 */
public final class YamlConfig {
  /** The version of the form, which each file states. */
  public static final String VERSION = "1";

  /** Files above this size in bytes are refused: no configuration is that long. */
  private static final long MAX_SIZE = 16 << 20;

  /** The keys of the file, in the order of its description. */
  static final List<String> KEYS =
      List.of(
          "version",
          "name",
          "dir",
          "control",
          "ready-file",
          "attachments",
          "forwards",
          "restrict",
          "host-loopback",
          "mtu",
          "captures",
          "exec",
          "seed",
          "state",
          "allow-link-local",
          "web",
          "log-level",
          "log-format",
          "dhcp",
          "ra",
          "dns");

  private final ConfigBuilder to;
  private final Path base;

  private YamlConfig(ConfigBuilder to, Path base) {
    this.to = to;
    this.base = base;
  }

  /**
   * Reads a file into a builder.
   *
   * @param option where the file was named, for messages about the file itself
   * @param named the file as the user named it, which messages repeat
   * @param cwd the directory to which a relative name is relative
   * @throws ConfigException {@code FILE:LINE:COLUMN: …} for anything that is wrong within
   */
  public static void read(Source option, String named, Path cwd, ConfigBuilder to)
      throws ConfigException {
    Path path = AttachmentParser.resolve(option, cwd, named);
    String content;
    try {
      if (Files.size(path) > MAX_SIZE) {
        throw option.error("is larger than " + (MAX_SIZE >> 20) + " MiB");
      }
      content = Files.readString(path);
    } catch (NoSuchFileException e) {
      throw option.error("no such file");
    } catch (CharacterCodingException e) {
      throw option.error("is not UTF-8 text");
    } catch (IOException e) {
      throw option.error("cannot be read: " + e.getMessage());
    }
    to.file(path);
    Path parent = path.getParent();
    read(named, content, parent == null ? path : parent, to);
  }

  /**
   * Reads the text of a file into a builder.
   *
   * @param file its name for messages
   * @param base the directory to which relative paths within are relative
   */
  static void read(String file, String content, Path base, ConfigBuilder to)
      throws ConfigException {
    YamlNode root = YamlNode.read(file, content);
    if (root == null) {
      throw Source.file(file, 1, 0).error("is empty: expected 'version: 1'");
    }
    new YamlConfig(to, base).root(root);
  }

  private void root(YamlNode root) throws ConfigException {
    boolean version = false;
    for (YamlNode.Entry entry : root.entries("file", "a mapping (version: 1, …)")) {
      YamlNode value = entry.value();
      switch (entry.key()) {
        case "version" -> {
          version(value);
          version = true;
        }
        case "attachments" -> {
          for (YamlNode node : value.list("attachments", "a list of mappings")) {
            attachment(node);
          }
        }
        case "forwards" -> {
          for (YamlNode node : value.list("forwards", "a list of rules")) {
            String rule = node.scalar("forwards", "a rule such as \"tcp::2222-bmc0:22\"");
            to.forward(node.source().withText(rule), rule, base);
          }
        }
        case "exec" -> {
          for (YamlNode node : value.list("exec", "a list of commands")) {
            to.exec(node.source(), node.scalar("exec", "a command"), base);
          }
        }
        case "captures" -> {
          for (YamlNode node : value.list("captures", "a list of {file: FILE, port: NAME}")) {
            to.capture(capture(node));
          }
        }
        case "dhcp" -> services(ServiceKeys.Kind.DHCP, value);
        case "ra" -> services(ServiceKeys.Kind.RA, value);
        case "dns" -> services(ServiceKeys.Kind.DNS, value);
        default -> scalar(entry);
      }
    }
    if (!version) {
      throw root.source().error("expected 'version: " + VERSION + "'");
    }
  }

  private void services(ServiceKeys.Kind kind, YamlNode value) throws ConfigException {
    for (YamlNode.Entry device : value.entries(kind.word(), "a mapping of devices")) {
      to.service(ServiceKeys.of(kind, device));
    }
  }

  private static void version(YamlNode node) throws ConfigException {
    String text = node.scalar("version", VERSION);
    if (!text.equals(VERSION)) {
      throw node.source().error("version", text, "expected " + VERSION);
    }
  }

  private void scalar(YamlNode.Entry entry) throws ConfigException {
    YamlNode value = entry.value();
    String text = text(entry);
    if (!to.set(value.source(), entry.key(), text, base)) {
      throw unknown(entry);
    }
  }

  private static ConfigException unknown(YamlNode.Entry entry) {
    return entry
        .source()
        .error("unknown key '" + entry.key() + "'; expected one of " + String.join(", ", KEYS));
  }

  /** A scalar; host-loopback may be a list of ports, as YAML would write it. */
  private static String text(YamlNode.Entry entry) throws ConfigException {
    YamlNode value = entry.value();
    if (value.isScalar()) {
      return value.scalar(entry.key(), "a value");
    }
    if (!KEYS.contains(entry.key())) {
      throw unknown(entry);
    }
    return entry.key().equals("host-loopback")
        ? ports(value)
        : value.scalar(entry.key(), "a value");
  }

  private static String ports(YamlNode list) throws ConfigException {
    List<String> ports = new ArrayList<>();
    for (YamlNode node : list.elements("host-loopback", "all, none or a list of ports")) {
      String port = node.scalar("host-loopback", "a port");
      if (Numbers.parse(port, 1, 65535) < 0) {
        throw node.source().error("host-loopback", port, "expected a port (1 to 65535)");
      }
      ports.add(port);
    }
    return String.join(",", ports);
  }

  private void attachment(YamlNode node) throws ConfigException {
    Attachment.Kind kind = null;
    String address = "";
    Source place = node.source();
    List<KeyValue> keys = new ArrayList<>();
    for (YamlNode.Entry entry : node.entries("attachments", "{listen: ADDRESS, …}")) {
      Attachment.Kind named = kind(entry.key());
      if (named != null) {
        if (kind != null) {
          throw entry
              .source()
              .error("'" + entry.key() + "' beside '" + kind.word() + "': expected one of them");
        }
        kind = named;
        address = entry.value().scalar(entry.key(), "an address");
        place = entry.value().source();
      } else if (entry.key().equals("allow")) {
        for (YamlNode range : entry.value().elements("allow", "CIDR or a list of them")) {
          keys.add(
              new KeyValue("allow", range.scalar("allow", "CIDR"), entry.source(), range.source()));
        }
      } else {
        String text = entry.value().scalar(entry.key(), "a value");
        keys.add(new KeyValue(entry.key(), text, entry.source(), entry.value().source()));
      }
    }
    if (kind == null) {
      String words = keys.isEmpty() ? "" : " beside " + quoted(keys);
      throw node.source()
          .error("attachment: expected listen, connect, dgram, mcast or tap" + words);
    }
    to.attach(place, kind, address, keys, base);
  }

  private static String quoted(List<KeyValue> keys) {
    return keys.stream().map(k -> "'" + k.key() + "'").collect(Collectors.joining(", "));
  }

  private static Attachment.@Nullable Kind kind(String key) {
    for (Attachment.Kind kind : Attachment.Kind.values()) {
      if (kind.word().equals(key)) {
        return kind;
      }
    }
    return null;
  }

  private Capture capture(YamlNode node) throws ConfigException {
    String file = "";
    String port = null;
    Source filePlace = node.source();
    Source portPlace = node.source();
    for (YamlNode.Entry entry : node.entries("captures", "{file: FILE, port: NAME}")) {
      String text = entry.value().scalar(entry.key(), "a value");
      switch (entry.key()) {
        case "file" -> {
          file = text;
          filePlace = entry.value().source();
        }
        case "port" -> {
          port = text;
          portPlace = entry.value().source();
        }
        default ->
            throw entry.source().error("unknown key '" + entry.key() + "'; expected file or port");
      }
    }
    return Capture.of(filePlace, file, port, portPlace, base);
  }
}
