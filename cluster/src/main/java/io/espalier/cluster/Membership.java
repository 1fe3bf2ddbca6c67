package io.espalier.cluster;

import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;

/** What the head hears of members: who is up, who falls silent, and who never came through the gate. */
final class Membership {
    private final Head head;

    Membership(Head head) {
        this.head = head;
    }

    void heard(Object message) {
        if (message instanceof Wire.Ack ack) {
            head.acknowledged(ack);
        } else if (message instanceof ClusterEvent.UnreachableMember event) {
            head.at(address(event.member())).ifPresent(head::silent);
        } else if (message instanceof ClusterEvent.MemberEvent event) {
            member(event.member());
        }
    }

    private void member(Member member) {
        String address = address(member);
        boolean here = address.equals(head.system().address());
        if (here) {
            if (member.status().equals(MemberStatus.up())) {
                head.founded();
            }
            return;
        }
        boolean coming = member.status().equals(MemberStatus.joining())
                || member.status().equals(MemberStatus.weaklyUp())
                || member.status().equals(MemberStatus.up());
        var node = head.at(address);
        if (node.isEmpty() && coming) {
            head.stranger(address, String.join(", ", member.getRoles()));
        } else if (node.isPresent() && member.status().equals(MemberStatus.up())) {
            head.up(node.get());
        } else if (node.isPresent() && !coming) {
            head.ended(node.get(), "it left the cluster");
        }
    }

    private static String address(Member member) {
        return member.address().toString();
    }
}
