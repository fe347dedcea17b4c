package dev.patchbay.backend.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * A piece of a YAML file with its place. Scalars keep the text as written, whatever type YAML would
 * take it for: so {@code mac: 52:54:00:12:34:56} needs no quotes, and messages show the user's own
 * word.
 */
final class YamlNode {
  /** What a piece is. */
  enum Kind {
    SCALAR("a value"),
    NOTHING("nothing"),
    LIST("a list"),
    MAP("a mapping");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  private static final YAMLFactory FACTORY = new YAMLFactory();

  /** How deep lists and mappings may nest; the schema needs five. */
  private static final int MAX_DEPTH = 16;

  private final Source source;
  private final Kind kind;
  private String text = "";
  private final List<YamlNode> list = new ArrayList<>();
  private final Map<String, Entry> map = new LinkedHashMap<>();

  /**
   * A member of a mapping.
   *
   * @param source the place of its key
   */
  record Entry(String key, YamlNode value, Source source) {}

  private YamlNode(Source source, Kind kind) {
    this.source = source;
    this.kind = kind;
  }

  /** A value that stands elsewhere than in a file. */
  static YamlNode scalar(Source source, String text) {
    YamlNode node = new YamlNode(source, Kind.SCALAR);
    node.text = text;
    return node;
  }

  /** Nothing, as where a key has no value. */
  static YamlNode nothing(Source source) {
    return new YamlNode(source, Kind.NOTHING);
  }

  /** A list that stands elsewhere than in a file. */
  static YamlNode list(Source source, List<YamlNode> elements) {
    YamlNode node = new YamlNode(source, Kind.LIST);
    node.list.addAll(elements);
    return node;
  }

  /** A mapping that stands elsewhere than in a file; of members of one key the last one counts. */
  static YamlNode map(Source source, List<Entry> members) {
    YamlNode node = new YamlNode(source, Kind.MAP);
    members.forEach(member -> node.map.put(member.key(), member));
    return node;
  }

  /**
   * Reads a file of one document.
   *
   * @param file its name for messages
   * @param content its text
   * @return null if it holds nothing but comments
   */
  static @Nullable YamlNode read(String file, String content) throws ConfigException {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), content)) {
      Reader reader = new Reader(file, (YAMLParser) parser);
      JsonToken first = parser.nextToken();
      if (first == null) {
        return null;
      }
      YamlNode root = reader.node(first, 0);
      if (parser.nextToken() != null) {
        throw reader.here().error("expected one document only");
      }
      return root;
    } catch (JacksonException e) {
      throw YamlFault.of(file, content, e);
    }
  }

  private record Reader(String file, YAMLParser parser) {
    Source here() {
      TokenStreamLocation at = parser.currentTokenLocation();
      return Source.file(file, Math.max(1, at.getLineNr()), at.getColumnNr());
    }

    YamlNode node(JsonToken token, int depth) throws ConfigException {
      Source here = here();
      if (parser.isCurrentAlias()) {
        throw here.error("aliases (*" + parser.getString() + ") are not supported");
      }
      if (parser.getObjectId() != null) {
        throw here.error("anchors (&" + parser.getObjectId() + ") are not supported");
      }
      if (parser.getTypeId() != null) {
        throw here.error("tags (" + parser.getTypeId() + ") are not supported");
      }
      if (depth > MAX_DEPTH) {
        throw here.error("nested too deeply");
      }
      switch (token) {
        case START_OBJECT -> {
          return map(here, depth);
        }
        case START_ARRAY -> {
          YamlNode node = new YamlNode(here, Kind.LIST);
          for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
            node.list.add(node(t, depth + 1));
          }
          return node;
        }
        case VALUE_NULL -> {
          return new YamlNode(here, Kind.NOTHING);
        }
        default -> {
          YamlNode node = new YamlNode(here, Kind.SCALAR);
          node.text = parser.getString();
          return node;
        }
      }
    }

    private YamlNode map(Source here, int depth) throws ConfigException {
      YamlNode node = new YamlNode(here, Kind.MAP);
      for (JsonToken t = parser.nextToken(); t != JsonToken.END_OBJECT; t = parser.nextToken()) {
        String key = parser.currentName();
        Source place = here();
        YamlNode value = node(parser.nextToken(), depth + 1);
        if (node.map.put(key, new Entry(key, value, place)) != null) {
          throw place.error("key '" + key + "' is given twice");
        }
      }
      return node;
    }
  }

  Source source() {
    return source;
  }

  boolean isScalar() {
    return kind == Kind.SCALAR;
  }

  boolean isNothing() {
    return kind == Kind.NOTHING;
  }

  boolean isMap() {
    return kind == Kind.MAP;
  }

  /** The text of a scalar. */
  String scalar(String key, String expected) throws ConfigException {
    if (kind != Kind.SCALAR) {
      throw wrong(key, expected);
    }
    return text;
  }

  /** The elements of a list. */
  List<YamlNode> list(String key, String expected) throws ConfigException {
    if (kind != Kind.LIST) {
      throw wrong(key, expected);
    }
    return list;
  }

  /** A scalar, or those of a list, each with its place. */
  List<YamlNode> elements(String key, String expected) throws ConfigException {
    List<YamlNode> elements = kind == Kind.LIST ? list : List.of(this);
    for (YamlNode element : elements) {
      element.scalar(key, expected);
    }
    return elements;
  }

  /** The members of a mapping. */
  List<Entry> entries(String key, String expected) throws ConfigException {
    if (kind != Kind.MAP) {
      throw wrong(key, expected);
    }
    return List.copyOf(map.values());
  }

  private ConfigException wrong(String key, String expected) {
    String found = kind == Kind.SCALAR ? "'" + text + "'" : kind.words;
    return source.error(key + ": expected " + expected + ", found " + found);
  }
}
