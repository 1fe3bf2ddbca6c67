/** Tests of the cluster. */
package io.espalier.cluster;
