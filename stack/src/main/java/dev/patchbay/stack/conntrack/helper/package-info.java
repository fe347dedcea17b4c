/**
 * Helpers: who reads along in connections that announce others, so that these are known as related
 * and are let through, and translates what is announced as the connection itself is (Linux: {@code
 * nf_conntrack_ftp.c}, {@code nf_nat_ftp.c}, {@code nf_conntrack_tftp.c}).
 *
 * <p>What there is: {@link dev.patchbay.stack.conntrack.helper.FtpHelper}, {@link
 * dev.patchbay.stack.conntrack.helper.TftpHelper}, by name from {@link
 * dev.patchbay.stack.conntrack.Helpers}. A connection gets one by {@code -j CT --helper} alone.
 * What is read is a guest's word: a bounded part of it, only whole commands at the beginning of a
 * line, only addresses of the speaker's own.
 *
 * <p>Where to add: a {@link dev.patchbay.stack.conntrack.Helper}, and add it where {@code
 * Netfilter} adds these.
 */
@NullMarked
package dev.patchbay.stack.conntrack.helper;

import org.jspecify.annotations.NullMarked;
