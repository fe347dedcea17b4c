/**
 * What the daemon is asked to do: the options of {@code run} and the configuration file, as
 * immutable records, and the directories in which instances live.
 *
 * <p>The way of a setting: {@link dev.patchbay.backend.config.YamlConfig} reads the file into a
 * {@link dev.patchbay.backend.config.ConfigBuilder}, the command line then writes over its scalars
 * and appends to its lists, and {@link dev.patchbay.backend.config.ConfigBuilder#build()} gives the
 * names that were left out, checks what needs the whole to be known, and makes the {@link
 * dev.patchbay.backend.config.DaemonConfig}. Each value remembers its {@link
 * dev.patchbay.backend.config.Source}, so that a fault found later (a path in use, a command that
 * fails) is still told by option or by line.
 *
 * <p>To add a setting: a component of {@code DaemonConfig} (or {@code Attachment}), its parser in
 * {@code ConfigBuilder} (or {@code AttachmentParser}), its key in {@code YamlConfig} and {@code
 * patchbay.schema.json}, its option in {@code dev.patchbay.backend.cli.RunOptions}.
 *
 * <p>Nothing here resolves names, opens sockets or starts threads. Whatever is not supported is
 * refused with a {@link dev.patchbay.backend.config.ConfigException}; nothing is ignored.
 */
@NullMarked
package dev.patchbay.backend.config;

import org.jspecify.annotations.NullMarked;
