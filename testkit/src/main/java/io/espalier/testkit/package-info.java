/** Contract tests for every service interface, which an author extends with one small class, and fakes to test with. */
@NullMarked
package io.espalier.testkit;

import org.jspecify.annotations.NullMarked;
