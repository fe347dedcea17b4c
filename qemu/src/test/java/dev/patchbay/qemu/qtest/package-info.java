/** Tests of qtest: the client against the server. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.qemu.qtest;
