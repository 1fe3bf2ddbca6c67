package io.espalier.cli;

/** wip */
final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("wip");
    }
}
