package dev.patchbay.backend.service;

import dev.patchbay.backend.config.ConfigException;
import dev.patchbay.backend.config.ServiceKeys;
import dev.patchbay.backend.config.Source;
import java.util.Map;
import java.util.Objects;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** One service of one device, whether it can be had at the moment or not. Only on the loop. */
abstract class DeviceService {
  private static final Logger LOG = LogManager.getLogger("patchbay");

  private final Outfit outfit;
  private ServiceKeys keys;
  private @Nullable Place place;
  private @Nullable String fault = "";
  private @Nullable ConfigException misfit;

  DeviceService(Outfit outfit, ServiceKeys keys) {
    this.outfit = outfit;
    this.keys = keys;
  }

  Outfit outfit() {
    return outfit;
  }

  /** What it is told. */
  final ServiceKeys keys() {
    return keys;
  }

  /** From now on it is told this. */
  final void keys(ServiceKeys other) {
    keys = other;
  }

  /** Where it serves, or null. */
  final @Nullable Place place() {
    return place;
  }

  /** Why it does not serve, or null where it does. */
  final @Nullable String fault() {
    return fault;
  }

  /**
   * Refuses what it is told where that does not fit its device.
   *
   * @throws ConfigException as the last {@link #refresh} has found it
   */
  final void checkFit() throws ConfigException {
    if (misfit != null) {
      throw misfit;
    }
  }

  /** Keeps the first reason of {@link #serve} for {@link #checkFit}. */
  final void misfit(ConfigException why) {
    misfit = misfit == null ? why : misfit;
  }

  /** Finds its device and what has changed there. */
  final void refresh() {
    Place found = outfit.find(keys);
    misfit = null;
    if (!Objects.equals(found, place)) {
      close();
      place = found;
    }
    String before = fault;
    fault = found == null ? "there is no device " + keys.device() + " yet" : tried(found);
    if (!Objects.equals(before, fault)) {
      if (fault == null && keys.source().equals(Source.DEFAULT)) {
        LOG.debug("{}: serves {}", keys, summary());
      } else if (fault == null) {
        LOG.info("{}: serves {}", keys, summary());
      } else {
        LOG.info("{}: waits: {}", keys, fault);
      }
    }
  }

  private @Nullable String tried(Place found) {
    String why;
    try {
      why = serve(found);
    } catch (ConfigException e) {
      misfit(e);
      why = e.getMessage();
    }
    if (why != null) {
      close();
      place = found;
    }
    return why;
  }

  /** Ends it as far as it has begun. */
  final void close() {
    end();
    place = null;
  }

  /**
   * Begins, or follows what has changed.
   *
   * @return why it cannot serve, or null
   * @throws ConfigException where what it is told does not fit the device
   */
  abstract @Nullable String serve(Place found) throws ConfigException;

  /** Ends what {@link #serve} has begun; also where there is nothing. */
  abstract void end();

  /** The values with which it serves by their keys, the defaults among them. */
  abstract Map<String, Object> values();

  /** The same in few words. */
  private String summary() {
    StringBuilder text = new StringBuilder();
    values().forEach((key, value) -> text.append(' ').append(key).append('=').append(value));
    return text.toString().strip();
  }

  /** A guest was plugged in somewhere. */
  void attached() {}
}
