/**
 * Workers on other JVMs and machines. {@link io.espalier.cluster.ClusterPool} is the head's side, {@link
 * io.espalier.cluster.ClusterWorker} that of each machine that lends itself. Membership, failure detection, transport and
 * TLS are Apache Pekko's, of which nothing shows here.
 */
@NullMarked
package io.espalier.cluster;

import org.jspecify.annotations.NullMarked;
